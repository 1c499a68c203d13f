"""Limits how many requests wait for workers, so that a worker that does not respond blocks nothing else."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from whatsapp_tasks.errors import RequestRefused

MOST_OF_ACCOUNT = 8
MOST = 16
"""In one process; half of ``webapp.threads.THREADS``: the other half never waits for a worker."""


class WorkerWaits:
    """Slots for waiting requests."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: Counter[str] = Counter()

    @contextmanager
    def slot(self, account: str, within_seconds: float) -> Iterator[None]:
        """Holds a slot; raises RequestRefused (``worker_busy``) at once if none is free. A request keeps its
        slot for at most ``within_seconds``.
        """
        with self._lock:
            if self._waiting[account] >= MOST_OF_ACCOUNT or self._waiting.total() >= MOST:
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
