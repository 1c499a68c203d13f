"""The relay: puts new events in line for the endpoints, and hands what is due to the threads."""

import json
import logging
import time
from collections.abc import Callable, Mapping

from whatsapp_tasks.domain.events import Event, envelope, follows
from whatsapp_tasks.domain.webhooks import Endpoint
from whatsapp_tasks.queues import WEBHOOK_TASK, WEBHOOKS_QUEUE, task_envelope
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog, newest_places
from whatsapp_tasks.stores.metrics import Metrics
from whatsapp_tasks.stores.webhook_deliveries import (
    Deliveries,
    NewDelivery,
    Position,
    Positions,
    running_total,
)
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints
from whatsapp_tasks.tasks.rounds import Rounds

log = logging.getLogger(__name__)

ROUND_SECONDS = 0.1
BATCH = 200
HOUSEKEEPING_SECONDS = 60.0
BEAT_SECONDS = 5.0
"""Each beat is a write, which an append-only Redis may have to bring to disk at once."""


class Relay(Rounds):
    """Runs beside the threads of the webhooks worker. Several such workers do no harm: a script decides who
    moves on, and who takes a lane.
    """

    def __init__(
        self,
        database: Database,
        *,
        hold_ms: int,
        threads: int,
        dead_kept_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__("webhook-relay", ROUND_SECONDS)
        self._db = database
        self._clock = clock
        self._hold_ms = hold_ms
        self._threads = threads
        self._turn = 0
        self._dead_kept_ms = int(dead_kept_seconds * 1000)
        self._accounts = Accounts(database)
        self._endpoints = WebhookEndpoints(database)
        self._positions = Positions(database)
        self._next_housekeeping = self._next_beat = 0.0

    def round(self) -> None:
        """One round; raises StoreUnavailable."""
        endpoints = self._endpoints.all()
        enabled = self._endpoints.enabled(endpoints)
        for account in self._behind():
            while self.fan_out(account, enabled) == BATCH and not self._stop_asked.is_set():
                pass
        self._hand_over_all(endpoints)
        if time.monotonic() >= self._next_housekeeping:
            self._next_housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
            for endpoint in endpoints:
                Deliveries(self._db, endpoint.name).forget_dead(self._now_ms() - self._dead_kept_ms)
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + BEAT_SECONDS
            self._positions.beat(self._now_ms())

    def _behind(self) -> list[str]:
        """Accounts with events that are not in line yet. Two round trips, however many accounts there are."""
        reached = self._positions.all()
        newest = newest_places(self._db, self._accounts.names())
        return [a for a, place in newest.items() if follows(place, reached.get(a, Position()).place)]

    def fan_out(self, account: str, endpoints: list[Endpoint]) -> int:
        """Puts the account's next events in line; returns how many were read."""
        events = EventLog(self._db, account)
        before = self._positions.get(account)
        entries = events.after(before.place, BATCH)
        if not entries:
            return 0
        lost = 0
        if len(entries) == BATCH:  # only a long backlog can have reached the cap
            lost = max(0, events.trimmed() - before.read)
            entries = events.after(before.place, BATCH)
        wanted = [
            (event, endpoint)
            for _, event in entries
            if event is not None
            for endpoint in endpoints
            if endpoint.wants(event)
        ]
        records = events.records([event for event, _ in wanted])
        deliveries = [_delivery(event, endpoint, records) for event, endpoint in wanted]
        after = Position(entries[-1][0], before.read + len(entries) + lost)
        if not self._positions.move(account, before, after, self._now_ms(), deliveries):
            return len(entries)
        events.forget_received(entries)
        if lost:
            Metrics(self._db, account).count("events_lost", lost)
            log.error(
                "Events were removed before they were queued: no webhooks worker ran for too long",
                extra={"account": account, "events": lost},
            )
        return len(entries)

    def _hand_over_all(self, endpoints: list[Endpoint]) -> None:
        """No more than there are threads, so that nothing waits in the Celery queue while its hold runs out.
        Another endpoint is the first in each round.
        """
        free = self._threads - running_total(self._db, [e.name for e in endpoints], self._now_ms())
        self._turn += 1
        start = self._turn % max(1, len(endpoints))
        for endpoint in endpoints[start:] + endpoints[:start]:
            if free <= 0:
                return
            free -= self.hand_over(endpoint, free)

    def hand_over(self, endpoint: Endpoint, limit: int) -> int:
        """Lanes of the endpoint that are due go to the Celery queue; returns how many. Should the queue lose
        one, it is due again when its hold runs out.
        """
        taken = Deliveries(self._db, endpoint.name).take(
            self._now_ms(),
            hold_ms=self._hold_ms,
            concurrency=endpoint.concurrency,
            limit=limit,
        )
        for lane, token in taken:
            task_id = f"{endpoint.name}:{lane}:{token}"
            args = [endpoint.name, lane, token]
            entry = task_envelope(WEBHOOK_TASK, task_id, args, {}, WEBHOOKS_QUEUE, 0)
            self._db.do("LPUSH", WEBHOOKS_QUEUE, entry)
        return len(taken)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _delivery(event: Event, endpoint: Endpoint, records: Mapping[str, Mapping[str, object]]) -> NewDelivery:
    report = envelope(event, records.get(event.id), received_version=endpoint.received_version)
    body = json.dumps(report, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair, which early versions accepted in metadata, would stop the account's events.
    sound = body.encode("utf-8", "replace").decode()
    return NewDelivery(endpoint.name, event.id, event.lane, str(event.type), sound)
