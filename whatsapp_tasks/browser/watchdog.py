"""Kills a browser that does not answer by the deadline of an action."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from whatsapp_tasks.browser.deadlines import Deadline

GRACE_S = 0.5
"""How long after the deadline the browser may still answer. An action that is late in a page which is alive
is ended at its deadline from inside the page; this is the time for that answer to reach us."""


class Watchdog:
    """Ends hung commands by ending the processes they wait for; nothing else works against all hangs."""

    def __init__(self, kill: Callable[[], None]) -> None:
        """`kill` must be callable from another thread."""
        self._kill = kill
        self._lock = threading.Lock()
        self.fired = False

    @contextlib.contextmanager
    def guard(self, deadline: Deadline) -> Iterator[None]:
        """Kill when the block has not ended `GRACE_S` after the deadline."""
        over = False

        def fire() -> None:
            with self._lock:
                if over:
                    return
                self.fired = True
            self._kill()

        timer = threading.Timer(deadline.remaining() + GRACE_S, fire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                over = True
