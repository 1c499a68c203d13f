"""Pauses on real processes: from the shell, from Flower's commands, through restarts of worker and Redis."""

import time
from collections.abc import Callable, Iterator

import pytest
from celery import Celery

from tests.acceptance.protection.scene import Scene
from tests.support.stack import eventually
from whatsapp_tasks.stores.pauses import PauseReason

pytestmark = pytest.mark.timeout(400)  # several browsers are started, on machines that do more

QUEUE = "whatsapp-messages.default"


@pytest.fixture
def celery(shared: Scene) -> Iterator[Celery]:
    """What Flower uses to steer workers."""
    app = Celery("flower-like", broker=shared.stack.redis.url)
    app.set_default()
    yield app
    app.close()


def test_a_pause_from_the_shell_holds_through_a_restart_of_the_worker(healthy: Scene) -> None:
    healthy.cli("pause", "--note", "lunch")
    assert "already" in healthy.cli("pause", "--note", "something else")
    assert healthy.pauses.all()["operator"]["note"] == "lunch"
    message = healthy.send()
    healthy.stays_unsent(message, 2)
    healthy.stack.kill("worker")
    healthy.stack.run("worker")
    healthy.await_worker()
    healthy.stays_unsent(message, 3)
    healthy.cli("resume")
    healthy.await_sent(message)
    healthy.received_once_each()
    by = [entry["author"] for entry in healthy.pauses.history(2)]
    assert len(set(by)) == 1
    assert " on " in by[0]


def test_a_pause_holds_through_a_restart_of_redis_and_order_is_kept(healthy: Scene) -> None:
    healthy.cli("pause")
    messages = [healthy.send() for _ in range(3)]
    healthy.stack.redis.kill()
    time.sleep(1)
    healthy.stack.redis.start()
    eventually(healthy.sessions.heartbeat, "the worker is back")
    healthy.stays_unsent(messages[0], 3)
    healthy.cli("resume")
    healthy.await_sent(*messages)
    healthy.received_once_each()
    received = [m.text for m in healthy.stack.simulator.messages() if m.text in healthy.texts]
    assert received == healthy.texts


def test_a_redis_that_goes_while_the_gate_is_open_comes_back_to_a_pause(healthy: Scene) -> None:
    """The connection was lost while the queue was consumed; it must not be consumed again by that alone."""
    healthy.await_sent(healthy.send())
    healthy.stack.redis.kill()
    healthy.stack.redis.start()
    healthy.pauses.set(PauseReason.OPERATOR, "test", 1)
    message = healthy.send()
    healthy.stays_unsent(message, 4)
    healthy.pauses.clear(PauseReason.OPERATOR, "test", 2)
    healthy.await_sent(message)
    healthy.received_once_each()


def test_flowers_cancel_consumer_is_a_durable_pause_and_add_consumer_takes_it_back(
    healthy: Scene, celery: Celery
) -> None:
    celery.control.cancel_consumer(QUEUE)
    healthy.await_pause("operator")
    assert "Flower" in healthy.pauses.all()["operator"]["author"]
    healthy.stack.kill("worker")
    healthy.stack.run("worker")
    healthy.await_worker()
    message = healthy.send()
    healthy.stays_unsent(message, 2)
    # On a busy machine the new worker may not listen yet; what nobody hears is lost.
    eventually(lambda: celery.control.add_consumer(QUEUE, reply=True), "the worker hears it")
    healthy.await_sent(message)
    assert healthy.pauses.all() == {}


def test_a_message_that_flower_revokes_is_cancelled(healthy: Scene, celery: Celery) -> None:
    healthy.cli("pause")
    message, other = healthy.send(), healthy.send()
    eventually(lambda: celery.control.revoke(message, reply=True), "the worker hears it")
    assert healthy.status(message) == "cancelled"
    healthy.cli("resume")
    healthy.await_sent(other)
    celery.control.revoke(other, reply=True)
    assert healthy.status(other) in ("sent", "delivered", "read")
    assert healthy.texts[-2] not in [each.text for each in healthy.stack.simulator.messages()]


def test_add_consumer_does_not_pass_the_gate_while_another_reason_stands(
    healthy: Scene, celery: Celery
) -> None:
    healthy.pauses.set(PauseReason.BAN, "test", 1)
    message = healthy.send()
    celery.control.add_consumer(QUEUE)
    healthy.stays_unsent(message, 3)
    healthy.pauses.clear(PauseReason.BAN, "test", 2)
    healthy.await_sent(message)


def test_the_message_in_hand_when_the_pause_comes_waits_typed_or_is_finished(healthy: Scene) -> None:
    healthy.stack.hold("after_typing")
    message = healthy.send()
    healthy.stack.await_held("after_typing")
    healthy.cli("pause")
    healthy.stack.let_go("after_typing")
    time.sleep(2)
    assert healthy.status(message) == "queued"
    assert healthy.stack.simulator.messages() == [] or healthy.texts[-1] not in [
        m.text for m in healthy.stack.simulator.messages()
    ]
    healthy.cli("resume")
    healthy.await_sent(message)
    healthy.received_once_each()


def test_several_reasons_stand_and_go_each_for_itself(scene: Callable[..., Scene]) -> None:
    it = scene()
    it.cli("pause")
    it.pauses.set(PauseReason.BAN, "test", 1)
    message = it.send()
    assert "still paused: ban" in it.cli("resume")
    it.stays_unsent(message, 2)
    it.pauses.clear(PauseReason.BAN, "test", 2)
    it.await_sent(message)
