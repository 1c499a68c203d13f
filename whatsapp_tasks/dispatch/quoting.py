"""What a message replies to: found by the caller's id, and judged when the reply is accepted."""

from collections.abc import Callable

from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.replies import Reply
from whatsapp_tasks.domain.reply_requests import Quotable, check_reply_policy, check_reply_to, reply_of
from whatsapp_tasks.domain.statuses import AT_WHATSAPP
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.ledger import Ledger

Judged = tuple[Reply | None, RequestRefused | None]
"""What a message replies to, and why it may not: a repeat is recognised without it."""


class Quoting:
    """``ledger``: the messages of an account."""

    def __init__(self, ledger: Callable[[str], Ledger]) -> None:
        self._ledger = ledger

    def of(self, request: MessageRequest, account: str, phone: str) -> Judged:
        """Raises RequestRefused if the request itself is malformed."""
        policy = check_reply_policy(request.reply_policy)
        if request.reply_to is None:
            return None, None
        reply_to = check_reply_to(request.reply_to)
        target = self._quotable(account, reply_to)
        try:
            return reply_of(target, reply_to, policy, account=account, phone=phone), None
        except RequestRefused as refusal:
            return None, refusal

    def _quotable(self, account: str, message_id: str) -> Quotable | None:
        """The message with this id: one of ours, since so far only these have ids."""
        message = self._ledger(account).get(message_id)
        if message is None:
            return None
        is_in_chat = message.status in AT_WHATSAPP
        return Quotable(message.account, message.phone, message.bubble_id if is_in_chat else None)
