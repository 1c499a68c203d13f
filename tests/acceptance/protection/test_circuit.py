"""The circuit breaker on real processes: more than 2 failures open it, for 6 s; 5 and 300 s by default."""

import time
from collections.abc import Callable

import pytest

from tests.acceptance.protection.scene import Scene
from tests.support.stack import eventually
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.stores.circuits import Circuits

pytestmark = pytest.mark.timeout(400)  # several browsers are started, on machines that do more


def test_failures_open_it_a_restart_leaves_it_open_and_a_probe_closes_it(
    scene: Callable[..., Scene],
) -> None:
    it = scene(WHATSAPP_CIRCUIT_FAILURES="2", WHATSAPP_CIRCUIT_OPEN_SECONDS="6")
    circuits = Circuits(it.stack.database, it.account)
    it.stack.simulator.scenario("lookup_failures")  # the page's fault, for every recipient
    messages = [it.send(f"+49151123456{number}") for number in range(10, 14)]
    it.await_state("CIRCUIT_OPEN", "circuit_open")
    opened = time.monotonic()
    assert circuits.get().failures == 3
    it.await_pause("circuit")
    attempts = [it.stack.dispatcher.get(m).attempts for m in messages]

    it.stack.terminate("worker")
    it.stack.run("worker")
    eventually(it.sessions.heartbeat, "the worker is back")
    time.sleep(max(0.0, opened + 4 - time.monotonic()))
    assert it.session.state == "CIRCUIT_OPEN"
    assert [it.stack.dispatcher.get(m).attempts for m in messages] == attempts

    # The probes of two recipients fail: open again, for twice as long.
    eventually(lambda: circuits.get().openings == 2, "the probes failed", 120)
    it.stack.simulator.clear_scenarios()
    it.await_sent(*messages, seconds=90)
    assert circuits.get().openings == 0
    assert it.session.state == "AUTHENTICATED"
    assert it.pauses.all() == {}
    it.received_once_each()


def test_numbers_that_are_not_on_whatsapp_do_not_open_it(scene: Callable[..., Scene]) -> None:
    it = scene(WHATSAPP_CIRCUIT_FAILURES="2")
    bad = [
        it.stack.dispatcher.send(MessageRequest("+12025550101", f"text {number}")).id for number in range(5)
    ]
    for message in bad:
        it.stack.await_status(message, "failed")
    assert Circuits(it.stack.database, it.account).get().failures == 0
    assert it.session.state == "AUTHENTICATED"


def test_a_person_can_close_it(scene: Callable[..., Scene]) -> None:
    it = scene(WHATSAPP_CIRCUIT_FAILURES="0")
    it.stack.simulator.scenario("lookup_failures")
    message = it.send()
    it.await_state("CIRCUIT_OPEN")
    it.stack.simulator.clear_scenarios()
    assert "over" in it.cli("resume", "--reason", "circuit")
    it.await_sent(message)
