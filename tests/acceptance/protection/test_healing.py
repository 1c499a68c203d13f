"""Hangs and deaths of the page: noticed within a minute, healed by the least that helps, counted by cause."""

import os
import signal
import time
from collections.abc import Callable

import psutil
import pytest

from tests.acceptance.protection.scene import Scene
from tests.support.stack import Stack, eventually

pytestmark = pytest.mark.timeout(400)  # several browsers are started, on machines that do more

NOTICED_SECONDS = 60.0


def _chromium(stack: Stack) -> psutil.Process:
    return next(
        p
        for p in stack.browsers()
        if "driver" not in p.name() and not any("--type=" in a for a in p.cmdline())
    )


def stop_the_browser(stack: Stack) -> None:
    os.killpg(os.getpgid(_chromium(stack).pid), signal.SIGSTOP)


def stop_the_driver(stack: Stack) -> None:
    next(p for p in stack.browsers() if "driver" in p.name()).suspend()


def hang_the_page(stack: Stack) -> None:
    stack.simulator.scenario("hang", at="now", count=1)


def kill_the_renderer(stack: Stack) -> None:
    for process in stack.browsers():
        if "--type=renderer" in process.cmdline():
            process.kill()


def kill_the_browser(stack: Stack) -> None:
    _chromium(stack).kill()


def kill_the_driver(stack: Stack) -> None:
    next(p for p in stack.browsers() if "driver" in p.name()).kill()


@pytest.mark.parametrize(
    ("harm", "causes"),
    [
        (stop_the_browser, {"start_hung"}),
        (stop_the_driver, {"start_hung"}),
        (hang_the_page, {"start_hung"}),
        (kill_the_renderer, {"start_died"}),
        (kill_the_browser, {"start_died", "start_gone"}),
        (kill_the_driver, {"start_died", "start_gone"}),
    ],
)
def test_it_is_noticed_healed_and_counted(
    healthy: Scene,
    harm: Callable[[Stack], None],
    causes: set[str],
) -> None:
    healthy.await_sent(healthy.send())
    eventually(healthy.stack.browsers, "a browser")
    before = healthy.sessions.cures()
    began = time.monotonic()
    harm(healthy.stack)
    message = healthy.send()

    def counted() -> set[str]:
        now = healthy.sessions.cures()
        return {cause for cause in now if now[cause] > before.get(cause, 0)}

    eventually(counted, "another browser was started", NOTICED_SECONDS)
    print(f"{harm.__name__}: another browser after {time.monotonic() - began:.1f} s")  # noqa: T201 - for -s
    assert counted() <= causes
    healthy.await_sent(message)
    healthy.received_once_each()


def test_a_page_that_loads_for_ever_is_reloaded_then_opened_in_another_browser(
    scene: Callable[..., Scene],
) -> None:
    """The limit is 3 s here, 90 s by default. ``slow_boot`` is played twice, then the page is well again."""
    it = scene(WHATSAPP_BOOT_TIMEOUT_SECONDS="3")
    it.stack.simulator.scenario("slow_boot", ms=600_000, count=2)
    eventually(lambda: it.sessions.cures().get("start_stuck"), "another browser", NOTICED_SECONDS)
    assert it.sessions.cures().get("reload_stuck") == 1
    it.await_state("AUTHENTICATED")
    it.await_sent(it.send())


def test_a_browser_that_never_starts_opens_the_circuit(scene: Callable[..., Scene]) -> None:
    it = scene(WHATSAPP_CIRCUIT_FAILURES="1", WHATSAPP_CIRCUIT_OPEN_SECONDS="3")
    program = it.stack.folder / "no-chromium"
    program.write_text("#!/bin/sh\nexit 21\n")
    program.chmod(0o755)
    it.stack.terminate("worker")
    it.stack._extra["WHATSAPP_CHROMIUM"] = str(program)
    it.stack.run("worker")
    it.await_state("CIRCUIT_OPEN")
    it.await_pause("circuit")
    message = it.send()
    it.stays_unsent(message, 1)
    it.stack.terminate("worker")
    del it.stack._extra["WHATSAPP_CHROMIUM"]
    it.stack.run("worker")
    it.await_sent(message)
    it.received_once_each()
