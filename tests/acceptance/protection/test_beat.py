"""Beat: its checks reach the control queue, expire there, and do no harm when a second beat runs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.acceptance.protection.scene import Scene
from tests.support.stack import eventually

pytestmark = pytest.mark.timeout(400)  # several browsers are started, on machines that do more

CONTROL = "whatsapp-control.default"


def test_checks_of_two_beats_pile_up_nowhere_and_expire(scene: Callable[..., Scene]) -> None:
    it = scene()
    stack = it.stack
    stack.run("beat")
    log = (stack.folder / "beat-2.log").open("ab")
    environment = {**stack.environment, "WHATSAPP_DATA_DIR": str(stack.folder / "beat-2")}
    second = subprocess.Popen(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", "beat"], env=environment, stdout=log, stderr=log
    )
    try:
        for check in ("heartbeat_check", "ban_check", "memory_check"):
            eventually(lambda name=check: f"{name}[" in stack.log("worker"), check, 90)  # type: ignore[misc]
        worker = stack.process("worker")
        os.kill(worker.pid, signal.SIGSTOP)
        eventually(lambda: stack.database.number("LLEN", CONTROL) >= 4, "checks wait", 90)
        time.sleep(32)  # they expire
        os.kill(worker.pid, signal.SIGCONT)
        eventually(lambda: stack.database.number("LLEN", CONTROL) == 0, "the queue is empty again")
        assert "Discarding revoked task" in stack.log("worker")
        message = it.send()
        it.await_sent(message)
        it.received_once_each()
    finally:
        second.terminate()
        second.wait(15)
        log.close()
