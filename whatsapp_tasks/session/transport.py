"""The seam between the delivery of messages and the way they reach WhatsApp."""

from typing import Protocol

from whatsapp_tasks.domain.attempts import Attempt
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.sending import send
from whatsapp_tasks.session.settling import settle
from whatsapp_tasks.stores.messages import Message


class Transport(Protocol):
    """A way to bring the messages of one account to WhatsApp.

    Both methods raise SendRefused or SendPostponed (certainly not sent), SendUnsettled (perhaps sent),
    BrowserErrors (whether it was sent: the intent in the ledger shows it), LeaseLost and StoreUnavailable.
    """

    def send(self, message: Message) -> Attempt:
        """Send ``message``, claimed by this worker. Its intent is in the ledger before it can be sent."""
        ...

    def settle(self, message: Message) -> Attempt:
        """Find out what became of ``message``, whose last attempt ended without a result. Sends nothing."""
        ...


class WhatsAppWeb:
    """WhatsApp Web in the account's browser, which is started where there is none."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context

    def send(self, message: Message) -> Attempt:
        """See ``Transport``."""
        return send(self._context, self._context.keeper.ensure(), message)

    def settle(self, message: Message) -> Attempt:
        """See ``Transport``."""
        return settle(self._context, self._context.keeper.ensure(), message)
