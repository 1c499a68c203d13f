"""What a message replies to: found by the caller's id, and judged when the reply is accepted."""

from collections.abc import Callable

from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.domain.replies import Reply
from whatsapp_tasks.domain.reply_requests import Quotable, check_reply_policy, check_reply_to, reply_of
from whatsapp_tasks.domain.statuses import AT_WHATSAPP
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.account_stores import AccountStores

Judged = tuple[Reply | None, RequestRefused | None]
"""What a message replies to, and why it may not: a repeat is recognised without it."""


class Quoting:
    """``stores``: those of an account."""

    def __init__(self, stores: Callable[[str], AccountStores]) -> None:
        self._stores = stores

    def of(self, request: MessageRequest, account: str, recipient: Recipient) -> Judged:
        """Raises RequestRefused if the request itself is malformed."""
        policy = check_reply_policy(request.reply_policy)
        if request.reply_to is None:
            return None, None
        reply_to = check_reply_to(request.reply_to)
        target = self._quotable(account, reply_to)
        try:
            return reply_of(target, reply_to, policy, account=account, recipient=recipient), None
        except RequestRefused as refusal:
            return None, refusal

    def _quotable(self, account: str, message_id: str) -> Quotable | None:
        """The message with this id: one that we sent, or one that was read in its chat."""
        stores = self._stores(account)
        if message := stores.ledger.get(message_id):
            is_in_chat = message.status in AT_WHATSAPP
            return Quotable(message.account, message.recipient, message.bubble_id if is_in_chat else None)
        if received := stores.inbox.find(message_id):
            chat = stores.chats.get(received.chat_id)  # its phone may have been learned since
            phone = received.phone or (chat.phone if chat else None)
            there = Recipient(phone, chat.id if chat else received.chat_id)
            return Quotable(received.account, there, received.bubble_id)
        return None
