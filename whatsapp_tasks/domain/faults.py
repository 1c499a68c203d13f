"""Whose fault a failure is, and what follows from that: one table for all codes.

What one recipient or one text can cause never pauses the account: only failures of the page count for the
circuit breaker, and there each recipient counts once (domain/circuit.py).
"""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    RECIPIENT = "recipient"  # this phone, or the chat with it
    TEXT = "text"  # this text
    PAGE = "page"  # WhatsApp's page or server, the browser, the connection
    US = "us"  # what an operator, a setting or this service decided


MAX_ATTEMPTS = 20
"""Hours, with the circuit open between them: a page that is away for an evening fails no message."""
FEW_ATTEMPTS = 3


@dataclass(frozen=True)
class Consequence:
    """``attempts``: after so many with this code the message fails; 1: at once."""

    fault: Fault
    meaning: str
    attempts: int = MAX_ATTEMPTS


def _recipient(meaning: str, attempts: int = 1) -> Consequence:
    return Consequence(Fault.RECIPIENT, meaning, attempts)


def _page(meaning: str) -> Consequence:
    return Consequence(Fault.PAGE, meaning)


def _us(meaning: str, attempts: int = MAX_ATTEMPTS) -> Consequence:
    return Consequence(Fault.US, meaning, attempts)


FAULTS: dict[str, Consequence] = {
    "not_on_whatsapp": _recipient("the number is not on WhatsApp, while others are found"),
    "recipient_opted_out": _recipient("the recipient asked not to be written to"),
    "recipient_blocked": _recipient("the account has blocked this contact"),
    "country_blocked": _recipient("this business does not chat with the account's country"),
    "terms_not_accepted": _recipient("WhatsApp's new terms wait on the phone"),
    "chat_admins_only": _recipient("only admins write to this group"),
    "chat_left": _recipient("the account is not in this group any more"),
    "chat_closed": _recipient("the chat has been closed"),
    "chat_whatsapp_only": _recipient("only WhatsApp itself writes to this chat"),
    "chat_agent_only": _recipient("an AI agent answers in this chat"),
    "whatsapp_refused": _recipient("the bubble itself shows that it was not sent"),
    "chat_not_writable": _recipient("no compose box, for a reason that is not known", FEW_ATTEMPTS),
    "wrong_chat": _recipient("the chat bears another phone number as its name", FEW_ATTEMPTS),
    "chat_moved": _recipient("the open chat changed while it was written to", 8),
    "chat_locked": _recipient("the account may not start new chats now", MAX_ATTEMPTS),
    "restricted": _recipient("the account may only answer now", MAX_ATTEMPTS),
    "answer_unknown": _recipient("a dialog in words that are not known came as the answer", MAX_ATTEMPTS),
    "text_not_kept": Consequence(Fault.TEXT, "the compose box changes this text", FEW_ATTEMPTS),
    "page_not_ready": _page("the page does not show the chats"),
    "page_offline": _page("the page has no connection"),
    "lookup_unavailable": _page("WhatsApp does not find the number, nor anybody else reliably"),
    "chat_not_opened": _page("the chat did not open in time"),
    "dialog_stays": _page("a dialog covers the page"),
    "box_not_ready": _page("the compose box is gone or does not take the focus"),
    "input_stopped": _page("something took the focus while the text was typed"),
    "enter_ignored": _page("the text stayed in the box after Enter"),
    "enter_does_not_send": _page('"Enter is send" is off; the send button is used from then on'),
    "bubble_not_seen": _page("no bubble appeared after Enter"),
    "page_left": _page("the page left the chats after Enter"),
    "still_pending": _page("WhatsApp's server did not confirm the message in time"),
    "chat_unclear": _page("the chat does not show whether the message was sent"),
    "browser_failed": _page("browser, driver or page died or hung"),
    "paused": _us("the account was paused meanwhile"),
    "expired": _us("`expires_at` passed before Enter"),
    "daily_cap": _us("put off to a day with a place under the cap"),
    "daily_cap_reached": _us("no day in sight has a place under the cap", 1),
    "worker_died": _us("the worker died before Enter; typed again"),
    "not_in_chat": _us("the chat shows that it was not sent; typed again"),
}


AFTER_ENTER = frozenset({"bubble_not_seen", "page_left", "still_pending", "chat_unclear"})
"""Of these the chat decides what follows, not a number of attempts (``retries.decide_settle``)."""


def consequence_of(code: str) -> Consequence:
    """Raises KeyError for a code that is not in the table: each has to be thought about."""
    return FAULTS[code]


def counts_for_circuit(code: str) -> bool:
    """Whether such a failure may say that the page is of no use at present."""
    return consequence_of(code).fault is Fault.PAGE


def explained_by_a_picture(code: str) -> bool:
    """Whether what the page looked like tells a person more than the code does."""
    return counts_for_circuit(code) or code in ("chat_not_writable", "wrong_chat", "text_not_kept")
