"""One account in a worker: the delivery of its messages, what people ask of it, and the rounds in between."""

import logging
import time

from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.circuit import Phase
from whatsapp_tasks.domain.hand import Ended
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.restrictions import Permission
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
from whatsapp_tasks.session.chat_reader import ChatReader
from whatsapp_tasks.session.commands import Commands
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.delivery import Delivery
from whatsapp_tasks.session.following import Follower
from whatsapp_tasks.session.hand import Hand
from whatsapp_tasks.session.healing import Healer
from whatsapp_tasks.session.memory_watch import MemoryWatch
from whatsapp_tasks.session.number_lookups import NumberLookups
from whatsapp_tasks.session.opt_out_answers import OptOutAnswers
from whatsapp_tasks.session.page_starts import PageStarts
from whatsapp_tasks.session.receiving import Receiving
from whatsapp_tasks.session.send_permission import SendPermission
from whatsapp_tasks.session.transport import WhatsAppWeb
from whatsapp_tasks.session.watching import Watcher

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
TIDY_SECONDS = 10.0


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
        self._starts = PageStarts(context, self._watcher, self._breaker, self._memory)
        self._next_look = self._next_tidy = 0.0
        self._permission = SendPermission(
            context,
            seen_state=lambda: self._watcher.state,
            page_is_ours=lambda: self._hand.page_is_free,
            memory=self._memory,
        )
        self.delivery = Delivery(
            context,
            WhatsAppWeb(context),
            permission=self._permission,
            breaker=self._breaker,
            follower=self._follower,
            receiving=self._receiving,
        )
        self._reader = ChatReader(
            context, self._receiving, may_send=lambda: self._permission.now() is not Permission.NOTHING
        )
        self._lookups = NumberLookups(context, may_ask=lambda: self._permission.now() is Permission.ALL)
        self.commands = Commands(context, page=self._starts.page, look_soon=self._look_soon)

    def start(self) -> None:
        """Takes the profile and takes up what the predecessor left; raises BrowserStartFailed."""
        self.context.keeper.take_profile()
        self._memory.restarted()  # this worker's browser is not the one that grew
        self._permission.notice_lost_writes()
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
        now = time.monotonic()
        if now < self._next_look and not at_once:
            return
        self._next_look = now + LOOK_SECONDS
        self._permission.notice_lost_writes()
        self._tidy(now)
        phase = self._breaker.reconcile()
        self._watcher.circuit_turned(phase)
        if self._hand.has_page:
            self._look_on(phase)
            return
        if self._memory.due and not self._watcher.in_ceremony:
            self._memory.restart()
        if self.context.now_ms() >= self._memory.rests_until_ms and self._starts.due:
            self._look_at_page(phase)

    def _tidy(self, now: float) -> None:
        """What lies in Redis and on the disk, whatever the page is like; ``now`` of the monotonic clock."""
        context, now_ms = self.context, self.context.now_ms()
        context.outgoing.tidy()
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
            self._starts.failed(error)

    def _look_at_page(self, phase: Phase) -> None:
        try:
            try:
                page = self._starts.page()
            except SessionWaits as waits:
                self._starts.wait_for_session(waits)
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
                self._starts.worked()
                self._reader.listen()
                if self._watcher.state in MAY_SEND | MAY_REPLY:
                    self._opt_outs.look(page)
                    self._reader.look(page, snapshot)
                self._follow(page, snapshot)
                self._save_session(page)
                self._lookups.look(page, snapshot)
        except BrowserError as error:
            self._starts.failed(error)

    def _save_session(self, page: WhatsAppPage) -> None:
        vault = self.context.vault
        if vault is not None and not vault.saving.look(page.page, self.delivery.quiet_seconds):
            self._permission.hold(ON_DISK_SECONDS + LOOK_SECONDS)

    def _follow(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """Ticks: of the open chat always; other chats are opened for theirs only where all is well."""
        self._follower.read(snapshot)
        if (
            self._watcher.state in MAY_SEND
            and self.context.queue.nothing_queued()
            and self._follower.visit_due(page)
        ):
            self._follower.read(page.look(self.context.look_deadline()))

    def _look_soon(self) -> None:
        """A browser is started for it if there is none, whatever pauses are set."""
        self._starts.at_once()
        self._next_look = 0.0

    def close(self) -> None:
        """Ends the browser and gives the profile back."""
        try:
            self._hand.end(Ended.WORKER_STOPPED)
        except StoreUnavailable:
            log.warning("The end of a view could not be recorded; the next worker records it")
        self.context.keeper.close()
        self.context.outgoing.close()
