"""The send queue of one account, kept in step with the ledger: what is due, lost or out of time."""

from collections.abc import Iterable
from typing import Literal

from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.queues import deliver_envelope, messages_list, messages_lists, task_id_of
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import applied

NEXT_ENTRIES = 10
"""Of a list, to find its place among the open messages: a copy at its head may stand for a message that was
queued again since.
"""


class SendQueue:
    """For the holder of the account's lease, between messages."""

    def __init__(self, database: Database, account: str) -> None:
        self.account = account
        self._db = database
        self._keys = keys.AccountKeys(account)

    def release_due(self, now_ms: int, limit: int = 100) -> int:
        """Puts scheduled messages that are due onto the queue; returns their number."""
        return self._push(self._due(self._keys.schedule, now_ms, limit), "due")

    def requeue_lost(self) -> int:
        """Queues open messages again that have lost their queue entry, because a worker died with it.

        Lists are first in, first out, so every entry taken off was enqueued before the next one. The oldest
        one may stand behind others: kombu puts what it took while the gate closed back to the wrong end. An
        open attempt becomes the next one in any case: it may have been taken out of order (a copied or
        restored entry), and no other message is claimed before it is settled. Only the lease's holder may
        call this, and only while it is sending nothing.
        """
        pushed = 0
        for priority in Priority:
            entries = self._db.texts("LRANGE", messages_list(self.account, priority), -NEXT_ENTRIES, -1)
            open_key = self._keys.open_messages(priority)
            below, overtaken = "+inf", list[str]()  # at most one
            if entries:
                ids = [task_id_of(entry) or "" for entry in entries]
                places = self._db.do("ZMSCORE", open_key, *ids)
                if places[-1] is None:
                    continue  # not from dispatch, so its position is unknown; try again at the next look
                known = {name: int(float(place)) for name, place in zip(ids, places, strict=True) if place}
                oldest = min(known, key=lambda name: known[name])
                below = f"({known[oldest]}"
                overtaken = [oldest] if oldest != ids[-1] else []
            lost = self._db.texts("ZRANGEBYSCORE", open_key, "-inf", below)
            pushed += self._push(reversed([*lost, *overtaken]), "lost")
        return pushed + self._push(self._in_hand(), "lost")

    def due_to_expire(self, now_ms: int, limit: int = 100) -> list[str]:
        return self._due(self._keys.expiring, now_ms, limit)

    def nothing_queued(self) -> bool:
        """Whether the send queue is empty."""
        return not any(self._db.number("LLEN", name) for name in messages_lists(self.account))

    def open_count(self) -> int:
        return sum(self._db.number("ZCARD", self._keys.open_messages(p)) for p in Priority)

    def counts(self) -> dict[str, int]:
        """The numbers of open, scheduled and unknown messages; for the account's page."""
        k = self._keys
        return {
            "open": self.open_count(),
            "scheduled": self._db.number("ZCARD", k.schedule),
            "unknown": self._db.number("ZCARD", k.unknown),
        }

    def _in_hand(self) -> Iterable[str]:
        """The message claimed last, if its attempt is still open."""
        record = self._db.text("GET", self._keys.in_hand)
        if record is not None:
            message_id, status = self._db.texts_or_none("HMGET", record, "id", "status")
            if message_id is not None and status == Status.SENDING:
                yield message_id

    def _due(self, key: str, now_ms: int, limit: int) -> list[str]:
        return self._db.texts("ZRANGEBYSCORE", key, "-inf", now_ms, "LIMIT", 0, limit)

    def _push(self, ids: Iterable[str], how: Literal["due", "lost"]) -> int:
        k = self._keys
        pushed = 0
        for message_id in ids:
            status, kept = self._db.texts_or_none("HMGET", k.message(message_id), "status", "priority")
            priority = Priority(kept or Priority.NORMAL)
            # An open attempt is settled before anything else is sent: another message with the same text to
            # the same phone would be mistaken for it.
            queue_priority = Priority.HIGH if status == Status.SENDING else priority
            answer = self._db.run(
                "push",
                {
                    "record": k.message(message_id),
                    "schedule": k.schedule,
                    "open": k.open_messages(priority),
                    "broker_list": messages_list(self.account, queue_priority),
                    "sequence": k.sequence,
                },
                {
                    "id": message_id,
                    "queue_message": deliver_envelope(message_id, self.account, queue_priority),
                    "how": how,
                },
            )
            pushed += applied(answer)
        return pushed
