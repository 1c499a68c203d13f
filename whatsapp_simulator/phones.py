"""Phone numbers: their canonical form, the way WhatsApp prints them, and the numbers with a fixed fate."""

from dataclasses import dataclass
from typing import Literal

import phonenumbers

Notice = Literal[
    "recipient_blocked",
    "country_blocked",
    "terms_on_phone",
    "only_admins",
    "no_longer_member",
    "chat_closed",
    "only_whatsapp",
    "agent_blocked",
    "unknown_notice",
    "channel",
]
"""What replaces the compose box because of the chat itself (§10.5)."""

Fate = Literal[
    "ordinary",
    "not_on_whatsapp",
    "stuck_pending",
    "failed_bubble",
    "never_read",
    "never_delivered",
    "slow",
    "lost_acks",
    "query_error",
    "altered_text",
    "slow_upload",
    "upload_never_ends",
    "upload_fails",
    "file_refused",
]


@dataclass(frozen=True)
class MagicNumber:
    digits: str
    fate: Fate | Notice
    explanation: str


MAGIC_NUMBERS = (
    MagicNumber("12025550100", "ordinary", "on WhatsApp; sent, delivered, read"),
    MagicNumber("12025550101", "not_on_whatsapp", "the error popup of an unknown number"),
    MagicNumber("12025550102", "stuck_pending", "the clock never goes; the message is never transmitted"),
    MagicNumber("12025550103", "failed_bubble", "the server refuses; the bubble shows the failure icon"),
    MagicNumber("12025550104", "never_read", "sent and delivered, never read"),
    MagicNumber("12025550105", "never_delivered", "sent (one tick), never delivered"),
    MagicNumber("12025550106", "slow", "query 3 s, sent after 5 s, delivered 5 s later, read 10 s later"),
    MagicNumber("12025550107", "lost_acks", "received by the server, but the page never learns it"),
    MagicNumber("12025550108", "query_error", "on WhatsApp, but the query fails: the same error popup"),
    MagicNumber("12025550109", "altered_text", "the editor drops the last character of what is sent"),
    MagicNumber(
        "12025550110", "recipient_blocked", 'no box but "Delete chat" and "Unblock": we blocked them'
    ),
    MagicNumber("12025550111", "country_blocked", "no box: a business that takes no numbers of our country"),
    MagicNumber("12025550112", "terms_on_phone", "no box: terms must be accepted on the phone"),
    MagicNumber("12025550113", "only_admins", "no box: only admins can send messages"),
    MagicNumber("12025550114", "no_longer_member", "no box: no longer a member"),
    MagicNumber("12025550115", "chat_closed", "no box: the chat has been closed"),
    MagicNumber("12025550116", "only_whatsapp", "no box: only WhatsApp can send messages"),
    MagicNumber("12025550117", "agent_blocked", "no box: a bar about an AI agent"),
    MagicNumber("12025550118", "channel", "no footer at all, as in a channel"),
    MagicNumber("12025550119", "unknown_notice", "no box: words that are in no source"),
    MagicNumber("12025550120", "slow_upload", "files: the upload takes 8 s more"),
    MagicNumber("12025550121", "upload_never_ends", "files: the upload stops in the middle, the clock stays"),
    MagicNumber("12025550122", "upload_fails", "files: the upload fails; the bubble shows it"),
    MagicNumber("12025550123", "file_refused", 'files: "1 file you tried adding is not supported."'),
)
"""Numbers valid for libphonenumber in the range reserved for fiction. Every other number is `ordinary`."""

FATES: dict[str, Fate | Notice] = {number.digits: number.fate for number in MAGIC_NUMBERS}

SHORTEST_NUMBER = 7
"""Fewer digits are no phone number: the query misses."""


def digits_of(phone: str) -> str:
    """The canonical form: digits only, as WhatsApp strips them (§3). May be empty."""
    return "".join(character for character in phone if character in "0123456789")


def printed(digits: str) -> str:
    """The number as WhatsApp shows it: `+1 (202) 555-0100`, `+49 1511 2345678`."""
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return "+" + digits
    if number.country_code == 1 and len(digits) == 11:
        return f"+1 ({digits[1:4]}) {digits[4:7]}-{digits[7:]}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
