"""The client: all calls of the API, one method each, in groups."""

from collections.abc import Iterator
from typing import cast

from whatsapp_tasks.client.accounts import AccountCalls
from whatsapp_tasks.client.chats import ChatCalls
from whatsapp_tasks.client.live_events import live_events
from whatsapp_tasks.client.messages import BatchCalls, MessageCalls
from whatsapp_tasks.client.recipients import NumberCheckCalls, OptOutCalls
from whatsapp_tasks.client.templates import TemplateCalls
from whatsapp_tasks.client.views import Key, LiveEvent


class Client(MessageCalls, BatchCalls, ChatCalls, TemplateCalls, NumberCheckCalls, OptOutCalls, AccountCalls):
    """Calls ``base_url`` with one API key. A repeated request has a new signature and the same idempotency
    key, so a lost answer never becomes a second message.

    Raises RequestRefused with the API's ``code`` for every answer that is a problem, and ApiUnreachable if no
    answer comes for ``patience_seconds``. Do not share it between threads.
    """

    def events(
        self, *, account: str | None = None, type: str | None = None, after: str | None = None
    ) -> Iterator[LiveEvent]:
        """What happens from now on, or after a ``place``, for as long as it is read; never ends by itself.

        ``account`` and ``type`` may name several, separated by commas; ``message.*`` is a whole kind. When
        the connection breaks, another one goes on after the last event. Raises what every call raises.
        """
        given = {"account": account, "type": type}
        query = {name: value for name, value in given.items() if value is not None}
        return live_events(self._transport, query, after)

    def key(self) -> Key:
        """What the key of this client may do."""
        return cast(Key, self.call("GET", "/key"))
