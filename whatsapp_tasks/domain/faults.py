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
    """``attempts``: after so many the message fails with this code; 1: at once."""

    fault: Fault
    attempts: int = MAX_ATTEMPTS


_AT_ONCE = Consequence(Fault.RECIPIENT, 1)

FAULTS: dict[str, Consequence] = {
    "not_on_whatsapp": _AT_ONCE,
    "recipient_opted_out": _AT_ONCE,
    "recipient_blocked": _AT_ONCE,
    "country_blocked": _AT_ONCE,
    "terms_not_accepted": _AT_ONCE,
    "chat_admins_only": _AT_ONCE,
    "chat_left": _AT_ONCE,
    "chat_closed": _AT_ONCE,
    "chat_whatsapp_only": _AT_ONCE,
    "chat_agent_only": _AT_ONCE,
    "whatsapp_refused": _AT_ONCE,  # the bubble itself says that it was not sent
    "chat_not_writable": Consequence(Fault.RECIPIENT, FEW_ATTEMPTS),
    "wrong_chat": Consequence(Fault.RECIPIENT, FEW_ATTEMPTS),
    "chat_moved": Consequence(Fault.RECIPIENT, 8),  # contacts may rename themselves at any time
    "chat_locked": Consequence(Fault.RECIPIENT),  # the state RESTRICTED holds the account's new chats
    "restricted": Consequence(Fault.RECIPIENT),
    "text_not_kept": Consequence(Fault.TEXT, FEW_ATTEMPTS),
    "page_not_ready": Consequence(Fault.PAGE),
    "page_offline": Consequence(Fault.PAGE),
    "lookup_unavailable": Consequence(Fault.PAGE),
    "chat_not_opened": Consequence(Fault.PAGE),
    "dialog_stays": Consequence(Fault.PAGE),
    "box_not_ready": Consequence(Fault.PAGE),
    "input_stopped": Consequence(Fault.PAGE),
    "enter_ignored": Consequence(Fault.PAGE),
    "enter_does_not_send": Consequence(Fault.PAGE),
    "bubble_not_seen": Consequence(Fault.PAGE),
    "page_left": Consequence(Fault.PAGE),
    "still_pending": Consequence(Fault.PAGE),
    "chat_unclear": Consequence(Fault.PAGE),
    "browser_failed": Consequence(Fault.PAGE),
    "paused": Consequence(Fault.US),
    "expired": Consequence(Fault.US),
    "daily_cap": Consequence(Fault.US),
    "daily_cap_reached": Consequence(Fault.US, 1),
    "worker_died": Consequence(Fault.US),
    "not_in_chat": Consequence(Fault.US),
}


def consequence_of(code: str) -> Consequence:
    """Raises KeyError for a code that is not in the table: each has to be thought about."""
    return FAULTS[code]


def counts_for_circuit(code: str) -> bool:
    """Whether such a failure may say that the page is of no use at present."""
    return consequence_of(code).fault is Fault.PAGE


def explained_by_a_picture(code: str) -> bool:
    """Whether what the page looked like tells a person more than the code does."""
    return counts_for_circuit(code) or code in ("chat_not_writable", "wrong_chat", "text_not_kept")
