"""Makes an attempt at the first event of a lane, and writes down what came of it."""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import assert_never

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.backoff import Backoff
from whatsapp_tasks.domain.webhooks import Answer, Endpoint, Verdict
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import Attempt
from whatsapp_tasks.stores.webhook_deliveries import Deliveries, Delivery
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints
from whatsapp_tasks.tasks.webhook_transports import Transport

log = logging.getLogger(__name__)

HOLD_FACTOR, HOLD_EXTRA_SECONDS = 1.5, 1.0
"""A lane is held longer than an attempt may take. After a kill -9 it rests until the hold runs out."""
WORK_SECONDS = 5.0
"""A task goes on to other lanes of its endpoint for that long before it gives its thread back."""
SLOW_SECONDS = 1.0
"""After an attempt that took longer it gives its thread back at once: others are not to wait for this one."""


class WebhookSender:
    """For all threads of the worker at once."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        transports: Mapping[str, Transport],
        *,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._db = database
        self._endpoints = WebhookEndpoints(database)
        self._transports = transports
        self._clock = clock
        self._jitter = jitter
        self._backoff = Backoff(
            settings.webhook_first_retry_seconds,
            settings.webhook_longest_retry_seconds,
            settings.webhook_give_up_seconds,
        )
        self.hold_ms = int((settings.webhook_timeout_seconds * HOLD_FACTOR + HOLD_EXTRA_SECONDS) * 1000)
        self.stopping = threading.Event()

    def work(self, endpoint_name: str, lane: str, token: str) -> None:
        """The lane that was taken, then others of the endpoint that are due."""
        until = time.monotonic() + WORK_SECONDS
        deliveries = Deliveries(self._db, endpoint_name)
        try:
            while True:
                endpoint = self._endpoints.find(endpoint_name)
                if endpoint is None:
                    return  # removed meanwhile, with all that waited for it
                begun = time.monotonic()
                self._attempt(endpoint, deliveries, lane, token)
                now = time.monotonic()
                if self.stopping.is_set() or now > until or now - begun > SLOW_SECONDS:
                    return
                more = deliveries.take(
                    self._now_ms(), hold_ms=self.hold_ms, concurrency=endpoint.concurrency, limit=1
                )
                if not more:
                    return
                lane, token = more[0]
        except StoreUnavailable:
            log.warning(
                "Redis went away during an attempt; the webhook is tried again",
                extra={"webhook": endpoint_name},
            )

    def _attempt(self, endpoint: Endpoint, deliveries: Deliveries, lane: str, token: str) -> None:
        begun = deliveries.begin(lane, token, self._now_ms(), self.hold_ms)
        if begun is None:
            return
        delivery, token = begun
        answer = self._answer(endpoint, delivery)
        now_ms = self._now_ms()
        outcome, next_ms, quiet_ms = self._decide(delivery, answer, now_ms)
        ours = deliveries.settle(
            lane,
            token,
            delivery.id,
            now_ms,
            outcome,
            code=answer.code,
            next_ms=next_ms,
            quiet_until_ms=quiet_ms,
        )
        _tell(endpoint, delivery, answer, outcome, None if next_ms is None else next_ms - now_ms)
        if not ours:
            log.warning(
                "The attempt took longer than its hold; another worker repeats it",
                extra={"webhook": endpoint.name, "event_id": delivery.id},
            )

    def _answer(self, endpoint: Endpoint, delivery: Delivery) -> Answer:
        try:
            return self._transports[endpoint.scheme](endpoint, delivery, self._clock())
        except StoreUnavailable:
            raise
        except Exception:  # a fault of ours meets the backoff too, or it would be made for ever
            log.exception("Unexpected error in an attempt", extra={"webhook": endpoint.name})
            return Answer(problem="internal_error")

    def _decide(
        self, delivery: Delivery, answer: Answer, now_ms: int
    ) -> tuple[Attempt, int | None, int | None]:
        """Outcome, time of the next attempt, and until when the endpoint is left alone."""
        if answer.verdict is Verdict.DELIVERED:
            return Attempt.DELIVERED, None, None
        if answer.verdict is Verdict.GONE:
            return Attempt.GONE, None, None
        next_ms = self._backoff.next_attempt_ms(
            delivery.attempts,
            now_ms=now_ms,
            since_ms=delivery.since_ms,
            jitter=self._jitter(),
            at_least_seconds=answer.retry_after_seconds,
        )
        quiet_ms = next_ms if answer.asks_for_quiet else None
        return (Attempt.RETRY if next_ms is not None else Attempt.DEAD), next_ms, quiet_ms

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _tell(
    endpoint: Endpoint, delivery: Delivery, answer: Answer, outcome: Attempt, wait_ms: int | None
) -> None:
    fields = {
        "webhook": endpoint.name,
        "event_id": delivery.id,
        "event_type": delivery.type,
        "attempt": delivery.attempts,
        "code": answer.code,
    }
    match outcome:
        case Attempt.DELIVERED:
            log.info("Webhook delivered", extra=fields)
        case Attempt.RETRY:
            seconds = round((wait_ms or 0) / 1000, 1)
            log.warning(
                "Webhook not accepted; it is tried again",
                extra={**fields, "detail": answer.detail, "next_in_seconds": seconds},
            )
        case Attempt.GONE:
            log.error(
                "Webhook disabled: its receiver answered 410. Undo: whatsapp-tasks webhooks enable NAME",
                extra=fields,
            )
        case Attempt.DEAD:
            log.error(
                "Webhook given up. To try it again: whatsapp-tasks webhooks redrive NAME",
                extra={**fields, "detail": answer.detail},
            )
        case unknown:
            assert_never(unknown)
