"""How many messages were sent and how many failed in each half hour of the last day.

Counted from the account's events, of which each process reads only what is new since it last looked: nothing
more is written while sending, and every process comes to the same numbers.
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
"""40,000 events in one look, which take half a second; a longer day is read in several looks."""

_SENT = frozenset({EventType.SENT, EventType.DELIVERED, EventType.READ})
_FAILED = frozenset({EventType.FAILED, EventType.UNKNOWN})


@dataclass(frozen=True)
class Day:
    """One number per half hour, oldest first; the last one is not over."""

    start_ms: int
    step_ms: int
    sent: list[int]
    failed: list[int]


class DayCounts:
    """The last day of one account. May be called from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._place = ""
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
        self._place = self._place or f"{first * STEP_MS}-0"
        for _ in range(_PAGES_AT_ONCE):
            page = events.after(self._place, _PAGE)
            for place, event in page:
                self._place = place
                if event is None:
                    continue
                step = event.at_ms // STEP_MS
                if event.type in _FAILED:
                    self._failed[step] += 1
                elif event.type in _SENT and event.subject not in self._seen:
                    # A tick may skip a step: the first sign that WhatsApp has the message counts.
                    self._seen[event.subject] = step
                    self._sent[step] += 1
            if len(page) < _PAGE:
                break

    def _forget_before(self, first: int) -> None:
        for counts in (self._sent, self._failed):
            for step in [step for step in counts if step < first]:
                del counts[step]
        self._seen = {subject: step for subject, step in self._seen.items() if step >= first}
