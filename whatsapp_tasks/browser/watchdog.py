"""Kills a browser that does not answer by the deadline of an action."""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator

from whatsapp_tasks.browser.deadlines import Deadline

NUDGE_AFTER_S = 0.1
"""How long after the deadline the browser is asked to stop a navigation."""

GRACE_S = 0.8
"""How long after the deadline the browser may still answer. In a page that answers, a late action is ended at
its deadline from inside the page; this is the time for that answer to reach us."""


class Watchdog:
    """Ends hung commands by ending the processes that they wait for; nothing else works against all hangs.

    One thread serves all commands of a browser: it sleeps until the next deadline, and is woken only for an
    earlier one, so that guarding a command costs microseconds.
    """

    def __init__(self, kill: Callable[[], None]) -> None:
        """`kill` must be callable from another thread."""
        self.fired = False
        self.nudge: Callable[[], None] = lambda: None
        """Asks the browser, from another thread, to stop a navigation; for some hangs that is enough."""
        self._kill = kill
        self._changed = threading.Condition()
        self._armed: Deadline | None = None
        self._nudged = False
        self._nudging: threading.Thread | None = None
        self._wakes_at = math.inf
        self._stopped = False
        self._thread = threading.Thread(target=self._watch, name="browser-watchdog", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def guard(self, deadline: Deadline) -> Iterator[None]:
        """Nudge, then kill, if the block has not ended soon after the deadline."""
        before = self._armed
        self._arm(deadline)
        try:
            yield
        finally:
            self._arm(before)
            nudging, self._nudging = self._nudging, None
            if nudging:  # it must not meet the next action
                nudging.join(GRACE_S)

    def stop(self) -> None:
        """End the thread. From any thread; may be called again."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _arm(self, deadline: Deadline | None) -> None:
        with self._changed:
            self._armed = deadline
            self._nudged = False
            if deadline is not None and deadline.at + NUDGE_AFTER_S < self._wakes_at:
                self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._stopped:
                wait = self._next_step()
                if wait is None:
                    break
                self._wakes_at = time.monotonic() + wait
                self._changed.wait(min(wait, threading.TIMEOUT_MAX))
        if self.fired:
            self._kill()

    def _next_step(self) -> float | None:
        """Seconds until the next step; None if it is time to kill."""
        if self._armed is None:
            return math.inf
        late = time.monotonic() - self._armed.at
        if late >= GRACE_S:
            self.fired = True
            return None
        if late >= NUDGE_AFTER_S and not self._nudged:
            self._nudged = True
            self._nudging = threading.Thread(target=self.nudge, name="browser-nudge", daemon=True)
            self._nudging.start()
        return (GRACE_S if self._nudged else NUDGE_AFTER_S) - late
