"""Scenarios of opening a chat: the look-up of its number, its header, its history."""

from pydantic import Field, field_validator

from ..phones import digits_of
from .scenario import Scenario


class InvalidNumber(Scenario):
    """The number is not on WhatsApp (§2.1)."""


class QueryError(Scenario):
    """The query fails; the page shows the same popup as for an invalid number (§2, step 5)."""


class LookupFailures(Scenario):
    """A spell of look-ups that fail with the popup of an unknown number (§11.6): every `every`-th query."""

    every: int = Field(1, ge=1)


class LateContact(Scenario):
    """The header shows the number first and is mounted again, alone, when its contact has loaded (§11.6)."""

    ms: int = Field(300, ge=0)


class SlowQuery(Scenario):
    """The query takes `ms`, so that "Starting chat" stays up (§2)."""

    ms: int = Field(5000, ge=0)


class SlowChatOpen(Scenario):
    """The chat appears `ms` after the popup is gone (§8: 3.5 to 8.7 s are seen)."""

    ms: int = Field(4000, ge=0)


class WrongChat(Scenario):
    """Another chat than the one asked for is opened: the check of the header must see it (§2.2)."""

    opens: str = Field("12025550100", description="the phone number whose chat is opened instead")

    @field_validator("opens")
    @classmethod
    def _opens_digits(cls, value: str) -> str:
        return digits_of(value)


class StaleHistory(Scenario):
    """A chat first shows its history without the newest messages, as after a boot while the sync still runs.

    A bubble that is not there yet does not mean that nothing was sent.
    """

    newest: int = Field(1, ge=1, description="how many messages come late")
    ms: int = Field(3000, ge=0, description="how late")
    sign: bool = Field(True, description='whether the page says "Loading messages" meanwhile (§1.5)')


class OwnMessagesLocal(Scenario):
    """The server keeps no copy of what this device has sent, only the page's own storage does: an older copy
    of the profile shows its chats without what was sent since. No source.
    """


class LoseEarlyKeys(Scenario):
    """What is typed within `ms` of opening a chat is lost (§2.2, asserted by several scripts)."""

    ms: int = Field(1000, ge=0)
