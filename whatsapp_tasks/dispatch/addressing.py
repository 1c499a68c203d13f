"""Whom a message is for: a phone as the caller gave it, or a chat of ours as it is known now."""

from collections.abc import Callable

from whatsapp_tasks.domain.message_fields import check_text
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.domain.recipients import Recipient, check_chat_id, one_of, unwritable
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.account_stores import AccountStores

Addressed = tuple[Recipient, str, RequestRefused | None]
"""Whom it is for, what the caller named (which is the message's identity), and why nothing can be sent there:
a repeat is recognised without it.
"""


class Addressing:
    """``stores``: those of an account."""

    def __init__(self, stores: Callable[[str], AccountStores]) -> None:
        self._stores = stores

    def of(self, request: MessageRequest, account: str, now_ms: int) -> Addressed:
        """Raises RequestRefused if the request itself is malformed."""
        one_of(request.phone, request.chat)
        if request.chat is None:
            phone = parse_phone(check_text("phone", request.phone))
            return Recipient(phone), phone, None
        named = check_chat_id(request.chat, account)
        chat = self._stores(account).chats.get(named)
        recipient = Recipient(chat.phone, chat.id) if chat else Recipient(None, named)
        return recipient, named, unwritable(chat, now_ms)
