"""The parts of the webhooks worker in this process, on the test's Redis, with a clock that tests may move."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.ledger_rig import LedgerRig
from tests.support.webhook_receiver import Receiver
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.webhooks import Endpoint, encode_secret
from whatsapp_tasks.queues import WEBHOOKS_QUEUE
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.webhook_deliveries import Deliveries
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints
from whatsapp_tasks.tasks.webhook_relay import Relay
from whatsapp_tasks.tasks.webhook_sender import WebhookSender
from whatsapp_tasks.tasks.webhook_transports import transports

SECRET = encode_secret(b"s" * 32)


@dataclass
class Clock:
    """Real time, moved ahead by what a test says."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class WebhookRig:
    """Relay and sender without Celery: ``round`` does what a round of the worker does, in this thread."""

    database: Database
    settings: Settings
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.endpoints = WebhookEndpoints(self.database)
        self.sender = WebhookSender(
            self.database,
            self.settings,
            transports(self.settings, Dispatcher(self.database, self.settings)),
            clock=self.clock,
            jitter=lambda: 0.5,
        )
        self.relay = Relay(
            self.database,
            hold_ms=self.sender.hold_ms,
            threads=16,
            dead_kept_seconds=3600,
            clock=self.clock,
        )

    def endpoint(self, receiver: Receiver, name: str = "orders", **changes: Any) -> Deliveries:
        """An endpoint for ``receiver``, and what is in line for it."""
        fields = {"secrets": (SECRET,), "allow_private": True, **changes}
        self.endpoints.add(Endpoint(name=name, url=receiver.url, **fields))
        return Deliveries(self.database, name)

    def round(self) -> int:
        """Everything that is due, once; returns how many lanes were handed over."""
        self.relay.round()
        handed = self.handed_over()
        threads = [threading.Thread(target=self.sender.work, args=lane) for lane in handed]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(handed)

    def handed_over(self) -> list[tuple[str, str, str]]:
        """Endpoint, lane and token of each task on the Celery queue, taken off it."""
        entries = self.database.texts("LRANGE", WEBHOOKS_QUEUE, 0, -1)
        self.database.do("DEL", WEBHOOKS_QUEUE)
        return [arguments_of(entry) for entry in reversed(entries)]

    def until_quiet(self) -> None:
        """Rounds until nothing is due."""
        while self.round():
            pass


def arguments_of(entry: str) -> tuple[str, str, str]:
    import base64
    import json

    args = json.loads(base64.b64decode(json.loads(entry)["body"]))[0]
    return args[0], args[1], args[2]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Short times: an attempt takes a second at most, and a day lasts a minute."""
    return settings.model_copy(
        update={
            "webhook_connect_timeout_seconds": 0.5,
            "webhook_timeout_seconds": 1.0,
            "webhook_first_retry_seconds": 5.0,
            "webhook_longest_retry_seconds": 20.0,
            "webhook_give_up_seconds": 60.0,
        }
    )


@pytest.fixture
def hooks(database: Database, settings: Settings) -> WebhookRig:
    return WebhookRig(database, settings)


@pytest.fixture
def rig(database: Database) -> LedgerRig:
    """The account `default`, whose linking is not reported."""
    rig = LedgerRig(database)
    database.do("DEL", rig.keys.events, rig.keys.metrics)
    return rig


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


MakeReceiver = Callable[[], Receiver]


@pytest.fixture
def make_receiver() -> Iterator[MakeReceiver]:
    """Receivers that end with the test."""
    running: list[Receiver] = []

    def make() -> Receiver:
        running.append(Receiver().__enter__())
        return running[-1]

    yield make
    for each in running:
        each.__exit__()
