"""The worker's daemon thread: keeps the lease and the sign of life while the main thread is busy."""

import logging
import os
import threading
import time

from whatsapp_tasks.browser.memory import measure
from whatsapp_tasks.domain.memory_rules import TreeUse
from whatsapp_tasks.errors import BrowserError, StoreError
from whatsapp_tasks.session.context import AccountContext

log = logging.getLogger(__name__)


class Heart(threading.Thread):
    """Beats every ``heartbeat_seconds`` until ``stop``, also during a task, when a solo worker is deaf."""

    def __init__(self, context: AccountContext) -> None:
        super().__init__(name="heart", daemon=True)
        self._context = context
        self._stop_asked = threading.Event()
        self._memory: dict[str, object] | None = None
        self._next_memory = 0.0
        self.lease_lost = threading.Event()

    def run(self) -> None:
        seconds = self._context.settings.heartbeat_seconds
        while not self._stop_asked.wait(seconds):
            try:
                self.beat()
            except StoreError as error:
                # The lease runs out by its local clock; nothing is sent after that.
                log.warning("No heartbeat: Redis does not answer", extra={"detail": str(error)})

    def beat(self) -> None:
        """One beat; raises StoreUnavailable."""
        context = self._context
        if not context.lease.renew():
            self.lease_lost.set()
            return
        self._measure()
        context.sessions.beat(
            {
                "worker": context.actor,
                "at_ms": context.now_ms(),
                "busy_with": context.busy_with,
                "browser_running": context.keeper.started,
                "cures": dict(context.keeper.cures),
                "memory": self._memory,
            },
            ttl_seconds=int(context.settings.heartbeat_seconds * 3) + 1,
        )

    def _measure(self) -> None:
        if time.monotonic() >= self._next_memory:
            self._next_memory = time.monotonic() + self._context.settings.memory_check_seconds
            self.measure()

    def measure(self) -> None:
        """What worker, driver and browser cost now; the main thread acts on it. From any thread."""
        page = self._context.keeper.running
        if page is None:
            self._memory = self._context.memory = None
            return
        try:
            tree, worker = page.memory(), measure([os.getpid()])
        except BrowserError:
            self._memory = self._context.memory = None  # it just died; the main thread notices by itself
            return
        use = TreeUse(tree.pss_mb + worker.pss_mb, tree.anon_mb + worker.anon_mb, tree.exact and worker.exact)
        self._context.memory = use
        self._memory = {
            "pss_mb": round(use.pss_mb, 1),
            "anon_mb": round(use.anon_mb, 1),
            "exact": use.exact,
            "worker_mb": round(worker.pss_mb, 1),
            "processes": tree.processes + worker.processes,
        }

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(timeout=5)
