"""The memory watchdog on real processes, with a page that leaks."""

from collections.abc import Callable

import pytest

from tests.acceptance.protection.scene import Scene
from tests.support.stack import eventually

pytestmark = pytest.mark.timeout(400)  # several browsers are started, on machines that do more

LEAK_MB = 60
MESSAGES = 7


def test_a_leaking_page_is_restarted_between_messages_and_none_is_lost_or_doubled(
    scene: Callable[..., Scene],
) -> None:
    it = scene(WHATSAPP_MEMORY_CHECK_SECONDS="1", WHATSAPP_MEMORY_LIMIT_MB="450")
    it.stack.simulator.scenario("leak", megabytes=LEAK_MB)
    messages = [it.send(f"+4915112345{number:03d}") for number in range(MESSAGES)]
    it.await_sent(*messages, seconds=120)
    it.received_once_each()
    assert it.sessions.cures()["start_memory"] >= 1
    eventually(
        lambda: it.session.state == "AUTHENTICATED" and it.pauses.all() == {}, "the last restart is over"
    )
    paused = [entry for entry in it.pauses.history() if entry["reason"] == "memory"]
    assert {entry["action"] for entry in paused} == {"pause", "resume"}
    assert all("MB, above 450" in entry["note"] for entry in paused if entry["action"] == "pause")


def test_restarts_that_are_no_cure_open_the_circuit_and_leave_no_browser(
    scene: Callable[..., Scene],
) -> None:
    """The limit is below what any browser takes; three restarts are allowed in two minutes."""
    it = scene()
    it.stack.terminate("worker")
    it.stack._extra |= {"WHATSAPP_MEMORY_CHECK_SECONDS": "0.5", "WHATSAPP_MEMORY_LIMIT_MB": "60"}
    it.stack.run("worker")
    it.await_state("CIRCUIT_OPEN", seconds=90)
    assert it.sessions.cures()["start_memory"] == 3
    assert set(it.pauses.all()) == {"circuit", "memory"}
    eventually(lambda: not it.stack.browsers(), "no browser is left", 10)
