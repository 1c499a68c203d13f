"""The worker's daemon thread: keeps the lease and the sign of life while the main thread is busy."""

import logging
import threading
import time

from whatsapp_tasks.domain.memory_rules import TreeUse
from whatsapp_tasks.errors import StoreError
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.memory_watch import measure_memory

log = logging.getLogger(__name__)


class HeartbeatThread(threading.Thread):
    """Beats every ``heartbeat_seconds`` until ``stop``, also during a task, when a solo worker is deaf."""

    def __init__(self, context: AccountContext) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._context = context
        self._stop_asked = threading.Event()
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
        context.clock.synchronise()
        self._measure()
        context.sessions.beat(
            {
                "worker": context.actor,
                "at_ms": context.now_ms(),
                "busy_with": context.busy_with,
                "browser_running": context.keeper.started,
                "cures": dict(context.keeper.cures),
                "memory": _facts(context.memory),
            },
            ttl_seconds=int(context.settings.heartbeat_seconds * 3) + 1,
        )

    def _measure(self) -> None:
        """Also while a message is in hand; the main thread measures after each, and acts on it."""
        if time.monotonic() >= self._next_memory:
            self._next_memory = time.monotonic() + self._context.settings.memory_check_seconds
            measure_memory(self._context)

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(timeout=5)


def _facts(use: TreeUse | None) -> dict[str, object] | None:
    if use is None:
        return None
    return {
        "pss_mb": round(use.pss_mb, 1),
        "anon_mb": round(use.anon_mb, 1),
        "exact": use.exact,
        "worker_mb": round(use.worker_mb, 1),
        "processes": use.processes,
    }
