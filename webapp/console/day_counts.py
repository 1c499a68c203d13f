"""The numbers of sent and failed messages in each half hour of the last day.

They are counted from the account's events; each process reads only the events that are new since its last
read. So sending writes nothing extra, and every process gets the same numbers.
"""

import threading
from collections import Counter
from dataclasses import dataclass

from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.stores.events import EventLog

STEP_MS = 30 * 60 * 1000
STEPS = 48
_PAGE = 2000
_PAGES_AT_ONCE = 20
"""40,000 events in one read, which take half a second; a longer day needs several reads."""

_SENT = frozenset({EventType.SENT, EventType.DELIVERED, EventType.READ})
_FAILED = frozenset({EventType.FAILED, EventType.UNKNOWN})


@dataclass(frozen=True)
class Day:
    """One number per half hour, oldest first; the last half hour is still running."""

    start_ms: int
    step_ms: int
    sent: list[int]
    failed: list[int]


class DayCounts:
    """The last day of one account. May be called from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._position = ""
        self._sent: Counter[int] = Counter()
        self._failed: Counter[int] = Counter()
        self._seen: dict[str, int] = {}

    def read(self, events: EventLog, now_ms: int) -> Day:
        """The numbers as of now; raises StoreUnavailable."""
        first = now_ms // STEP_MS - STEPS + 1
        with self._lock:
            self._take_in(events, first)
            self._forget_before(first)
            steps = range(first, first + STEPS)
            return Day(
                first * STEP_MS,
                STEP_MS,
                [self._sent[step] for step in steps],
                [self._failed[step] for step in steps],
            )

    def _take_in(self, events: EventLog, first: int) -> None:
        self._position = self._position or f"{first * STEP_MS}-0"
        for _ in range(_PAGES_AT_ONCE):
            page = events.after(self._position, _PAGE)
            for position, event in page:
                self._position = position
                if event is None:
                    continue
                step = event.at_ms // STEP_MS
                if event.type in _FAILED:
                    self._failed[step] += 1
                elif event.type in _SENT and event.subject not in self._seen:
                    # A status may be skipped: the first one that shows the message at WhatsApp counts.
                    self._seen[event.subject] = step
                    self._sent[step] += 1
            if len(page) < _PAGE:
                break

    def _forget_before(self, first: int) -> None:
        for counts in (self._sent, self._failed):
            for step in [step for step in counts if step < first]:
                del counts[step]
        self._seen = {subject: step for subject, step in self._seen.items() if step >= first}
