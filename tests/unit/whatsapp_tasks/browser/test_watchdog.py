import threading
import time
from collections.abc import Iterator

import pytest

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.watchdog import GRACE_S, NUDGE_AFTER_S, Watchdog

PATIENCE_S = 30
"""How long what must come is waited for, on the busiest machine."""


class Recorder:
    def __init__(self) -> None:
        self.killed = threading.Event()
        self.nudged = threading.Event()
        self.watchdog = Watchdog(self.killed.set)
        self.watchdog.nudge = self.nudged.set


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.watchdog.stop()


def test_block_in_time_is_left_alone(recorder: Recorder) -> None:
    for _ in range(100):
        with recorder.watchdog.guard(Deadline.within(0)):
            pass
    time.sleep(NUDGE_AFTER_S + 0.1)
    assert not recorder.nudged.is_set()
    assert not recorder.killed.is_set()
    assert not recorder.watchdog.fired


def test_late_block_is_nudged_then_killed(recorder: Recorder) -> None:
    begun = time.monotonic()
    with recorder.watchdog.guard(Deadline.within(0.1)):
        assert recorder.nudged.wait(PATIENCE_S)
        assert time.monotonic() - begun >= 0.1 + NUDGE_AFTER_S
        assert recorder.killed.wait(PATIENCE_S)
        assert time.monotonic() - begun >= 0.1 + GRACE_S
    assert recorder.watchdog.fired


def test_nudge_may_be_all_it_takes(recorder: Recorder) -> None:
    with recorder.watchdog.guard(Deadline.within(0)):
        assert recorder.nudged.wait(PATIENCE_S)
    time.sleep(GRACE_S)
    assert not recorder.killed.is_set()


def test_nudge_does_not_meet_the_next_action(recorder: Recorder) -> None:
    done = threading.Event()
    begun = threading.Event()

    def nudge() -> None:
        begun.set()
        time.sleep(0.2)
        done.set()

    recorder.watchdog.nudge = nudge
    with recorder.watchdog.guard(Deadline.within(0)):
        begun.wait(PATIENCE_S)
    assert done.is_set()


def test_earlier_deadline_wakes_it(recorder: Recorder) -> None:
    with recorder.watchdog.guard(Deadline.within(60)), recorder.watchdog.guard(Deadline.within(0)):
        assert recorder.killed.wait(PATIENCE_S)


def test_outer_block_is_guarded_again(recorder: Recorder) -> None:
    with recorder.watchdog.guard(Deadline.within(0)):
        with recorder.watchdog.guard(Deadline.within(60)):
            time.sleep(0.05)
        assert recorder.killed.wait(PATIENCE_S)


def test_hanging_nudge_does_not_put_the_kill_off(recorder: Recorder) -> None:
    over = threading.Event()

    def nudge() -> None:
        over.wait(PATIENCE_S)

    recorder.watchdog.nudge = nudge
    with recorder.watchdog.guard(Deadline.within(0)):
        assert recorder.killed.wait(PATIENCE_S)
        over.set()


def test_stop_ends_the_thread() -> None:
    before = threading.active_count()
    watchdog = Watchdog(lambda: None)
    watchdog.stop()
    watchdog.stop()
    until = time.monotonic() + PATIENCE_S
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() == before
