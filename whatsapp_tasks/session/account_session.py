"""One account in a worker: the delivery of its messages, the care of its page, and what a person asks for."""

import logging
import time
from typing import Any

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.circuit import Phase
from whatsapp_tasks.domain.hand import Ended
from whatsapp_tasks.domain.page_snapshot import PageKind, PageSnapshot, kind_of
from whatsapp_tasks.domain.session_archives import ON_DISK_SECONDS
from whatsapp_tasks.domain.states import MAY_REPLY, MAY_SEND
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import (
    BrowserError,
    PageChanged,
    PageError,
    SessionWaits,
    StoreUnavailable,
    WaitTimeout,
)
from whatsapp_tasks.session.breaker import Breaker
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.delivery import Delivery
from whatsapp_tasks.session.doctor import page_report
from whatsapp_tasks.session.following import Follower
from whatsapp_tasks.session.growing_pause import GrowingPause
from whatsapp_tasks.session.hand import Hand
from whatsapp_tasks.session.healing import Healer
from whatsapp_tasks.session.linking import log_out, request_pairing_code
from whatsapp_tasks.session.memory_watch import MemoryWatch
from whatsapp_tasks.session.number_lookups import NumberLookups
from whatsapp_tasks.session.opt_out_answers import OptOutAnswers
from whatsapp_tasks.session.passkey import answer_passkey, look_at_passkey
from whatsapp_tasks.session.receiving import Receiving
from whatsapp_tasks.session.transport import WhatsAppWeb
from whatsapp_tasks.session.watching import Watcher

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
TIDY_SECONDS = 10.0
SESSION_WAITS_FIRST_SECONDS, SESSION_WAITS_LONGEST_SECONDS = 2.0, 60.0
"""Between looks for a copy of the session that may run. Each may list the object store, and S3 charges for
that. What a person does about it is noticed at once: it restarts the browser.
"""
RESTART_FIRST_SECONDS = 1.0
RESTART_LONGEST_SECONDS = 60.0
ASKED_SECONDS = 9.0
"""For what a person asked and waits for: less than they wait, who would not hear of it otherwise."""


class AccountSession:
    """One account in this worker's hands. For the main thread only."""

    def __init__(self, context: AccountContext) -> None:
        self.context = context
        self._watcher = Watcher(context)
        self._follower = Follower(context)
        self._receiving = Receiving(context)
        self._opt_outs = OptOutAnswers(context, self._receiving)
        self._breaker = Breaker(context)
        self._memory = MemoryWatch(context, self._breaker)
        self._healer = Healer(context)
        self._hand = Hand(context)
        self._look_failures = 0
        self._next_look = self._next_tidy = 0.0
        self._next_start = 0.0
        self._start_pause = GrowingPause(RESTART_FIRST_SECONDS, RESTART_LONGEST_SECONDS)
        self._session_pause = GrowingPause(SESSION_WAITS_FIRST_SECONDS, SESSION_WAITS_LONGEST_SECONDS)
        self.delivery = Delivery(
            context,
            WhatsAppWeb(context),
            seen_state=lambda: self._watcher.state,
            page_is_ours=lambda: self._hand.page_is_free,
            breaker=self._breaker,
            follower=self._follower,
            receiving=self._receiving,
            memory=self._memory,
        )
        self._lookups = NumberLookups(context, may_ask=lambda: self.delivery.may_send_to_all)

    def start(self) -> None:
        """Takes the profile and takes up what the predecessor left; raises BrowserStartFailed."""
        self.context.keeper.take_profile()
        self._memory.restarted()  # this worker's browser is not the one that grew
        self.delivery.notice_lost_writes()
        self._hand.start()
        self._watcher.start()
        self._follower.take_up()

    # between messages

    def lend_hand(self) -> None:
        """One round for a person who has the page open, or wants it. Raises StoreErrors and LeaseLost."""
        had_page = self._hand.has_page
        self._hand.serve()
        if had_page and not self._hand.has_page:
            self._healer = Healer(self.context)  # what the page was before the person had it says nothing
            self._next_look = 0.0
            if self.context.vault is not None:
                self.context.vault.saving.changed_by_a_person()

    def lease_lost(self) -> None:
        """Another host may run the session now, or has run it since: this copy of it is ended before anything
        else. Raises StoreUnavailable.
        """
        if self.context.vault is not None:
            self.context.keeper.end_at_once()
        self._hand.end(Ended.LEASE_LOST)

    def look_after(self, *, at_once: bool = False) -> None:
        """One round between messages: due, expired and lost entries; the page; ticks. Raises StoreErrors."""
        context = self.context
        now = time.monotonic()
        if now < self._next_look and not at_once:
            return
        self._next_look = now + LOOK_SECONDS
        self.delivery.notice_lost_writes()
        context.outgoing.tidy()
        now_ms = context.now_ms()
        if now >= self._next_tidy:
            self._next_tidy = now + TIDY_SECONDS
            context.ledger.forget_gone(now_ms)
        context.queue.release_due(now_ms)
        for message_id in context.queue.due_to_expire(now_ms):
            self._expire(message_id, now_ms)
        requeued = context.queue.requeue_lost()
        if requeued:
            log.warning(
                "Requeued lost messages",
                extra={"account": context.account, "messages": requeued},
            )
        phase = self._breaker.reconcile()
        self._watcher.circuit_turned(phase)
        if self._hand.has_page:
            self._look_on(phase)
            return
        if self._memory.due and not self._watcher.in_ceremony:
            self._memory.restart()
        if now_ms >= self._memory.rests_until_ms and now >= self._next_start:
            self._look_at_page(phase)

    def _expire(self, message_id: str, now_ms: int) -> None:
        message = self.context.ledger.get(message_id)
        if message is not None and message.status is Status.QUEUED:
            self.context.ledger.advance(message, Status.EXPIRED, now_ms)

    def _look_on(self, phase: Phase) -> None:
        """A look while a person has the page: nothing is clicked, reloaded or restarted."""
        page = self.context.keeper.loaded
        if page is None:
            return  # the view ends by itself
        try:
            snapshot = self._watcher.look(page, phase, only_look=True)
            self._receiving.saw(snapshot)
            if kind_of(snapshot) is PageKind.MAIN:
                self._follower.read(snapshot)
        except (PageError, WaitTimeout) as error:
            log.info("A look at a page in a person's hands failed", extra={"detail": str(error)})
        except BrowserError as error:
            self._page_failed(error)

    def _look_at_page(self, phase: Phase) -> None:
        try:
            try:
                page = self._page()
            except SessionWaits as waits:
                self._wait_for_session(waits)
                return
            try:
                snapshot = self._watcher.look(page, phase)
                self._hand.looked(snapshot)
                self._receiving.saw(snapshot)
                self._healer.saw(page, snapshot, self._watcher.state)
            except PageChanged:
                return  # it reloads itself; the next look sees the result
            except (PageError, WaitTimeout) as error:
                log.warning("A look at the page failed", extra={"detail": str(error)})
                self._healer.page_error(page)
                return
            if kind_of(snapshot) is PageKind.MAIN:
                self._look_failures = 0
                self._start_pause.reset()
                if self._watcher.state in MAY_SEND | MAY_REPLY:
                    self._opt_outs.look(page)
                self._follow(page, snapshot)
                self._save_session(page)
                self._lookups.look(page, snapshot)
        except BrowserError as error:
            self._page_failed(error)

    def _page(self) -> WhatsAppPage:
        """The page; a browser that is started for it has yet to show in which state the account is."""
        keeper = self.context.keeper
        vault = self.context.vault
        if vault is not None and keeper.started and not vault.taking_over.runs_under_our_lease:
            log.warning("The lease was taken anew; the browser is started anew under it")
            keeper.end_at_once()
        is_new = not keeper.started
        if is_new:
            self._watcher.start("browser_started" if vault is None else vault.taking_over.prepare())
            self._session_pause.reset()
        page = keeper.ensure()
        if is_new:
            self._memory.restarted()
        return page

    def _wait_for_session(self, waits: SessionWaits) -> None:
        """No copy of the session may run now: a person decides, or the vault comes back."""
        self._next_start = time.monotonic() + self._session_pause.take()
        if self._watcher.session_waits(f"session_{waits.reason}"):
            log.error(
                "No browser is started: no copy of the session may run now",
                extra={"account": self.context.account, "reason": waits.reason, "detail": str(waits)},
            )

    def _save_session(self, page: WhatsAppPage) -> None:
        vault = self.context.vault
        if vault is not None and not vault.saving.look(page.page, self.delivery.quiet_seconds):
            self.delivery.hold(ON_DISK_SECONDS + LOOK_SECONDS)

    def _page_failed(self, error: BrowserError) -> None:
        """The next round opens another browser, after a pause that grows; a loop opens the circuit."""
        context = self.context
        context.keeper.failed(error)
        pause = self._start_pause.take()
        log.warning(
            "The page does not answer; trying again",
            extra={
                "account": context.account,
                "error": type(error).__name__,
                "detail": str(error),
                "next_in_seconds": pause,
            },
        )
        self._next_start = time.monotonic() + pause
        self._look_failures += 1
        if self._look_failures > context.settings.circuit_failures:
            self._look_failures = 0
            if self._breaker.reconcile() is not Phase.OPEN:
                self._breaker.open("page")

    def _follow(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """Ticks: of the open chat always; other chats are opened for theirs only where all is well."""
        self._follower.read(snapshot)
        if (
            self._watcher.state in MAY_SEND
            and self.context.queue.nothing_queued()
            and self._follower.visit_due(page)
        ):
            self._follower.read(page.look(Deadline.within(self.context.settings.look_timeout_seconds)))

    # steering

    def restart_browser(self) -> None:
        """Ends the browser in order; the next look opens another."""
        self.context.keeper.restart("asked")
        self._session_pause.reset()
        self._next_look = self._next_start = 0.0

    def screenshot(self) -> bytes | None:
        """PNG of the page, None when there is no browser."""
        page = self.context.keeper.running
        if page is None:
            return None
        return page.screenshot(Deadline.within(self.context.settings.look_timeout_seconds), png=True)

    def examine(self) -> dict[str, Any]:
        """What the doctor asks for: see ``page_report``."""
        return page_report(self._page(), self.context.selectors, self._asked_deadline())

    def pairing_code(self, phone: str) -> str:
        """A code that links ``phone``; raises RequestRefused saying why there is none."""
        return request_pairing_code(self._page(), phone, self._asked_deadline())

    def passkey(self, action: str) -> dict[str, Any]:
        """The passkey ceremony: ``step`` and ``code``, both "" once it is over. ``action`` is a
        ``PasskeyAction``, or "" to look only; raises RequestRefused.
        """
        page, deadline = self._page(), self._asked_deadline()
        now = answer_passkey(page, action, deadline) if action else look_at_passkey(page, deadline)
        return {"step": now.step if now else "", "code": now.code if now else ""}

    def log_out(self) -> None:
        """Ends the link with the phone. Where the page offers no way, the login is deleted here; the phone
        lists the device then until someone takes it off there.

        The page comes first, for it needs the login: a failure there leaves an account that is linked and
        says so. Only then are the other copies deleted (docs/decisions, 7). A worker that is killed in
        between gets the order again. Raises BrowserErrors and StoreErrors.
        """
        context = self.context
        try:
            pressed = log_out(self._page())
        except SessionWaits:  # no copy of it runs, and none will
            pressed = False
        context.sessions.set_linked(False)
        if context.vault is not None:
            context.vault.saving.deleted("unlinked")
        if not pressed:
            context.keeper.forget_login()
            log.warning(
                "The page offered no logout; the login was deleted", extra={"account": context.account}
            )
        self._next_look = self._next_start = 0.0

    @staticmethod
    def _asked_deadline() -> Deadline:
        return Deadline.within(ASKED_SECONDS)

    def close(self) -> None:
        """Ends the browser and gives the profile back."""
        try:
            self._hand.end(Ended.WORKER_STOPPED)
        except StoreUnavailable:
            log.warning("That a person no longer has the page could not be noted; the next worker does")
        self.context.keeper.close()
        self.context.outgoing.close()
