"""Scenarios of files that others send: from the bubble to the browser's folder."""

from pydantic import Field

from .scenario import Scenario


class MediaNotLoaded(Scenario):
    """Auto-download is off: bubbles offer to load their files (§12.14). Up to E2 the menu of a message has no
    "Download" before.
    """


class SlowMedia(Scenario):
    """The page needs `ms` more for a file of others before it can be saved."""

    ms: int = Field(3000, ge=0)


class MediaExpired(Scenario):
    """WhatsApp's servers do not have the file any more: "Download" does nothing, without a word (§12.14)."""
