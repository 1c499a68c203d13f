"""The use cases of one account, behind one door: deliver a message, look after the page, close."""

import logging
import random
import time

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_snapshot import PageKind, PageSnapshot, kind_of
from whatsapp_tasks.domain.retries import RetryDecision, decide_retry
from whatsapp_tasks.domain.states import MAY_SEND
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import BrowserError, SendError
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.following import Follower
from whatsapp_tasks.session.sending import send
from whatsapp_tasks.session.settling import settle
from whatsapp_tasks.session.watching import Watcher

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
RESTART_FIRST_SECONDS = 1.0
RESTART_LONGEST_SECONDS = 60.0
SETTLE_ATTEMPTS = 3


class AccountSession:
    """One account in this worker's hands. For the main thread only."""

    def __init__(self, context: AccountContext) -> None:
        self.context = context
        self._watcher = Watcher(context)
        self._follower = Follower(context)
        self._next_look = 0.0
        self._next_start = 0.0
        self._start_pause = RESTART_FIRST_SECONDS
        self._settles: dict[str, int] = {}

    def start(self) -> None:
        """Takes the profile and takes up what the predecessor left; raises BrowserStartFailed."""
        self.context.keeper.take_profile()
        self._watcher.start()
        self._follower.start()

    # deliver

    @property
    def may_send(self) -> bool:
        """Whether messages may be taken off the queue now: linked, browser there, not paused, lease held."""
        return (
            self._watcher.state in MAY_SEND
            and self.context.keeper.running is not None
            and not self.context.pauses.all()
        )

    def deliver(self, message_id: str) -> bool:
        """Brings one message to its end. False when it must wait: not ready, or paused.

        Raises what ``send`` raises; ``attempt_failed`` then says what follows.
        """
        context = self.context
        if not self.may_send:
            return False
        outcome = context.ledger.claim(message_id, context.lease.fence, context.now_ms())
        if outcome == "paused":
            return False
        message = context.ledger.get(message_id)
        if message is None or outcome in ("gone", "done", "later"):
            return True
        match outcome:
            case "expired":
                context.ledger.advance(message, Status.EXPIRED, context.now_ms())
            case "opted_out":
                context.ledger.advance(
                    message,
                    Status.FAILED,
                    context.now_ms(),
                    code="recipient_opted_out",
                    error=("recipient_opted_out", "The recipient asked not to be written to."),
                )
            case _:
                context.busy_with = message_id
                try:
                    page = context.keeper.ensure()
                    if outcome == "settle":
                        settle(context, page, message)
                    else:
                        send(context, page, message)
                finally:
                    context.busy_with = None
                self._settled(message_id)
        return True

    def _settled(self, message_id: str) -> None:
        self._settles.pop(message_id, None)
        message = self.context.ledger.get(message_id)
        if message is not None and message.status in (Status.SENT, Status.DELIVERED, Status.UNKNOWN):
            self._follower.add(message)

    def decide(self, message_id: str, error: SendError | BrowserError) -> RetryDecision:
        """What follows from a failed attempt."""
        message = self.context.ledger.get(message_id)
        attempts = message.attempts if message else 1
        if isinstance(error, BrowserError) and message is not None and message.intent is not None:
            # Enter may have been pressed: look into the chat first, in a new browser.
            tried = self._settles[message_id] = self._settles.get(message_id, 0) + 1
            if tried <= SETTLE_ATTEMPTS:
                return RetryDecision("settle", "browser_failed")
            return RetryDecision("unknown", "browser_failed")
        return decide_retry(error, attempts, jitter=random.random())

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
            case _:
                pass  # settle: it stays `sending`, and the ledger's look for lost entries queues it again

    # between messages

    def look_after(self) -> None:
        """One round between messages: due, expired and lost entries; the page; ticks. Raises StoreErrors."""
        context = self.context
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + LOOK_SECONDS
        now_ms = context.now_ms()
        context.ledger.release_due(now_ms)
        for message_id in context.ledger.due_to_expire(now_ms):
            self._expire(message_id, now_ms)
        requeued = context.ledger.requeue_lost()
        if requeued:
            log.warning(
                "Queued again what a worker had in hand",
                extra={"account": context.account, "messages": requeued},
            )
        self._look_at_page(now)

    def _expire(self, message_id: str, now_ms: int) -> None:
        message = self.context.ledger.get(message_id)
        if message is not None and message.status is Status.QUEUED:
            self.context.ledger.advance(message, Status.EXPIRED, now_ms)

    def _look_at_page(self, now: float) -> None:
        context = self.context
        if now < self._next_start:
            return
        try:
            page = context.keeper.ensure()
            snapshot = self._watcher.look(page)
            if kind_of(snapshot) is PageKind.MAIN:
                self._start_pause = RESTART_FIRST_SECONDS
                self._follow(page, snapshot)
        except BrowserError as error:
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

    def _follow(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        self._follower.read(snapshot)
        if self.context.ledger.nothing_queued() and self._follower.visit_due(page):
            self._follower.read(page.look(Deadline.within(self.context.settings.look_timeout_seconds)))

    # steering

    def restart_browser(self) -> None:
        self.context.keeper.restart()
        self._next_look = self._next_start = 0.0

    def screenshot(self) -> bytes | None:
        """JPEG of the page, None when there is no browser."""
        page = self.context.keeper.running
        if page is None:
            return None
        return page.screenshot(Deadline.within(self.context.settings.look_timeout_seconds))

    def close(self) -> None:
        self.context.keeper.close()
