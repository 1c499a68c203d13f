"""Several accounts on one machine: apart in everything, at work at the same time."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.acceptance.protection.scene import Scene
from tests.support.stack import eventually
from whatsapp_tasks.stores.pauses import PauseReason

pytestmark = pytest.mark.timeout(400)  # several browsers are started, on machines that do more


def test_two_accounts_send_at_once_and_a_second_worker_takes_over_after_a_crash(
    scene: Callable[..., Scene],
) -> None:
    first = scene()
    stack = first.stack
    assert "was added" in first.cli("accounts", "add", "second", "--time-zone", "Europe/Berlin")
    listed = first.cli("accounts", "list")
    assert "default" in listed
    assert "second" in listed
    command = [sys.executable, "-m", "whatsapp_tasks.cli.main", "worker", "--account", "second"]
    log = (stack.folder / "second.log").open("ab")
    worker = subprocess.Popen(command, env=stack.environment, stdout=log, stderr=log)
    successor: subprocess.Popen[bytes] | None = None
    try:
        second = Scene(stack, "second")
        second.await_state("QR_PENDING")
        stack.simulator.link()
        second.await_state("AUTHENTICATED")
        mine = [first.send(f"+49151123456{n}") for n in range(10, 15)]
        theirs = [second.send(f"+49151123457{n}") for n in range(10, 15)]
        first.await_sent(*mine)
        second.await_sent(*theirs)
        first.received_once_each()
        second.received_once_each()
        devices = {m.device for m in stack.simulator.messages()}
        assert len(devices) == 2

        first.pauses.set(PauseReason.OPERATOR, "test", 1)
        second.await_sent(second.send())
        refused = subprocess.run(
            command, env=stack.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert refused.returncode == 1
        assert f"process {worker.pid} on" in refused.stderr

        worker.kill()
        worker.wait()
        successor = subprocess.Popen(command, env=stack.environment, stdout=log, stderr=log)
        name = f"process {successor.pid} on"
        eventually(
            lambda: name in (second.sessions.heartbeat() or {}).get("worker", ""), "the successor is at work"
        )
        second.await_sent(second.send())
    finally:
        for process in (worker, successor):
            if process is not None:
                process.terminate()
                process.wait(30)
        log.close()
    assert "was removed" in first.cli("accounts", "remove", "second")
    assert "second" not in first.cli("accounts", "list")
