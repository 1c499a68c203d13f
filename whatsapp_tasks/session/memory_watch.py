"""The memory watchdog: a browser that grew too large is restarted between messages; a loop is ended."""

import logging
import os
import time

from whatsapp_tasks.browser.memory import measure
from whatsapp_tasks.domain.memory_rules import TreeUse, restarts_are_no_cure, too_large
from whatsapp_tasks.errors import BrowserError
from whatsapp_tasks.session.breaker import Breaker
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.stores.pauses import PauseReason

log = logging.getLogger(__name__)


def measure_memory(context: AccountContext) -> None:
    """What worker, driver and browser cost now: 10 to 40 ms. From any thread."""
    page = context.keeper.running
    try:
        tree = page.memory() if page is not None else None
    except BrowserError:
        tree = None  # it just died; the main thread notices by itself
    if tree is None:
        context.memory = None
        return
    worker = measure([os.getpid()])
    context.memory = TreeUse(
        tree.pss_mb + worker.pss_mb,
        tree.anon_mb + worker.anon_mb,
        tree.exact and worker.exact,
        worker.pss_mb,
        tree.processes + worker.processes,
    )


class MemoryWatch:
    """Acts on what was measured: for the main thread, between messages."""

    def __init__(self, context: AccountContext, breaker: Breaker) -> None:
        self._context = context
        self._breaker = breaker
        self._restarts: list[float] = []
        self.rests_until_ms = 0
        """Until when no browser is started, after restarts that were no cure; unix milliseconds."""

    @property
    def due(self) -> bool:
        """Whether the browser must be restarted before the next message."""
        use = self._context.memory
        settings = self._context.settings
        return use is not None and too_large(use, settings.memory_measure, settings.memory_limit_mb)

    def restart(self) -> None:
        """Pauses, and ends the browser with all its processes; ``restarted`` is to follow when another is up.

        Where restarts have been no cure, the circuit opens and no browser is started till a probe is due.
        """
        context = self._context
        use, now = context.memory, time.monotonic()
        counted = round(use.counted_mb(context.settings.memory_measure)) if use else 0
        note = f"{counted} MB, above {context.settings.memory_limit_mb:.0f}"
        context.pauses.set(PauseReason.MEMORY, context.actor, context.now_ms(), note)
        fields = {"account": context.account, "megabytes": counted}
        context.keeper.restart("memory")
        context.memory = None
        if restarts_are_no_cure(self._restarts, now):
            log.error("Restarting the browser does not reduce the page's memory", extra=fields)
            self.rests_until_ms = self._breaker.open("memory").open_until_ms
            self._restarts.clear()
        else:
            log.warning("The browser grew too large and is restarted", extra=fields)
            self._restarts = [*self._restarts[-10:], now]

    def restarted(self) -> None:
        """Another browser is up: the pause is over."""
        self._context.pauses.clear(PauseReason.MEMORY, self._context.actor, self._context.now_ms())
