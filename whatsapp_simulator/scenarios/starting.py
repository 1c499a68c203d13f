"""Scenarios of the start of a page: loading, syncing, a page that is none of the known ones."""

from pydantic import Field

from .scenario import Scenario


class SlowBoot(Scenario):
    """The loading screen of a linked device stays up `ms` longer (§8: 8 to 90 s are seen)."""

    ms: int = Field(8000, ge=0)


class MainWhileSyncing(Scenario):
    """The chats are shown while nothing gets through yet: for `ms` what the page asks waits (§11.1)."""

    ms: int = Field(5000, ge=0)


class SlowQr(Scenario):
    """The first code comes `ms` late: a spinner, no `data-ref` (§11.4; issue 11, row 9)."""

    ms: int = Field(3000, ge=0)


class UnsupportedBrowser(Scenario):
    """The server answers with the unsupported-browser page whatever the user agent says (§1.5)."""


class UnknownPage(Scenario):
    """After the boot a page nobody recognises: no landmark of any known state."""
