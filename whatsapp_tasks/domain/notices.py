"""Notices that replace the compose box: why this chat cannot be written to now.

They are about one chat, never about the account (docs/whatsapp-web.md, 10.5), except for the locks of new
chats, which also change the session's state.
"""

from dataclasses import dataclass

from whatsapp_tasks.domain.chat_snapshot import Chat


@dataclass(frozen=True)
class Notice:
    """``code`` is a key of ``domain/faults.py``; ``message`` says what the sender can do."""

    code: str
    message: str


_LOCKED = Notice("chat_locked", "WhatsApp does not let the account write to this chat for now.")
_NOTICES = {  # by the name of its text in browser/selectors.toml; the first that matches counts
    "recipient_blocked": Notice(
        "recipient_blocked", "This contact is blocked on the account; unblock it on the phone to write to it."
    ),
    "country_blocked": Notice(
        "country_blocked", "WhatsApp does not let this business chat with numbers of the account's country."
    ),
    "terms_on_phone": Notice(
        "terms_not_accepted",
        "Accept WhatsApp's new terms on the phone to write to this chat.",
    ),
    "only_admins": Notice("chat_admins_only", "Only admins can write to this group."),
    "no_longer_member": Notice("chat_left", "The account is no longer a member of this group."),
    "only_whatsapp": Notice("chat_whatsapp_only", "Only WhatsApp itself can write to this chat."),
    "chat_closed": Notice("chat_closed", "This chat has been closed."),
    "agent_blocked": Notice("chat_agent_only", "An AI agent answers this chat; it cannot be written to."),
    "restricted": _LOCKED,
    "new_chats_used_up": _LOCKED,
}
UNKNOWN = Notice("chat_not_writable", "WhatsApp shows no compose box in this chat, for an unknown reason.")


CLOSED = frozenset({"chat_admins_only", "chat_left", "chat_whatsapp_only", "chat_closed"})
"""Codes of notices that stay until somebody else changes the chat."""


def closed_by(chat: Chat) -> str | None:
    """The code of CLOSED for which the open chat has no box; "": it has one; None: neither is certain."""
    if chat.compose is not None:
        return ""
    code = notice_of(chat).code
    return code if code in CLOSED else None


def notice_of(chat: Chat) -> Notice:
    """Why ``chat``, which has no compose box, cannot be written to."""
    for name, notice in _NOTICES.items():
        if name in chat.notice_texts:
            return notice
    return UNKNOWN
