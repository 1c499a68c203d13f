"""Calls that are given up when they take too long: their library only limits the wait for the next bytes."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, TypeVar, cast

T = TypeVar("T")


class TimelyCalls:
    """Each call runs in a thread of its own. One that is given up goes on there until its library returns;
    when ``most`` of them do, a further call fails at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._given_up: set[Future[Any]] = set()
        self._lock = Lock()

    def run(self, call: Callable[[], T], seconds: float, undo: Callable[[T], object] | None = None) -> T:
        """The result of ``call``. Raises what it raises, and TimeoutError if it takes longer; ``undo`` gets a
        result that comes too late.
        """
        if len(self._given_up) >= self._most:
            raise TimeoutError(f"{self._most} calls have not come back")
        future: Future[T] = Future()
        Thread(target=self._run_into, args=(future, call, undo), name="timely-call", daemon=True).start()
        try:
            return future.result(seconds)
        except TimeoutError:
            with self._lock:
                if not future.cancel():  # it has just ended, or raised this itself
                    return future.result()
                self._given_up.add(future)
            raise

    def _run_into(self, future: Future[T], call: Callable[[], T], undo: Callable[[T], object] | None) -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - `run` raises it
            self._settle(future, error=error)
        else:
            if not self._settle(future, result) and undo is not None:
                undo(result)

    def _settle(self, future: Future[T], result: T | None = None, error: BaseException | None = None) -> bool:
        """False if it was given up."""
        with self._lock:
            if future in self._given_up:
                self._given_up.discard(future)
                return False
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(cast(T, result))
            return True
