"""The time of Redis' clock, shared by all workers: what one worker schedules is due for the next one too."""

import time
from collections.abc import Callable

from whatsapp_tasks.stores.connection import Database


class StoreClock:
    """Unix time in ms: Redis' last answer plus the monotonic time since then, so jumps of the machine's own
    clock do not matter. (The campaign of faults found a retry that was two hours late, because it was
    scheduled by a clock that was two hours ahead.)
    """

    def __init__(
        self,
        database: Database,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._db = database
        self._monotonic = monotonic
        self._offset_seconds = wall() - monotonic()

    def synchronise(self) -> None:
        """Asks Redis for the time; raises StoreUnavailable. Until the first answer the machine's clock is
        used.
        """
        seconds, microseconds = self._db.do("TIME")
        self._offset_seconds = int(seconds) + int(microseconds) / 1e6 - self._monotonic()

    def now_ms(self) -> int:
        """Without asking anybody."""
        return int((self._monotonic() + self._offset_seconds) * 1000)
