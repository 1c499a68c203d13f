"""Calls that are given up when they take too long."""

import threading

import pytest

from whatsapp_tasks.clients.timely_calls import TimelyCalls

PATIENCE = 30.0


def test_the_result_or_the_error_of_a_call_is_the_callers() -> None:
    calls = TimelyCalls(1)
    assert calls.run(lambda: 7, PATIENCE) == 7
    for error in (ValueError("bad"), TimeoutError("its own")):

        def fail(error: Exception = error) -> None:
            raise error

        with pytest.raises(type(error), match=str(error)):
            calls.run(fail, PATIENCE)
    assert calls.run(lambda: 7, PATIENCE) == 7, "none of them was given up"


def test_a_call_that_is_late_is_given_up_and_its_result_undone() -> None:
    calls, may_end, undone = TimelyCalls(1), threading.Event(), threading.Event()

    def late() -> str:
        may_end.wait(PATIENCE)
        return "late"

    with pytest.raises(TimeoutError):
        calls.run(late, 0.01, lambda result: undone.set() if result == "late" else None)
    with pytest.raises(TimeoutError, match="have not come back"):
        calls.run(lambda: 7, PATIENCE)
    may_end.set()
    assert undone.wait(PATIENCE)
    assert calls.run(lambda: 7, PATIENCE) == 7


def test_an_error_of_a_call_that_was_given_up_is_nobodys() -> None:
    calls, may_end, threads = TimelyCalls(1), threading.Event(), []

    def late() -> None:
        threads.append(threading.current_thread())
        may_end.wait(PATIENCE)
        raise ValueError

    with pytest.raises(TimeoutError):
        calls.run(late, 0.2)
    may_end.set()
    threads[0].join(PATIENCE)
    assert calls.run(lambda: 7, PATIENCE) == 7
