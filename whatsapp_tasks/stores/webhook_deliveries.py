"""Events in line for endpoints: lanes, attempts, dead letters. What is in here survives every process."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import Attempt, applied

AWAY_AFTER_FAILURES = 5
"""Failures in a row after which a success means that the receiver is back, and all that waits is due."""

BEAT_KEPT_SECONDS = 24 * 3600
"""So long its age can be seen after it stopped."""

DEAD_KEPT = 50_000
"""Dead letters of one endpoint: a week of a busy account, in some 30 MB."""

_START = "0-0"


@dataclass(frozen=True)
class NewDelivery:
    """One event for one endpoint."""

    endpoint: str
    id: str
    lane: str
    type: str
    body: str


@dataclass(frozen=True)
class Delivery:
    """One event at the head of its lane, with this attempt counted. Its day of attempts runs since then."""

    id: str
    type: str
    body: str
    attempts: int
    since_ms: int


@dataclass(frozen=True)
class DeadLetter:
    """An event that was given up. ``code`` is what came of the last attempt."""

    endpoint: str
    id: str
    lane: str
    type: str
    body: str
    attempts: int
    code: str
    dead_ms: int

    @property
    def envelope(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass(frozen=True)
class Position:
    """How far an account's events are in line: place of the last one, and how many there have been."""

    place: str = _START
    read: int = 0
    seen: str = ""
    """As it stands in Redis: what a change is checked against."""

    def __str__(self) -> str:
        return f"{self.place}|{self.read}"


class Positions:
    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, account: str) -> Position:
        return _position(self._db.text("HGET", keys.WEBHOOK_POSITIONS, account))

    def all(self) -> dict[str, Position]:
        """By account; one that is not in it has been read nothing of."""
        found = self._db.record(keys.WEBHOOK_POSITIONS)
        return {account: _position(text) for account, text in found.items()}

    def move(
        self, account: str, before: Position, after: Position, now_ms: int, deliveries: Sequence[NewDelivery]
    ) -> bool:
        """Puts ``deliveries`` in line and moves on, both or neither. False: another process was faster."""
        names: list[str] = []
        facts: list[str] = []
        for new in deliveries:
            k = keys.WebhookKeys(new.endpoint)
            names += [k.delivery(new.id), k.lane(new.lane), k.due]
            facts += [new.id, new.lane, new.type, new.body]
        return applied(
            self._db.run(
                "webhook_fan_out",
                {"positions": keys.WEBHOOK_POSITIONS},
                {
                    "account": account,
                    "seen": before.seen,
                    "reached": str(after),
                    "now": now_ms,
                },
                names,
                facts,
            )
        )

    def beat(self, now_ms: int) -> None:
        """The webhooks worker's sign of life."""
        self._db.do("SET", keys.WEBHOOK_WORKER, now_ms, "EX", BEAT_KEPT_SECONDS)

    def last_beat_ms(self) -> int | None:
        text = self._db.text("GET", keys.WEBHOOK_WORKER)
        return int(text) if text else None


def _position(text: str | None) -> Position:
    if not text:
        return Position()
    place, _, read = text.partition("|")
    return Position(place, int(read), text)


def running_total(database: Database, endpoints: Sequence[str], now_ms: int) -> int:
    """How many lanes of all these endpoints are under way; those of killed workers count until their time."""
    if not endpoints:
        return 0
    return sum(
        database.together(*(("ZCOUNT", keys.WebhookKeys(e).running, now_ms, "+inf") for e in endpoints))
    )


class Deliveries:
    """What is in line for one endpoint. A lane in hand is ours until its token's time; then another worker
    may take it, so that a killed one loses nothing.
    """

    def __init__(self, database: Database, endpoint: str) -> None:
        self.endpoint = endpoint
        self._db = database
        self._keys = keys.WebhookKeys(endpoint)

    def take(self, now_ms: int, *, hold_ms: int, concurrency: int, limit: int) -> list[tuple[str, str]]:
        """Lanes whose time has come, each with its token; no more than may be under way at once."""
        k = self._keys
        flat = self._db.run(
            "webhook_take",
            {"due": k.due, "running": k.running, "state": k.state},
            {
                "now": now_ms,
                "hold": hold_ms,
                "most_running": concurrency,
                "most_taken": limit,
            },
        )
        return list(zip(flat[::2], flat[1::2], strict=True))

    def begin(self, lane: str, token: str, now_ms: int, hold_ms: int) -> tuple[Delivery, str] | None:
        """The event at the head of the lane and a new token; None when the lane is not ours any more."""
        k = self._keys
        fresh = str(now_ms + hold_ms)
        found = self._db.run(
            "webhook_begin",
            {
                "running": k.running,
                "lane_list": k.lane(lane),
                "state": k.state,
                "due": k.due,
            },
            {
                "lane": lane,
                "token": token,
                "new_token": fresh,
                "record_prefix": k.deliveries,
            },
        )
        if not found:
            return None
        return Delivery(found[0], found[1], found[2], int(found[3]), int(found[4])), fresh

    def settle(
        self,
        lane: str,
        token: str,
        delivery_id: str,
        now_ms: int,
        outcome: Attempt,
        *,
        code: str,
        next_ms: int | None = None,
        quiet_until_ms: int | None = None,
    ) -> bool:
        """What came of the attempt; a RETRY is due at ``next_ms``.

        False when the lane was not ours any more: the receiver is told once more, by who has it now.
        """
        k = self._keys
        return applied(
            self._db.run(
                "webhook_settle",
                {
                    "due": k.due,
                    "running": k.running,
                    "state": k.state,
                    "dead": k.dead,
                    "metrics": k.metrics,
                    "lane_list": k.lane(lane),
                    "record": k.delivery(delivery_id),
                },
                {
                    "lane": lane,
                    "token": token,
                    "id": delivery_id,
                    "now": now_ms,
                    "outcome": outcome,
                    "next_attempt": "" if next_ms is None else next_ms,
                    "code": code,
                    "quiet_until": "" if quiet_until_ms is None else quiet_until_ms,
                    "away_after": AWAY_AFTER_FAILURES,
                    "record_prefix": k.deliveries,
                },
            )
        )

    def counts(self) -> dict[str, int]:
        """Lanes that wait (one per message with events to deliver), lanes under way, dead letters."""
        k = self._keys
        waiting, running, dead = self._db.together(("ZCARD", k.due), ("ZCARD", k.running), ("ZCARD", k.dead))
        return {"waiting": waiting, "running": running, "dead": dead}

    # dead letters

    def dead(self, limit: int = 100, offset: int = 0) -> list[DeadLetter]:
        """Dead letters, the one given up last first."""
        found = self._db.do("ZRANGE", self._keys.dead, offset, offset + limit - 1, "REV", "WITHSCORES")
        return list(self._letters(_pairs(found)))

    def redrive(self, delivery_id: str, now_ms: int) -> bool:
        """Puts one dead letter in line again, with a whole day before it; False when it is none."""
        k = self._keys
        lane = self._db.text("HGET", k.delivery(delivery_id), "lane")
        if lane is None:
            return False
        return applied(
            self._db.run(
                "webhook_redrive",
                {
                    "dead": k.dead,
                    "due": k.due,
                    "lane_list": k.lane(lane),
                    "record": k.delivery(delivery_id),
                },
                {"id": delivery_id, "lane": lane, "now": now_ms},
            )
        )

    def redrive_all(self, now_ms: int) -> int:
        """All dead letters, in the order in which they were given up, which is the order of their lanes."""
        ids = self._db.texts("ZRANGE", self._keys.dead, 0, -1)
        return sum(self.redrive(delivery_id, now_ms) for delivery_id in ids)

    def forget_dead(self, before_ms: int, keep: int = DEAD_KEPT) -> int:
        """Drops dead letters given up before then, and all but the newest ``keep``; returns how many."""
        k = self._keys
        old = self._db.texts("ZRANGEBYSCORE", k.dead, "-inf", f"({before_ms}")
        ids = dict.fromkeys([*old, *self._db.texts("ZRANGE", k.dead, 0, -keep - 1)])
        gone = [i for i in ids if self._db.number("ZREM", k.dead, i)]  # not one that was redriven just now
        for delivery_id in gone:
            self._db.do("DEL", k.delivery(delivery_id))
        return len(gone)

    def _letters(self, found: list[tuple[str, float]]) -> Iterator[DeadLetter]:
        if not found:
            return
        records = self._db.together(*(("HGETALL", self._keys.delivery(i)) for i, _ in found))
        for (delivery_id, at), record in zip(found, records, strict=True):
            if record:
                yield DeadLetter(
                    self.endpoint,
                    delivery_id,
                    record["lane"],
                    record["type"],
                    record["body"],
                    int(record["attempts"]),
                    record.get("code", ""),
                    int(at),
                )


def _pairs(answer: Any) -> list[tuple[str, float]]:
    """Members with scores, in whichever of the two forms redis-py gives them."""
    if answer and isinstance(answer[0], list | tuple):
        return [(str(member), float(score)) for member, score in answer]
    return [(str(answer[i]), float(answer[i + 1])) for i in range(0, len(answer), 2)]
