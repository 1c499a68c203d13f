"""When the browser of an account is started, and started again: with pauses that grow."""

import logging
import time

from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.circuit import Phase
from whatsapp_tasks.errors import BrowserError, SessionWaits
from whatsapp_tasks.session.breaker import Breaker
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.growing_pause import GrowingPause
from whatsapp_tasks.session.memory_watch import MemoryWatch
from whatsapp_tasks.session.watching import Watcher

log = logging.getLogger(__name__)

SESSION_WAITS_FIRST_SECONDS, SESSION_WAITS_LONGEST_SECONDS = 2.0, 60.0
"""Between looks for a copy of the session that may run. Each may list the object store, and S3 charges for
that. What a person does about it is noticed at once: it restarts the browser.
"""
RESTART_FIRST_SECONDS = 1.0
RESTART_LONGEST_SECONDS = 60.0


class PageStarts:
    """The way to the page of one account."""

    def __init__(
        self, context: AccountContext, watcher: Watcher, breaker: Breaker, memory: MemoryWatch
    ) -> None:
        self._context = context
        self._watcher = watcher
        self._breaker = breaker
        self._memory = memory
        self._not_before = 0.0
        self._pause = GrowingPause(RESTART_FIRST_SECONDS, RESTART_LONGEST_SECONDS)
        self._session_pause = GrowingPause(SESSION_WAITS_FIRST_SECONDS, SESSION_WAITS_LONGEST_SECONDS)
        self._failures = 0

    @property
    def due(self) -> bool:
        """Whether the pause after the last failure is over."""
        return time.monotonic() >= self._not_before

    def at_once(self) -> None:
        """No pause, whatever failed: a person has changed something."""
        self._session_pause.reset()
        self._not_before = 0.0

    def page(self) -> WhatsAppPage:
        """The page; a browser that is started for it has yet to show in which state the account is.

        Raises SessionWaits and BrowserErrors.
        """
        keeper = self._context.keeper
        vault = self._context.vault
        if vault is not None and keeper.started and not vault.taking_over.runs_under_our_lease:
            log.warning("The lease was taken again; the browser is restarted under it")
            keeper.end_at_once()
        is_new = not keeper.started
        if is_new:
            self._watcher.start("browser_started" if vault is None else vault.taking_over.prepare())
            self._session_pause.reset()
        page = keeper.ensure()
        if is_new:
            self._memory.restarted()
        return page

    def wait_for_session(self, waits: SessionWaits) -> None:
        """No copy of the session may run now: a person decides, or the vault comes back."""
        self._not_before = time.monotonic() + self._session_pause.take()
        if self._watcher.session_waits(f"session_{waits.reason}"):
            log.error(
                "No browser is started: no copy of the session may run now",
                extra={"account": self._context.account, "reason": waits.reason, "detail": str(waits)},
            )

    def worked(self) -> None:
        """The page showed its chats."""
        self._failures = 0
        self._pause.reset()

    def failed(self, error: BrowserError) -> None:
        """The next round opens another browser, after a pause that grows; a loop opens the circuit."""
        context = self._context
        context.keeper.failed(error)
        pause = self._pause.take()
        log.warning(
            "The page does not answer; trying again",
            extra={
                "account": context.account,
                "error": type(error).__name__,
                "detail": str(error),
                "next_in_seconds": pause,
            },
        )
        self._not_before = time.monotonic() + pause
        self._failures += 1
        if self._failures > context.settings.circuit_failures:
            self._failures = 0
            if self._breaker.reconcile() is not Phase.OPEN:
                self._breaker.open("page")
