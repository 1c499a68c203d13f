"""The short form of the campaign of faults; `make faults` runs the long one."""

import sys
import time
from collections.abc import Callable

import pytest
from rich.console import Console

from bench import faults
from tests.support.stack import Stack, eventually
from whatsapp_tasks.domain.message_request import MessageRequest

TWO_HOURS_AHEAD = """
import time
now = time.time
time.time = lambda: now() + 7200
from whatsapp_tasks.cli.main import main
main()
"""


@pytest.mark.timeout(600)
def test_no_message_is_lost_doubled_or_reported_wrongly_while_faults_strike() -> None:
    """Each kind of fault is drawn by the seed; what they hit is up to the clock. A third of the messages are
    files.
    """
    assert (
        faults.run(messages=24, faults=10, seed=7, era="E3", fsync="always", console=Console(), files=True)
        == 0
    )


def test_a_worker_whose_clock_is_ahead_neither_expires_nor_delays_a_message(
    new_stack: Callable[..., Stack],
) -> None:
    """Found by the campaign: a retry that was planned by a clock two hours ahead was two hours late."""
    stack = new_stack().start()
    stack.command("worker", [sys.executable, "-c", TWO_HOURS_AHEAD, "worker"])
    stack.run("worker")
    stack.link()
    stack.simulator.scenario("network_down")
    message_id = stack.dispatcher.send(
        MessageRequest("+4915112345678", "in time", expires_at=time.time() + 3600)
    ).id
    eventually(lambda: '"action": "retry"' in stack.log("worker"), "an attempt that failed")
    stack.simulator.clear_scenarios()
    stack.await_status(message_id, "sent", "delivered", "read")
