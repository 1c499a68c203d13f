"""The campaign: receivers that are slow, flapping, down for the whole backoff; the worker killed meanwhile.

What must hold: each event is received at least once, the events of one message in their order, and sending
goes on as if there were no hooks.
"""

import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.webhooks.conftest import MakeReceiver, WebhookRig
from tests.integration.webhooks.worker_process import WorkerProcess
from tests.support import webhook_receiver as receivers
from tests.support.ledger_rig import LedgerRig
from tests.support.redis_server import RedisServer
from tests.support.webhook_receiver import Exchange, Received, answer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.queues import messages_lists
from whatsapp_tasks.stores.connection import Database

STORY = [Status.SENT, Status.DELIVERED, Status.READ]
TOLD = ["queued", *map(str, STORY)]
MESSAGES = 12

PATIENT = {
    "WHATSAPP_WEBHOOK_CONNECT_TIMEOUT_SECONDS": "5",
    "WHATSAPP_WEBHOOK_TIMEOUT_SECONDS": "10",
    "WHATSAPP_WEBHOOK_GIVE_UP_SECONDS": "30",
}
"""Receivers on a busy machine answer late; none here is silent on purpose."""


@pytest.fixture
def worker(settings: Settings, tmp_path: Path) -> Iterator[WorkerProcess]:
    with WorkerProcess(settings.redis_url, tmp_path) as running:
        yield running


@pytest.fixture
def patient_worker(settings: Settings, tmp_path: Path) -> Iterator[WorkerProcess]:
    with WorkerProcess(settings.redis_url, tmp_path, **PATIENT) as running:
        yield running


def send_messages(rig: LedgerRig, count: int, pause: float) -> list[str]:
    """Messages brought to `read`: their ids."""
    ids: list[str] = []
    for _ in range(count):
        rig.now = int(time.time() * 1000)
        message = rig.accept()
        ids.append(message.id)
        rig.ledger.advance(message, Status.SENDING, rig.now, fence=rig.fence)
        for status in STORY:
            rig.ledger.advance(message, status, rig.now, fence=rig.fence)
        time.sleep(pause)  # the pace of the campaign, not a wait for anything
    return ids


def flap(exchange: Exchange) -> None:
    """Each event is refused up to three times, in another way each time, before it is taken."""
    seen = exchange.request_seen
    with exchange.receiver.changed:
        attempt = sum(
            r.headers["webhook-id"] == seen.headers["webhook-id"] for r in exchange.receiver.received
        )
    refusals = zlib.crc32(seen.body) % 4
    if attempt > refusals:
        exchange.reply(204)
    else:
        [answer(500), receivers.hang_up, answer(302, {"Location": "/elsewhere"})][attempt % 3](exchange)


def check(received: list[Received], ids: list[str]) -> Counter[str]:
    """All events, in the order of each message; how often each was received."""
    by_message: dict[str, list[str]] = defaultdict(list)
    for request in received:
        by_message[request.envelope["data"]["message_id"]].append(request.status)
    assert set(by_message) == set(ids)
    for statuses in by_message.values():
        assert list(dict.fromkeys(statuses)) == TOLD
        assert statuses == sorted(statuses, key=TOLD.index), "no event behind a later one, not even again"
    return Counter(r.headers["webhook-id"] for r in received)


def events_of(received: list[Received]) -> set[str]:
    return {r.headers["webhook-id"] for r in received}


def test_the_campaign(
    hooks: WebhookRig, rig: LedgerRig, patient_worker: WorkerProcess, make_receiver: MakeReceiver
) -> None:
    worker = patient_worker
    slow, flapping, down = make_receiver(), make_receiver(), make_receiver()
    slow.behave = receivers.slow(0.15)
    flapping.behave = flap
    down.behave = answer(503)
    lines = {
        "slow": hooks.endpoint(slow, "slow", concurrency=8),
        "flapping": hooks.endpoint(flapping, "flapping", concurrency=8),
        "down": hooks.endpoint(down, "down", concurrency=3),
    }

    ids: list[str] = []
    for round_ in range(4):
        if round_ == 2:
            worker.kill()  # this round is sent while nobody cares for webhooks
        ids += send_messages(rig, MESSAGES // 4, 0.02)
        if round_ == 2:
            worker.start()
    total = len(ids) * len(TOLD)

    slow.wait_for(lambda r: len(events_of(r)) == total, 90)
    flapping.wait_for(lambda r: len(events_of(r)) == total, 90)
    down.wait_for(lambda r: len(events_of(r)) == total, 90)
    until = time.monotonic() + 120
    while lines["down"].counts()["dead"] < total and time.monotonic() < until:
        time.sleep(0.05)
    assert {name: line.counts()["dead"] for name, line in lines.items()} == {
        "slow": 0,
        "flapping": 0,
        "down": total,
    }

    check(slow.received, ids)
    assert max(check(flapping.received, ids).values()) >= 4
    attempts = check(down.received, ids)
    assert min(attempts.values()) >= 1

    down.behave = answer(204)
    down.received.clear()
    assert f"{total} queued again" in worker.run("webhooks", "redrive", "down")
    down.wait_for(lambda r: len(events_of(r)) == total)
    check(down.received, ids)

    queued = sum(rig.database.number("LLEN", name) for name in messages_lists("default"))
    assert queued == len(ids), "the send queue is as the ledger left it"
    assert worker.stop() == 0
    assert "+4915112345678" not in worker.log


def test_a_killed_worker_loses_no_event_and_a_stopped_one_ends_in_order(
    hooks: WebhookRig, rig: LedgerRig, worker: WorkerProcess, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver()
    receiver.behave = receivers.hang
    hooks.endpoint(receiver)
    rig.now = int(time.time() * 1000)
    message = rig.accept()
    receiver.wait_for_count(1)
    worker.kill()  # with the request under way: nobody knows whether it was taken
    receiver.behave = answer(204)
    rig.ledger.advance(message, Status.CANCELLED, rig.now)
    worker.start()
    receiver.wait_for_count(3)
    assert [r.status for r in receiver.received] == ["queued", "queued", "cancelled"]

    receiver.behave = receivers.slow(0.5)
    rig.accept()
    receiver.wait_for_count(4)
    assert worker.stop() == 0
    assert hooks.endpoints.state("orders").streak == 0, "the request under way was brought to its end"


def test_a_redis_that_goes_away_and_comes_back_loses_no_event(
    own_redis: Callable[..., RedisServer], settings: Settings, tmp_path: Path, make_receiver: MakeReceiver
) -> None:
    server = own_redis("--appendfsync", "always")
    own = settings.model_copy(update={"redis_url": server.url})
    database = Database.connect(own)
    rig, hooks, receiver = LedgerRig(database), WebhookRig(database, own), make_receiver()
    receiver.behave = receivers.slow(0.05)
    hooks.endpoint(receiver, events=("message.*",))
    with WorkerProcess(server.url, tmp_path) as worker:
        ids = send_messages(rig, 10, 0)
        receiver.wait_for_count(5)
        server.kill()
        worker.wait_for_log("Redis does not answer")
        server.start()
        more = send_messages(rig, 5, 0)
        total = len(ids + more) * len(TOLD)
        received = receiver.wait_for(lambda r: len(events_of(r)) >= total, 40)
        check(received, ids + more)
        assert worker.stop() == 0
    database.client.close()
