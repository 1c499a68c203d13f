"""Whom a message is for: a phone, or a chat of ours whose phone is not known (docs/chats.md).

A chat whose phone is known is written to by its phone, as ever. What a caller named stays the message's
identity: a repeated request is the same message although the phone was learned meanwhile.
"""

import re
from dataclasses import dataclass, field

from whatsapp_tasks.domain.chats import ChatKind, ChatRecord
from whatsapp_tasks.domain.identity import ID, account_in
from whatsapp_tasks.domain.message_fields import field_refused
from whatsapp_tasks.domain.phones import forms_of, same_number
from whatsapp_tasks.errors import RequestRefused

CHAT_FIELD = "to.chat"
CLOSED_BELIEVED_MS = 3600 * 1000
"""For so long what a chat showed in place of the box is believed: then the page is asked again."""
_CHAT_ID = re.compile(ID)


@dataclass(frozen=True)
class Recipient:
    """``phone`` is E.164, ``chat`` the id of a chat of ours; one of them is there, and both where the caller
    named a chat whose phone is known.
    """

    phone: str | None = field(repr=False)
    chat: str | None = None

    @property
    def name(self) -> str:
        """What stands for it where recipients are counted: the phone, else the id of the chat."""
        return self.phone or self.chat or ""

    @property
    def forms(self) -> tuple[str, ...]:
        """All names under which it may have been written to, or have opted out."""
        phones = forms_of(self.phone) if self.phone is not None else ()
        return phones if self.chat is None else (*phones, self.chat)

    def is_same(self, other: "Recipient") -> bool:
        """Whether both are one chat, as far as that is known."""
        if self.phone is not None and other.phone is not None:
            return same_number(self.phone, other.phone)
        return self.chat is not None and self.chat == other.chat


def is_chat_id(value: object) -> bool:
    return isinstance(value, str) and _CHAT_ID.fullmatch(value) is not None


def one_of(phone: object, chat: object) -> None:
    """Raises RequestRefused unless exactly one of the two is given."""
    if phone is None and chat is None:
        raise field_refused("recipient_missing", "phone", "or the field to.chat must be given")
    if phone is not None and chat is not None:
        raise field_refused("recipient_ambiguous", "phone", "must not be given together with to.chat")


def check_chat_id(value: object, account: str) -> str:
    """The id of a chat of ``account``; raises RequestRefused (chat_invalid, chat_elsewhere)."""
    if not is_chat_id(value):
        raise field_refused("chat_invalid", CHAT_FIELD, "must be the id of a chat, from GET /chats")
    if account_in(str(value)) != account:
        raise field_refused("chat_elsewhere", CHAT_FIELD, "names a chat of another account")
    return str(value)


def unwritable(chat: ChatRecord | None, now_ms: int) -> RequestRefused | None:
    """Why a chat cannot be written to, as far as is known; None: it may be."""
    if chat is None:
        return field_refused("chat_unknown", CHAT_FIELD, "names no chat of this account")
    if chat.kind is ChatKind.CHANNEL:
        return field_refused("chat_is_channel", CHAT_FIELD, "names a channel, where nobody can answer")
    if chat.phone is None and chat.closed and now_ms - chat.closed_ms < CLOSED_BELIEVED_MS:
        return field_refused("chat_without_box", CHAT_FIELD, f"names a chat without a box ({chat.closed})")
    return None
