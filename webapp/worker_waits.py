"""Limits how many requests wait for workers, so that a worker that does not respond blocks nothing else."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from whatsapp_tasks.errors import RequestRefused

MOST_OF_ACCOUNT = 8
MOST = 16
"""In one process; half of ``webapp.threads.THREADS``. A quarter is for viewers; the rest never waits for a
worker."""


MOST_VIEWERS_OF_ACCOUNT = 2
MOST_VIEWERS = 8
"""Requests of viewers of pages (docs/hand.md), which come twice a second: they have slots of their own. One
person has a page at a time, with one request under way; the second is what they do on it."""


class WorkerWaits:
    """Slots for waiting requests."""

    def __init__(self, most_of_account: int = MOST_OF_ACCOUNT, most: int = MOST) -> None:
        self._most_of_account = most_of_account
        self._most = most
        self._lock = Lock()
        self._waiting: Counter[str] = Counter()

    @contextmanager
    def slot(self, account: str, within_seconds: float) -> Iterator[None]:
        """Holds a slot; raises RequestRefused (``worker_busy``) at once if none is free. A request keeps its
        slot for at most ``within_seconds``.
        """
        with self._lock:
            if self._waiting[account] >= self._most_of_account or self._waiting.total() >= self._most:
                raise RequestRefused(
                    "worker_busy",
                    f"Too many requests are already waiting for the worker of '{account}', or for others.",
                    http_status=503,
                    retry_after_seconds=within_seconds,
                )
            self._waiting[account] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[account] -= 1
                self._waiting += Counter()  # without those at zero
