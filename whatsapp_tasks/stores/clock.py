"""The time by Redis' clock: one for all workers, and what is planned by one is due for the next."""

import time
from collections.abc import Callable

from whatsapp_tasks.stores.connection import Database


class StoreClock:
    """Unix time in ms, as Redis gave it last, carried on by the monotonic clock: steps of the machine's own
    clock do not matter. A retry that was planned by a clock two hours ahead was two hours late (found by the
    campaign of faults).
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
        """Asks Redis; raises StoreUnavailable. The machine's clock counts until the first answer."""
        seconds, microseconds = self._db.do("TIME")
        self._offset_seconds = int(seconds) + int(microseconds) / 1e6 - self._monotonic()

    def now_ms(self) -> int:
        """Without asking anybody."""
        return int((self._monotonic() + self._offset_seconds) * 1000)
