"""The stored data of an account's session: state, history, QR code, heartbeat."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from whatsapp_tasks.domain.events import NEEDS_A_PERSON
from whatsapp_tasks.domain.phones import same_number
from whatsapp_tasks.domain.restrictions import Restriction
from whatsapp_tasks.domain.states import SessionEvent, SessionState, next_state
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.generation import Counted
from whatsapp_tasks.stores.outcomes import Transition, outcome_of

HISTORY_KEPT = 200
_SEVERAL = "*"


@dataclass(frozen=True)
class SessionRecord:
    state: SessionState
    reason: str
    since_ms: int
    actor: str
    restriction: Restriction | None = None
    was_linked: bool = False
    """Whether a phone was linked, and nobody logged it out on purpose."""


@dataclass(frozen=True)
class SendConditions:
    """Everything that decides whether the account sends, read at one moment."""

    session: SessionRecord
    pauses: frozenset[str]
    counted: Counted


class Sessions:
    """The session of one account."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    def get(self) -> SessionRecord:
        return _session(self._db.record(self._keys.session))

    def send_conditions(self) -> SendConditions:
        record, pauses, counts = self._db.together(
            ("HGETALL", self._keys.session),
            ("HKEYS", self._keys.pauses),
            ("MGET", self._keys.generation, self._keys.intents),
        )
        return SendConditions(_session(record), frozenset(pauses), Counted(*(int(n or 0) for n in counts)))

    def note_restriction(self, restriction: Restriction | None) -> None:
        """Updates the restriction without a change of state."""
        if restriction is not None:
            self._db.do("HSET", self._keys.session, "restriction", restriction.to_json())

    def set_linked(self, linked: bool) -> None:
        """Records that a phone is linked, or that it was logged out on purpose."""
        self._db.do("HSET", self._keys.session, "linked", int(linked))

    def count_cure(self, cause: str) -> None:
        """Counts restarts and reloads of the browser by cause: ``first``, ``hung``, ``died``, ``reload``,
        …
        """
        self._db.do("HINCRBY", self._keys.cures, cause, 1)

    def cures(self) -> dict[str, int]:
        return {cause: int(count) for cause, count in self._db.record(self._keys.cures).items()}

    def apply(
        self,
        event: SessionEvent,
        now_ms: int,
        *,
        reason: str,
        actor: str,
        fence: int | None,
        restriction: Restriction | None = None,
        announce: bool = False,
    ) -> SessionState:
        """The state after ``event``; raises IllegalTransition (nothing changes) or LeaseLost.

        ``restriction`` is stored with the new state. ``announce``: it is an event even if the state stays.
        """
        while True:
            before = self._db.text("HGET", self._keys.session, "state") or ""
            after = next_state(SessionState(before) if before else SessionState.INIT, event)
            answer, _ = self._db.run(
                "transition",
                {
                    "session": self._keys.session,
                    "history": self._keys.history,
                    "lease": self._keys.lease,
                    "events": self._keys.events,
                    "metrics": self._keys.metrics,
                    "generation": self._keys.generation,
                },
                {
                    "expected": before,
                    "to": after,
                    "event": event,
                    "reason": reason,
                    "actor": actor,
                    "now": now_ms,
                    "kept": HISTORY_KEPT,
                    "fence": "" if fence is None else fence,
                    "needs_person": int(after in NEEDS_A_PERSON),
                    "restriction": restriction.to_json() if restriction else "",
                    "announce": int(announce),
                },
            )
            match outcome_of(Transition, answer):
                case Transition.OK:
                    return after
                case Transition.LEASE_LOST:
                    raise LeaseLost
                case Transition.CHANGED:
                    continue
                case unknown:
                    assert_never(unknown)

    def history(self, limit: int = 50) -> list[dict[str, Any]]:
        return [json.loads(entry) for entry in self._db.texts("LRANGE", self._keys.history, 0, limit - 1)]

    def show_qr(self, ref: str, now_ms: int, ttl_seconds: int = 30) -> None:
        """Stores the code that the page shows; it expires unless the worker repeats the call."""
        self._db.together(
            ("HSET", self._keys.qr, "ref", ref, "seen_ms", now_ms), ("EXPIRE", self._keys.qr, ttl_seconds)
        )

    def hide_qr(self) -> None:
        self._db.do("DEL", self._keys.qr)

    def qr(self) -> str | None:
        """The text of the QR code that the page shows now."""
        return self._db.text("HGET", self._keys.qr, "ref")

    def beat(self, facts: Mapping[str, Any], ttl_seconds: int) -> None:
        """The worker's sign of life, with facts about it."""
        self._db.do("SET", self._keys.heartbeat, json.dumps(facts), "EX", ttl_seconds)

    def heartbeat(self) -> dict[str, Any] | None:
        text = self._db.text("GET", self._keys.heartbeat)
        return json.loads(text) if text else None

    def learn_chat_title(self, phone: str, title: str) -> None:
        """Records the title of the chat that the page opened for ``phone``."""
        before = self._db.text("HGET", self._keys.known_chats, phone)
        if before is not None and before != title:
            self._db.do("HDEL", self._keys.chat_titles, before)  # this title belongs to somebody else now
        self._db.do("HSET", self._keys.known_chats, phone, title)
        owner = self._db.text("HGET", self._keys.chat_titles, title)
        if owner is None or not same_number(owner, phone):
            value = phone if owner is None else _SEVERAL
            self._db.do("HSET", self._keys.chat_titles, title, value)

    def title_of(self, phone: str) -> str | None:
        """The title that the chat with ``phone`` had when it was last opened by it."""
        return self._db.text("HGET", self._keys.known_chats, phone)

    def phones_of_titles(self, titles: Sequence[str]) -> dict[str, str]:
        """By title, the phone of each title that was recorded for one phone only. It is a hint, not proof:
        open the chat before acting on it.
        """
        if not titles:
            return {}
        found = self._db.texts_or_none("HMGET", self._keys.chat_titles, *titles)
        return {
            title: phone
            for title, phone in zip(titles, found, strict=True)
            if phone is not None and phone != _SEVERAL
        }


def _session(record: Mapping[str, str]) -> SessionRecord:
    return SessionRecord(
        SessionState(record.get("state", SessionState.INIT)),
        record.get("reason", ""),
        int(record.get("since_ms", 0)),
        record.get("actor", ""),
        Restriction.from_json(record["restriction"]) if record.get("restriction") else None,
        record.get("linked") == "1",
    )
