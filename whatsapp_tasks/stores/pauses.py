"""Pauses: why an account sends nothing now. Several reasons may stand at once."""

import json
from enum import StrEnum
from typing import Any

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database


class PauseReason(StrEnum):
    OPERATOR = "operator"
    BAN = "ban"
    MEMORY = "memory"
    CIRCUIT = "circuit"
    REDIS = "redis"


class Pauses:
    """The durable pause flags of one account; the worker obeys them before it consumes anything."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._key = keys.AccountKeys(account).pauses

    def set(self, reason: PauseReason, author: str, now_ms: int, note: str = "") -> None:
        """Idempotent: the first author and time of a reason stay."""
        fact = json.dumps({"author": author, "since_ms": now_ms, "note": note})
        self._db.do("HSETNX", self._key, reason, fact)

    def clear(self, reason: PauseReason) -> bool:
        return self._db.number("HDEL", self._key, reason) == 1

    def all(self) -> dict[str, dict[str, Any]]:
        return {reason: json.loads(text) for reason, text in self._db.record(self._key).items()}
