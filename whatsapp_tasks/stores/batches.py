"""Batches: messages that were submitted together, so that they can be followed and cancelled together."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database


@dataclass(frozen=True)
class BatchItem:
    """The result of submitting one item. ``outcome``: accepted, duplicate or refused.

    A duplicate has the status of the message that was accepted first; ``problem`` says why an item was
    refused.
    """

    outcome: str
    account: str
    id: str | None = None
    problem: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Batch:
    id: str
    author: str
    created_ms: int
    items: tuple[BatchItem, ...]


class Batches:
    """Batches are kept as long as the records of their messages, from the last message's ``send_at`` on."""

    def __init__(self, database: Database, record_seconds: float) -> None:
        self._db = database
        self._ttl = int(record_seconds)

    def begin(self, batch_id: str, content: str) -> bool:
        """Claims the id for this content; False if it was claimed for other content. Call this before
        accepting any item: an interrupted batch is completed by submitting it again.
        """
        key = keys.batch(batch_id)
        self._db.together(("HSETNX", key, "content", content), ("EXPIRE", key, self._ttl))
        return self._db.text("HGET", key, "content") == content

    def put(self, batch: Batch, longest_wait_seconds: float = 0) -> None:
        """Stores the results of the items; ``longest_wait_seconds``: until the last one is to be sent."""
        items = [[i.outcome, i.account, i.id, i.problem] for i in batch.items]
        key = keys.batch(batch.id)
        self._db.together(
            ("HSETNX", key, "created_ms", batch.created_ms),
            ("HSET", key, "author", batch.author, "items", json.dumps(items)),
            ("EXPIRE", key, self._ttl + math.ceil(longest_wait_seconds)),
        )

    def get(self, batch_id: str) -> Batch | None:
        record = self._db.record(keys.batch(batch_id))
        if "items" not in record:
            return None
        return Batch(
            batch_id,
            record["author"],
            int(record["created_ms"]),
            tuple(
                BatchItem(outcome, account, message_id, problem)
                for outcome, account, message_id, problem in json.loads(record["items"])
            ),
        )

    def states(self, items: Sequence[BatchItem]) -> list[tuple[str, str] | None]:
        """Status and source of each item's message, in one round trip; None for one without a record."""
        named = [item for item in items if item.id]
        if not named:
            return [None] * len(items)
        answers = iter(
            self._db.together(
                *(
                    ("HMGET", keys.AccountKeys(item.account).message(item.id or ""), "status", "source")
                    for item in named
                )
            )
        )
        states: list[tuple[str, str] | None] = []
        for item in items:
            status, source = next(answers) if item.id else (None, None)
            states.append((status, source or "") if status else None)
        return states
