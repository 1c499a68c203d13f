"""The time of Redis' clock, shared by all workers: what one worker schedules is due for the next one too."""

import time
from collections.abc import Callable

from whatsapp_tasks.stores.connection import Database

# Runs on while the machine sleeps, like Redis' clock; time.monotonic() on Linux does not.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady() -> float:
    """Seconds of a clock that nobody can set, and that goes on while the machine sleeps."""
    return time.clock_gettime(_STEADY)


class StoreClock:
    """Unix time in ms: Redis' last answer plus the steady time since then, so neither jumps of the machine's
    own clock nor its sleep matter. (The campaign of faults found a retry that was two hours late, because
    it was scheduled by a clock that was two hours ahead.)
    """

    def __init__(
        self,
        database: Database,
        monotonic: Callable[[], float] = steady,
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
