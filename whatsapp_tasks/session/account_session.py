"""The use cases of one account, behind one door: deliver a message, look after the page, close."""

import logging
import random
import time
from collections.abc import Callable
from typing import Any, assert_never

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.circuit import Phase
from whatsapp_tasks.domain.faults import counts_for_circuit
from whatsapp_tasks.domain.pacing import pause_seconds
from whatsapp_tasks.domain.page_snapshot import PageKind, PageSnapshot, kind_of
from whatsapp_tasks.domain.restrictions import Permission, permission
from whatsapp_tasks.domain.retries import RetryDecision, code_of, decide_retry, decide_settle
from whatsapp_tasks.domain.states import MAY_REPLY, MAY_SEND
from whatsapp_tasks.domain.statuses import AT_WHATSAPP, Status
from whatsapp_tasks.errors import BrowserError, LeaseLost, PageChanged, PageError, SendError, WaitTimeout
from whatsapp_tasks.session.breaker import Breaker
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.doctor import page_report
from whatsapp_tasks.session.following import Follower
from whatsapp_tasks.session.healing import Healer
from whatsapp_tasks.session.linking import log_out, request_pairing_code
from whatsapp_tasks.session.memory_watch import MemoryWatch, measure_memory
from whatsapp_tasks.session.opt_out_answers import OptOutAnswers
from whatsapp_tasks.session.receiving import Receiving
from whatsapp_tasks.session.sending import send
from whatsapp_tasks.session.settling import settle
from whatsapp_tasks.session.watching import Watcher
from whatsapp_tasks.stores.ledger import Message
from whatsapp_tasks.stores.outcomes import Claim
from whatsapp_tasks.stores.pauses import PauseReason

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
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
        self._look_failures = 0
        self._paced_until = 0.0
        self._next_look = 0.0
        self._next_start = 0.0
        self._start_pause = RESTART_FIRST_SECONDS
        self._settles: dict[str, int] = {}

    def start(self) -> None:
        """Takes the profile and takes up what the predecessor left; raises BrowserStartFailed."""
        self.context.keeper.take_profile()
        self._memory.restarted()  # this worker's browser is not the one that grew
        self._watcher.start()
        self._follower.start()

    # deliver

    @property
    def may_send(self) -> bool:
        """Whether messages may be taken off the queue now. Asks Redis; raises StoreUnavailable."""
        return self._permission() is not Permission.NOTHING

    def _permission(self) -> Permission:
        """Everything that must hold, and what Redis says last: its word counts, not what we remember."""
        context = self.context
        conditions = context.sessions.send_conditions()
        if not context.generation.remember(conditions.generation):
            self._hold_for_lost_writes(conditions.generation)
            return Permission.NOTHING
        if (
            conditions.session.state is not self._watcher.state
            or not context.keeper.started
            or self._memory.due
            or time.monotonic() < self._paced_until
        ):
            return Permission.NOTHING
        return permission(
            conditions.session.state,
            conditions.session.restriction,
            paused=bool(conditions.pauses),
            worker_runs=True,
            replies_when_restricted=context.settings.restricted_replies,
        )

    def _hold_for_lost_writes(self, generation: int) -> None:
        """Redis came back with older data: what it forgot may have been sent, so a person decides."""
        context = self.context
        note = f"Redis lost writes: it is at {generation}, this worker has seen {context.generation.seen}"
        seen = context.generation.seen
        if context.pauses.set(PauseReason.REDIS, context.actor, context.now_ms(), note, generation=seen):
            log.critical(
                "Redis came back with older data; nothing is sent until a person agrees: "
                "whatsapp-tasks resume --reason redis",
                extra={"account": context.account, "detail": note},
            )

    def deliver(self, message_id: str) -> bool:
        """Brings one message to its end. False when it must wait: not ready, or paused.

        Raises what ``send`` and ``settle`` raise; ``decide`` then says what follows.
        """
        context = self.context
        allowed = self._permission()
        if allowed is Permission.NOTHING:
            return False
        outcome = context.ledger.claim(
            message_id,
            context.lease.fence,
            context.now_ms(),
            states=MAY_REPLY if allowed is Permission.REPLIES else MAY_SEND,
            replies_only=allowed is Permission.REPLIES,
        )
        if outcome is Claim.PAUSED:
            return False
        message = context.ledger.get(message_id)
        if message is None:
            return True
        match outcome:
            case Claim.GONE | Claim.DONE | Claim.LATER:
                pass
            case Claim.CLAIMED:
                self._attempt(message, send)
            case Claim.SETTLE:
                self._attempt(message, settle)
            case Claim.LEASE_LOST:
                raise LeaseLost
            case Claim.EXPIRED:
                context.ledger.advance(message, Status.EXPIRED, context.now_ms())
            case Claim.OPTED_OUT:
                context.ledger.advance(
                    message,
                    Status.FAILED,
                    context.now_ms(),
                    code="recipient_opted_out",
                    error=("recipient_opted_out", "The recipient asked not to be written to."),
                )
            case Claim.RESTRICTED:
                held_ms = int(context.settings.restriction_held_seconds * 1000)
                context.ledger.defer(
                    message_id,
                    context.lease.fence,
                    "restricted",
                    context.now_ms(),
                    context.now_ms() + held_ms,
                )
            case Claim.CAPPED:
                self._put_off(message)
            case unknown:
                assert_never(unknown)
        return True

    def _attempt(
        self, message: Message, bring: Callable[[AccountContext, WhatsAppPage, Message], None]
    ) -> None:
        """``bring``: ``send`` or ``settle``; raises what it raises."""
        context = self.context
        context.busy_with = message.id
        context.times.begin((context.now_ms() - max(message.created_ms, message.send_at_ms or 0)) / 1000)
        try:
            bring(context, context.keeper.ensure(), message)
        finally:
            context.busy_with = None
            context.times.write()
        self._settled(message.id)
        self._rest()
        measure_memory(context)  # a page may grow with each message

    def _put_off(self, message: Message) -> None:
        """Its place was of another day, and today has none left: the next day with one."""
        context = self.context
        due_ms = context.ledger.defer(message.id, context.lease.fence, "daily_cap", context.now_ms())
        if due_ms is None:
            told = ("daily_cap_reached", "There is no place left today, nor on any day in sight.")
            context.ledger.advance(message, Status.FAILED, context.now_ms(), code=told[0], error=told)

    def _rest(self) -> None:
        """The pause between two messages, where one is set."""
        settings = self.context.settings
        seconds = pause_seconds(settings.pacing_seconds, settings.pacing_jitter_seconds, random.random())
        self._paced_until = time.monotonic() + seconds

    def _settled(self, message_id: str) -> None:
        self._settles.pop(message_id, None)
        message = self.context.ledger.get(message_id)
        if message is None:
            return
        if message.bubble_id:
            self._receiving.sent(message.bubble_id)
        if message.status in AT_WHATSAPP:
            self._breaker.succeeded()
            if self.context.caps is not None:
                self.context.caps.note_sent(self.context.now_ms())
        if message.status in (Status.SENT, Status.DELIVERED, Status.UNKNOWN):
            self._follower.add(message)

    def decide(self, message_id: str, error: SendError | BrowserError) -> RetryDecision:
        """What follows from a failed attempt; for the circuit too."""
        self._rest()
        if isinstance(error, BrowserError):
            self.context.keeper.failed(error)
        message, code = self.context.ledger.get(message_id), code_of(error)
        if counts_for_circuit(code):
            self._breaker.failed(code, message.phone if message else "")
        if message is not None and message.intent is not None:
            tried = self._settles[message_id] = self._settles.get(message_id, 0) + 1
            return decide_settle(error, tried, jitter=random.random())
        attempts = message.attempts if message else 1
        same = sum(entry.code == code for entry in message.timeline) if message else 0
        return decide_retry(error, attempts, jitter=random.random(), same_before=same)

    def apply(self, message_id: str, decision: RetryDecision, explanation: str) -> None:
        """Writes a decision into the ledger."""
        context = self.context
        message = context.ledger.get(message_id)
        if message is None:
            return
        now_ms, fence = context.now_ms(), context.lease.fence
        told = (decision.code, explanation)
        match decision.action:
            case "retry":
                due_ms = now_ms + int(decision.delay_seconds * 1000)
                context.ledger.advance(
                    message, Status.QUEUED, now_ms, fence=fence, code=decision.code, due_ms=due_ms, error=told
                )
            case "fail":
                context.ledger.advance(
                    message, Status.FAILED, now_ms, fence=fence, code=decision.code, error=told
                )
            case "unknown":
                context.ledger.advance(
                    message, Status.UNKNOWN, now_ms, fence=fence, code=decision.code, error=told
                )
                self._settled(message_id)
            case "settle":
                # It stays `sending`, and the look for lost entries makes it the next; till then, nothing
                self._paced_until = max(self._paced_until, time.monotonic() + decision.delay_seconds)
            case unknown:
                assert_never(unknown)

    # between messages

    def look_after(self, *, at_once: bool = False) -> None:
        """One round between messages: due, expired and lost entries; the page; ticks. Raises StoreErrors."""
        context = self.context
        now = time.monotonic()
        if now < self._next_look and not at_once:
            return
        self._next_look = now + LOOK_SECONDS
        now_ms = context.now_ms()
        context.ledger.release_due(now_ms)
        for message_id in context.ledger.due_to_expire(now_ms):
            self._expire(message_id, now_ms)
        requeued = context.ledger.requeue_lost()
        if requeued:
            log.warning(
                "Requeued lost messages",
                extra={"account": context.account, "messages": requeued},
            )
        phase = self._breaker.reconcile()
        self._watcher.circuit_turned(phase)
        if self._memory.due:
            self._memory.restart()
        if now_ms >= self._memory.rests_until_ms and now >= self._next_start:
            self._look_at_page(phase)

    def _expire(self, message_id: str, now_ms: int) -> None:
        message = self.context.ledger.get(message_id)
        if message is not None and message.status is Status.QUEUED:
            self.context.ledger.advance(message, Status.EXPIRED, now_ms)

    def _look_at_page(self, phase: Phase) -> None:
        try:
            page = self._page()
            try:
                snapshot = self._watcher.look(page, phase)
                self._receiving.saw(snapshot)
                self._healer.saw(page, snapshot, self._watcher.state)
            except PageChanged:
                return  # it loads itself anew; the next look sees what became of it
            except (PageError, WaitTimeout) as error:
                log.warning("A look at the page failed", extra={"detail": str(error)})
                self._healer.page_error(page)
                return
            if kind_of(snapshot) is PageKind.MAIN:
                self._look_failures = 0
                self._start_pause = RESTART_FIRST_SECONDS
                if self._watcher.state in MAY_SEND | MAY_REPLY:
                    self._opt_outs.look(page)
                self._follow(page, snapshot)
        except BrowserError as error:
            self._page_failed(error)

    def _page(self) -> WhatsAppPage:
        """The page; a browser that is started for it has yet to show in which state the account is."""
        keeper = self.context.keeper
        anew = not keeper.started
        if anew:
            self._watcher.start("browser_started")
        page = keeper.ensure()
        if anew:
            self._memory.restarted()
        return page

    def _page_failed(self, error: BrowserError) -> None:
        """The next round opens another browser, after a pause that grows; a loop opens the circuit."""
        context = self.context
        context.keeper.failed(error)
        log.warning(
            "The page does not answer; trying again",
            extra={
                "account": context.account,
                "error": type(error).__name__,
                "detail": str(error),
                "next_in_seconds": self._start_pause,
            },
        )
        self._next_start = time.monotonic() + self._start_pause
        self._start_pause = min(self._start_pause * 2, RESTART_LONGEST_SECONDS)
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
            and self.context.ledger.nothing_queued()
            and self._follower.visit_due(page)
        ):
            self._follower.read(page.look(Deadline.within(self.context.settings.look_timeout_seconds)))

    # steering

    def restart_browser(self) -> None:
        """Ends the browser in order; the next look opens another."""
        self.context.keeper.restart("asked")
        self._next_look = self._next_start = 0.0

    def screenshot(self) -> bytes | None:
        """PNG of the page, None when there is no browser."""
        page = self.context.keeper.running
        if page is None:
            return None
        return page.screenshot(Deadline.within(self.context.settings.look_timeout_seconds), png=True)

    def examine(self) -> dict[str, Any]:
        """What the doctor asks for: see ``page_report``."""
        return page_report(self.context.keeper.ensure(), self.context.selectors, self._asked_deadline())

    def pairing_code(self, phone: str) -> str:
        """A code that links ``phone``; raises RequestRefused saying why there is none."""
        return request_pairing_code(self.context.keeper.ensure(), phone, self._asked_deadline())

    def log_out(self) -> None:
        """Ends the link with the phone. Where the page offers no way, the login is deleted here; the phone
        lists the device then until someone takes it off there.
        """
        context = self.context
        context.sessions.set_linked(False)
        if not log_out(context.keeper.ensure()):
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
        self.context.keeper.close()
