"""Checks of numbers: what a look-up concludes about one, what is remembered of it, and when the next may be.

The page has no query without an effect, so a number is looked up as a message to it would be: its chat is
asked for by the number (docs/whatsapp-web.md, 2). The search for a new chat cannot distinguish a miss from a
number that it did not ask about (12.8). Nothing is typed.
"""

from dataclasses import dataclass
from enum import StrEnum

from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.daily_cap import DAYS_LOOKED_AHEAD
from whatsapp_tasks.domain.pacing import pause_seconds
from whatsapp_tasks.domain.restrictions import Permission
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import SendError, SendRefused

NOT_ON_WHATSAPP = "not_on_whatsapp"
"""The only code that says something about the number itself (domain/faults.py)."""
LONGEST_REST_SECONDS = 600.0
MOST_TRIES = 3
"""A number whose look-up so many workers did not survive is not asked about again."""


class NumberResult(StrEnum):
    REGISTERED = "registered"
    NOT_REGISTERED = "not_registered"
    UNKNOWN = "unknown"  # nothing is known about the number; the reason says why


class CheckStatus(StrEnum):
    WAITING = "waiting"  # some numbers have no answer yet
    DONE = "done"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Reasons of ``unknown``, besides the codes of failed attempts to open a chat."""

    OPTED_OUT = "recipient_opted_out"
    OFF = "lookups_off"  # by a setting
    GIVEN_UP = "worker_died"  # during each of MOST_TRIES look-ups
    HALF_LOADED = "chat_incomplete"
    WRITTEN_BEFORE = "written_to_before"  # not found, although a message was sent there
    PAGE_FAILED = "page_failed"


@dataclass(frozen=True)
class Finding:
    """The result of one look-up; ``reason`` is set for ``unknown`` only."""

    result: NumberResult
    reason: str = ""


REGISTERED = Finding(NumberResult.REGISTERED)
NOT_REGISTERED = Finding(NumberResult.NOT_REGISTERED)


def unknown(reason: str) -> Finding:
    return Finding(NumberResult.UNKNOWN, reason)


def finding_in(chat: Chat) -> Finding:
    """The finding when the chat with the number was opened: WhatsApp knows it, also if it may not be written
    to. A chat without a compose box and without a notice in its place is only half of one.
    """
    return REGISTERED if chat.compose is not None or chat.notice else unknown(Reason.HALF_LOADED)


def finding_of(error: SendError, *, written_before: bool) -> Finding:
    """The finding when no chat was opened. Whatever is not a confirmed "not on WhatsApp" says nothing about
    the number: one popup stands for every failure of the page (docs/whatsapp-web.md, 11.6). A number that was
    ``written_before`` is not given up for one look-up, nor is it by a message.
    """
    if not isinstance(error, SendRefused) or error.code != NOT_ON_WHATSAPP:
        return unknown(error.code)
    return unknown(Reason.WRITTEN_BEFORE) if written_before else NOT_REGISTERED


def learned_from(status: Status, code: str | None) -> NumberResult | None:
    """What the new status of a message says about its number; None: nothing."""
    if status in (Status.DELIVERED, Status.READ):
        return NumberResult.REGISTERED
    if status is Status.FAILED and code == NOT_ON_WHATSAPP:
        return NumberResult.NOT_REGISTERED
    return None


@dataclass(frozen=True)
class Answer:
    """What is known about a number, and since when (unix ms)."""

    result: NumberResult
    at_ms: int
    reason: str = ""

    @property
    def is_fact(self) -> bool:
        """Whether it may be remembered for other checks: "unknown" is not about the number."""
        return self.result is not NumberResult.UNKNOWN

    def to_text(self) -> str:
        return f"{self.result}|{self.reason}|{self.at_ms}"

    @classmethod
    def from_text(cls, text: str) -> "Answer":
        result, reason, at_ms = text.split("|")
        return cls(NumberResult(result), int(at_ms), reason)


class HeldBy(StrEnum):
    """What keeps look-ups from going on."""

    ACCOUNT = "account"  # it is paused, has no worker, or may not write to everybody
    MESSAGES = "messages"  # they come first
    CAP = "cap"  # the day's look-ups are used up


def held_by(sends: Permission, open_messages: int, left_today: int) -> HeldBy | None:
    """What holds look-ups up now; None: nothing. ``open_messages`` are those to be sent now."""
    if sends is not Permission.ALL:
        return HeldBy.ACCOUNT
    if left_today <= 0:
        return HeldBy.CAP
    return HeldBy.MESSAGES if open_messages else None


def most_waiting(per_day: int) -> int:
    """How many numbers of an account may wait: what its look-ups answer in the days that are looked ahead."""
    return per_day * DAYS_LOOKED_AHEAD


def rest_seconds(least: float, jitter: float, share: float, unknowns_in_row: int) -> float:
    """The pause after a look-up, like a person's; see ``pause_seconds``. It doubles with each ``unknown`` in
    a row: a page that answers nothing must not use up the day's look-ups.
    """
    pause = pause_seconds(least, jitter, share)
    return max(pause, min(pause * 2.0 ** min(unknowns_in_row, 30), LONGEST_REST_SECONDS))
