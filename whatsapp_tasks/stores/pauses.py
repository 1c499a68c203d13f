"""Pauses: reasons why an account sends nothing. There may be several; each is set and cleared separately."""

import json
from enum import StrEnum
from typing import Any

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.generation import Counted
from whatsapp_tasks.stores.outcomes import applied

HISTORY_KEPT = 200


class PauseReason(StrEnum):
    OPERATOR = "operator"  # a person paused it
    OPERATOR_VIEW = "operator_view"  # a person has the page open in the console (hands.py)
    BAN = "ban"  # the ban was confirmed; `clear-ban` ends it
    MEMORY = "memory"  # the browser uses too much memory and is being restarted
    CIRCUIT = "circuit"  # too many failures in a row
    REDIS = "redis"  # Redis came back with older data; a person decides


class Pauses:
    """The durable pause flags of one account; the worker obeys them before it consumes anything."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    def set(
        self, reason: PauseReason, author: str, now_ms: int, note: str = "", *, lost: Counted | None = None
    ) -> bool:
        """True if the reason is new. Idempotent: its first author, time and note stay.

        ``lost``: what Redis had counted before it lost writes; the account continues from there.
        """
        fact: dict[str, Any] = {"author": author, "since_ms": now_ms, "note": note}
        if lost is not None:
            fact |= {"generation": lost.writes, "intents": lost.intents}
        return applied(
            self._db.run(
                "pause",
                {
                    "pauses": self._keys.pauses,
                    "history": self._keys.pause_history,
                    "generation": self._keys.generation,
                },
                {
                    "reason": reason,
                    "fact": json.dumps(fact),
                    "entry": history_entry("pause", reason, author, now_ms, note),
                    "kept": HISTORY_KEPT,
                },
            )
        )

    def clear(self, reason: PauseReason, author: str = "unknown", now_ms: int = 0) -> bool:
        """True if the reason was set. Idempotent; other reasons stay."""
        fact = self.all().get(reason, {})
        return applied(
            self._db.run(
                "resume",
                {
                    "pauses": self._keys.pauses,
                    "history": self._keys.pause_history,
                    "generation": self._keys.generation,
                    "intents": self._keys.intents,
                },
                {
                    "reason": reason,
                    "entry": history_entry("resume", reason, author, now_ms),
                    "kept": HISTORY_KEPT,
                    "at_least": fact.get("generation", 0),
                    "intents_at_least": fact.get("intents", 0),
                },
            )
        )

    def all(self) -> dict[str, dict[str, Any]]:
        """By reason. A view whose viewer is gone is none, also while no worker is there to end it."""
        facts, viewed = self._db.together(("HGETALL", self._keys.pauses), ("EXISTS", self._keys.viewer))
        return {
            reason: json.loads(text)
            for reason, text in facts.items()
            if viewed or reason != PauseReason.OPERATOR_VIEW
        }

    def history(self, limit: int = 50) -> list[dict[str, Any]]:
        """The pauses and resumes with author, time and note; newest first."""
        entries = self._db.texts("LRANGE", self._keys.pause_history, 0, limit - 1)
        return [json.loads(entry) for entry in entries]


def history_entry(action: str, reason: PauseReason, author: str, now_ms: int, note: str = "") -> str:
    """One line of the history of pauses."""
    return json.dumps({"action": action, "reason": reason, "author": author, "at_ms": now_ms, "note": note})
