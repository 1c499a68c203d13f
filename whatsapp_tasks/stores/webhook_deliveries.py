"""Events queued for endpoints: lanes, attempts, dead letters. All of it survives every process."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import Attempt, applied

AWAY_AFTER_FAILURES = 5
"""After this many failures in a row, a success means that the receiver is back and all waiting lanes are
due."""

BEAT_KEPT_SECONDS = 24 * 3600
"""How long the age of the last sign of life can be seen after the worker stopped."""

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
    """The event at the head of its lane; this attempt is counted. Its attempts end a day after
    ``since_ms``.
    """

    id: str
    type: str
    body: str
    attempts: int
    since_ms: int


@dataclass(frozen=True)
class DeadLetter:
    """An event that was given up. ``code`` is the result of the last attempt."""

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
    """How far an account's events have been queued: the stream id of the last one, and their number."""

    place: str = _START
    read: int = 0
    seen: str = ""
    """As stored in Redis; a change compares against it."""

    def __str__(self) -> str:
        return f"{self.place}|{self.read}"


class Positions:
    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, account: str) -> Position:
        return _position(self._db.text("HGET", keys.WEBHOOK_POSITIONS, account))

    def all(self) -> dict[str, Position]:
        """By account; of a missing account no event has been read."""
        found = self._db.record(keys.WEBHOOK_POSITIONS)
        return {account: _position(text) for account, text in found.items()}

    def move(
        self, account: str, before: Position, after: Position, now_ms: int, deliveries: Sequence[NewDelivery]
    ) -> bool:
        """Queues ``deliveries`` and moves the position, both or neither. False: another process was
        faster.
        """
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
    """The number of running lanes of all these endpoints; those of killed workers count until they expire."""
    if not endpoints:
        return 0
    return sum(
        database.together(*(("ZCOUNT", keys.WebhookKeys(e).running, now_ms, "+inf") for e in endpoints))
    )


class Deliveries:
    """The queued events of one endpoint. A taken lane is ours until its token's time; after that another
    worker may take it, so a killed worker loses nothing.
    """

    def __init__(self, database: Database, endpoint: str) -> None:
        self.endpoint = endpoint
        self._db = database
        self._keys = keys.WebhookKeys(endpoint)

    def take(self, now_ms: int, *, hold_ms: int, concurrency: int, limit: int) -> list[tuple[str, str]]:
        """Takes lanes that are due, each with its token; no more than may run at once."""
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
        """The event at the head of the lane and a new token; None if the lane is not ours any more."""
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
        """Records the result of the attempt; a RETRY is due at ``next_ms``.

        False if the lane was not ours any more: its new holder sends the event to the receiver again.
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
        """Numbers of waiting lanes (one per message with events to deliver), running lanes, dead letters."""
        k = self._keys
        waiting, running, dead = self._db.together(("ZCARD", k.due), ("ZCARD", k.running), ("ZCARD", k.dead))
        return {"waiting": waiting, "running": running, "dead": dead}

    # dead letters

    def dead(self, limit: int = 100, offset: int = 0) -> list[DeadLetter]:
        """Dead letters, the latest first."""
        found = self._db.do("ZRANGE", self._keys.dead, offset, offset + limit - 1, "REV", "WITHSCORES")
        return list(self._letters(_pairs(found)))

    def redrive(self, delivery_id: str, now_ms: int) -> bool:
        """Queues one dead letter again, for a whole day of attempts; False if it is not a dead letter."""
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
        """Redrives all dead letters in the order in which they were given up, which is the order of their
        lanes.
        """
        ids = self._db.texts("ZRANGE", self._keys.dead, 0, -1)
        return sum(self.redrive(delivery_id, now_ms) for delivery_id in ids)

    def forget_dead(self, before_ms: int, keep: int = DEAD_KEPT) -> int:
        """Deletes dead letters older than ``before_ms``, and all but the newest ``keep``; returns their
        number.
        """
        k = self._keys
        old = self._db.texts("ZRANGEBYSCORE", k.dead, "-inf", f"({before_ms}")
        ids = dict.fromkeys([*old, *self._db.texts("ZRANGE", k.dead, 0, -keep - 1)])
        gone = [i for i in ids if self._db.number("ZREM", k.dead, i)]  # skips one that was just redriven
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
    """Members with scores, from either of redis-py's two formats."""
    if answer and isinstance(answer[0], list | tuple):
        return [(str(member), float(score)) for member, score in answer]
    return [(str(answer[i]), float(answer[i + 1])) for i in range(0, len(answer), 2)]
