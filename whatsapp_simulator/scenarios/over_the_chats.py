"""Scenarios laid over or beside the chats: banners, dialogs, the marks in the chat list."""

from typing import Literal

from pydantic import Field

from .scenario import Scenario


class WhatsNew(Scenario):
    """The "What's new on WhatsApp Web" modal after a load; it swallows every click (§1.5, E3)."""

    ms: int = Field(0, ge=0, description="how long after the main screen it appears")
    title: str | None = Field(None, description="another title, in whatever language")
    text: str | None = Field(None, description="another text")
    button: str | None = Field(None, description="another word for Continue")


class UnforeseenDialog(Scenario):
    """A dialog that nobody knows, over everything, until its button is pressed: a survey, new terms. It has
    no cross, Escape does nothing, and it survives a reload (issue 14, part 5).
    """

    count: int | None = Field(1, ge=1, description="how often it must be answered; null = for ever")
    title: str = "We value your opinion"
    text: str = "How did the last call go? Three questions help to make it better next time."
    button: str = "Maybe another day"


class OfflineBanner(Scenario):
    """The "Computer not connected" banner, while the network works (§1.5)."""


class PhoneBanner(Scenario):
    """The "Phone not connected" banner (§1.5; doubtful after multi-device)."""


class UpdateBanner(Scenario):
    """The "Update available" banner; a click reloads (§1.5)."""


class NotificationsBanner(Scenario):
    """The "Turn on notifications" / "Message notifications are off" butterbar (§1.5)."""


class BackgroundSyncBanner(Scenario):
    """The banner "Turn on background sync", which can be closed (§11.2)."""


class LanguageBanner(Scenario):
    """The "Language out of sync" banner in the phone's language; a click reloads (§11.2). With the settings
    lang_by_cookie and phone_lang it comes by itself.
    """

    title: str = "Language out of sync"
    text: str = "The language on this device does not match the language on your phone"
    action: str = "Update now"
    dir: Literal["ltr", "rtl"] = "ltr"


class QuoteBan(Scenario):
    """Someone sends a message full of ban phrases: a scan of the whole page would take it for a ban (§7)."""


class UnreadBadges(Scenario):
    """Badges in the digits of another script, or without a number (issue 11, row 7)."""

    digits: Literal["latin", "arabic", "devanagari", "fullwidth"] = "latin"
    without_number: bool = False


class KeyIcon(Scenario):
    """Rows carry the key of one-time codes: an svg with a title and `<mask id="main">` (§12.1, 10)."""
