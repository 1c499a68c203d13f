"""The selector override in Redis: one for all accounts, in force everywhere within a second."""

from dataclasses import dataclass

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database


@dataclass(frozen=True)
class StoredOverride:
    """``text`` is TOML in the form of browser/selectors.toml."""

    version: int
    text: str
    actor: str
    at_ms: int


class SelectorOverride:
    """The Redis key ``wa:selectors``."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def version(self) -> int:
        """Changes with every ``put`` and ``clear``; 0 if there never was an override."""
        return int(self._db.text("HGET", keys.SELECTORS, "version") or 0)

    def get(self) -> StoredOverride | None:
        """The override in force; None if there is none."""
        record = self._db.record(keys.SELECTORS)
        if not record.get("text"):
            return None
        return StoredOverride(
            int(record.get("version", 0)),
            record["text"],
            record.get("actor", ""),
            int(record.get("at_ms") or 0),
        )

    def put(self, text: str, actor: str, now_ms: int) -> None:
        """``text`` must have been checked. Workers check it again, and keep the current selectors if it is
        bad.
        """
        self._db.together(
            ("HINCRBY", keys.SELECTORS, "version", 1),
            ("HSET", keys.SELECTORS, "text", text, "actor", actor, "at_ms", now_ms),
        )

    def clear(self) -> None:
        self._db.together(("HINCRBY", keys.SELECTORS, "version", 1), ("HDEL", keys.SELECTORS, "text"))
