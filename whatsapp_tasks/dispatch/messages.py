"""Messages that were accepted, of any account: shown, cancelled, and settled by a person."""

import time
from collections.abc import Callable
from functools import lru_cache, partial

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.refusals import message_not_found
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.message_index import MessageIndex
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.send_queue import SendQueue

_ACCOUNTS_KNOWN = 1000
"""For how many accounts a process caches its stores; callers may name any number of accounts."""


class AcceptedMessages:
    """``clock`` returns unix seconds."""

    def __init__(
        self, database: Database, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self._index = MessageIndex(database)
        self._clock = clock
        self._stores = lru_cache(maxsize=_ACCOUNTS_KNOWN)(partial(AccountStores, database, settings))

    def ledger(self, account: str) -> Ledger:
        return self._stores(account).ledger

    def queue(self, account: str) -> SendQueue:
        return self._stores(account).queue

    def cancel(self, message_id: str) -> Message:
        """Cancels a queued message; raises RequestRefused (``message_not_found``, ``not_cancellable``).

        Cancelling a cancelled message again is not an error.
        """
        message = self.get(message_id)
        self.ledger(message.account).advance(message, Status.CANCELLED, int(self._clock() * 1000))
        now = self.get(message_id)
        if now.status is not Status.CANCELLED:
            raise RequestRefused(
                "not_cancellable",
                f"Only a queued message can be cancelled; this one is {now.status}.",
                http_status=409,
            )
        return now

    def resolve(self, message_id: str, to: Status, *, author: str, note: str) -> Message:
        """A person settles an ``unknown`` message as ``sent`` or ``failed``.

        Raises RequestRefused (``message_not_found``, ``not_resolvable``).
        """
        message = self.get(message_id)
        error = ("resolved_failed", note or "A person found that it was not sent.")
        if not self.ledger(message.account).advance(
            message,
            to,
            int(self._clock() * 1000),
            code="resolved",
            error=error if to is Status.FAILED else None,
            only_from=Status.UNKNOWN,
            resolved_by=author,
            resolution_note=note,
        ):
            now = self.get(message_id)
            raise RequestRefused(
                "not_resolvable",
                f"Only an unknown message can be resolved; this one is {now.status}.",
                http_status=409,
            )
        return self.get(message_id)

    def page(
        self,
        *,
        account: str | None = None,
        status: str | None = None,
        phone: str | None = None,
        cursor: str | None = None,
        limit: int,
    ) -> tuple[list[Message], str | None]:
        """Messages of one account or of all, newest first; see ``MessageIndex.page``."""
        return self._index.page(account=account, status=status, phone=phone, cursor=cursor, limit=limit)

    def get(self, message_id: str) -> Message:
        """The message, of any account; raises RequestRefused (``message_not_found``)."""
        account = self._index.account_of(message_id)
        message = self.ledger(account).get(message_id) if account else None
        if message is not None:
            return message
        raise message_not_found()
