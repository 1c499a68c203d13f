"""Scenarios that replace the chats by a full screen, or remove them."""

from typing import Literal

from pydantic import Field

from .scenario import Scenario


class TemporaryBan(Scenario):
    """Full-screen temporary ban with its reason and duration (§7a)."""

    code: int = Field(101, description="101, 102, 103, 104, 106, or any other number for the general text")
    duration: str = Field("23:59:59", description="as printed on the page")
    text: str | None = Field(None, description="the server's own words in place of the table's (§11.1)")


class BanNotice(Scenario):
    """A ban in words, as phones show it (§7d), on the page; Web was never seen to, but may."""

    where: Literal["screen", "dialog", "banner"] = "screen"
    text: str = Field("This account is not allowed to use WhatsApp due to spam", min_length=1)


class ChatListGone(Scenario):
    """The chat list disappears from the main screen without a notice, as while a page renders again."""


class ServiceUnavailable(Scenario):
    """Full-screen "Service unavailable" (§1.5)."""


class ClientExpired(Scenario):
    """Full-screen "WhatsApp is out of date" (§1.5, hard expiry)."""


class TakeoverUnsupported(Scenario):
    """Full-screen "There is already another active WhatsApp Web tab in this browser" (§1.5)."""


class UseHere(Scenario):
    """The "Use here" conflict without another page (§1.5). A second page of the device makes a real one."""

    other: Literal["tab", "browser"] = "tab"


class CallTakeover(Scenario):
    """Full-screen "You are currently in a call in another window or tab" (§11.4)."""


class ScreenLock(Scenario):
    """Full-screen app lock with a focused password field; too many tries log out (§11.4)."""


class ConnectingCover(Scenario):
    """The cover "Connecting to WhatsApp" with "Log out" (§11.4)."""


class OfflineScreen(Scenario):
    """Full-screen "Computer not connected" without a button: no network at a cold start (§11.4)."""


class TermsBlock(Scenario):
    """Full-screen terms that must be accepted on the phone, with "Log out" only (§11.3)."""


class ProxyBlocked(Scenario):
    """Full-screen "Can't Load WhatsApp" (§1.5, proxy)."""


class DiskFull(Scenario):
    """Full-screen "not enough space" (§1.5, disk)."""
