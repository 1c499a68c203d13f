"""Issue 12, row 18: `up` while its private Valkey dies, is dead, hangs."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis

from tests.integration.test_embedded import process_of
from tests.support.stack import Stack, eventually

DYING, AWAY, BACK = "The private Valkey has died", "Redis does not answer", "Redis answers again"


@contextmanager
def up(stack: Stack) -> Iterator[subprocess.Popen[bytes]]:
    """`whatsapp-tasks up`, with a browser that waits for a phone."""
    stack.simulator.start()
    environment = stack.plain_environment | {"WHATSAPP_URL": stack.simulator.page_url}
    environment.pop("REDIS_URL", None)
    with (stack.folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "whatsapp_tasks.cli.main", "up", "--no-flower"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        eventually(lambda: "waits for a phone" in stack.log("up"), "the QR code is shown")
        yield process
    finally:
        process.kill()
        process.wait()
    assert not stack.processes_of_folder()
    assert not stack.browsers()


def end(process: subprocess.Popen[bytes]) -> int:
    """Ctrl-C in its terminal; the exit code."""
    os.killpg(process.pid, signal.SIGINT)
    return process.wait(30)  # 15 s, and as much again for a busy machine


def test_a_valkey_that_died_is_started_again_with_a_line(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack()
    with up(stack) as process:
        url = (stack.folder / "data" / "valkey" / "url").read_text()
        process_of(stack.folder / "data").kill()
        eventually(lambda: DYING in stack.log("up"), "it is told")
        with redis.Redis.from_url(url) as client:
            eventually(lambda: _pings(client), "it answers again")
        stack.simulator.link()
        eventually(lambda: "AUTHENTICATED" in stack.log("up"), "the account is linked after it")
        assert end(process) == 0


@pytest.mark.parametrize("state", [pytest.param("dead a moment ago", marks=pytest.mark.long), "frozen"])
def test_ctrl_c_ends_all_while_the_valkey_is_away(new_stack: Callable[..., Stack], state: str) -> None:
    stack = new_stack()
    with up(stack) as process:
        valkey = process_of(stack.folder / "data")
        if state == "frozen":
            os.kill(valkey.pid, signal.SIGSTOP)
            eventually(lambda: AWAY in stack.log("up"), "it is told")
        else:
            valkey.kill()
        assert end(process) == 0
        assert "Traceback" not in stack.log("up").rpartition("Ctrl-C")[0]
        assert not valkey.is_running()


def test_a_valkey_that_will_not_run_ends_up_loudly(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack()
    with up(stack) as process:
        (stack.folder / "data" / "valkey" / "valkey.conf").write_text("nonsense yes\n")
        process_of(stack.folder / "data").kill()
        assert process.wait(60) == 1
        assert "Error: The private Valkey has died 4 times" in stack.log("up")


def _pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
