"""Delivers the messages of one account: claim, attempt, decide, write. An attempt ends where it began.

``deliver`` claims the message, which also returns its record. An attempt gives a value
(``domain/attempts.py``) or an error. A rule makes a decision of it (``domain/retries.py``), which ``_write``
puts into the ledger.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import assert_never

from whatsapp_tasks.domain.attempts import Attempt, NeverSent, Seen
from whatsapp_tasks.domain.faults import counts_for_circuit, culprit
from whatsapp_tasks.domain.pacing import pause_seconds
from whatsapp_tasks.domain.restrictions import ASKED_AGAIN_MS, LOCKED_CHAT, Permission
from whatsapp_tasks.domain.retries import RetryDecision, code_of, decide_again, decide_retry, decide_settle
from whatsapp_tasks.domain.states import MAY_REPLY, MAY_SEND
from whatsapp_tasks.domain.statuses import AT_WHATSAPP, FOLLOWED, Status
from whatsapp_tasks.errors import BrowserError, LeaseLost, SendError
from whatsapp_tasks.session.attempt_evidence import keep_evidence
from whatsapp_tasks.session.breaker import Breaker
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.following import Follower
from whatsapp_tasks.session.memory_watch import measure_memory
from whatsapp_tasks.session.receiving import Receiving
from whatsapp_tasks.session.send_permission import SendPermission
from whatsapp_tasks.session.transport import Transport
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.outcomes import Claim

log = logging.getLogger(__name__)


class Delivery:
    """One message at a time."""

    def __init__(
        self,
        context: AccountContext,
        transport: Transport,
        *,
        permission: SendPermission,
        breaker: Breaker,
        follower: Follower,
        receiving: Receiving,
    ) -> None:
        self._context = context
        self._transport = transport
        self._permission = permission
        self._breaker = breaker
        self._follower = follower
        self._receiving = receiving
        self._last_attempt = 0.0
        self._settles: dict[str, int] = {}

    @property
    def may_send(self) -> bool:
        """Whether messages may be taken off the queue now. Asks Redis; raises StoreUnavailable."""
        return self._permission.now() is not Permission.NOTHING

    @property
    def quiet_seconds(self) -> float:
        """For how long no message was in hand."""
        return time.monotonic() - self._last_attempt

    def deliver(self, message_id: str) -> bool:
        """Bring one message to its end. False when it must wait: the account is not ready, is paused, or has
        an attempt of another message open.

        Raises LeaseLost and StoreUnavailable: the ledger still says ``sending``, and the chat settles it.
        """
        context = self._context
        allowed = self._permission.now()
        if allowed is Permission.NOTHING:
            return False
        now_ms, locked = context.now_ms(), allowed is Permission.REPLIES
        claimed = context.ledger.claim(
            message_id,
            context.lease.fence,
            now_ms,
            states=MAY_REPLY if locked else MAY_SEND,
            locked_since_ms=now_ms - ASKED_AGAIN_MS if locked else None,
        )
        if claimed.outcome in (Claim.PAUSED, Claim.OCCUPIED):
            return False
        if claimed.message is not None:
            self._act(claimed.outcome, claimed.message)
        return True

    def _act(self, outcome: Claim, message: Message) -> None:
        match outcome:
            case Claim.CLAIMED:
                self._attempt(message, self._transport.send)
            case Claim.SETTLE:
                self._attempt(message, self._transport.settle)
            case Claim.EXPIRED:
                self._context.ledger.advance(message, Status.EXPIRED, self._context.now_ms())
            case Claim.OPTED_OUT:
                self._fail(message, "recipient_opted_out", "The recipient asked not to be written to.")
            case Claim.RESTRICTED:
                self._defer_restricted(message)
            case Claim.CAPPED:
                self._defer_capped(message)
            case Claim.GONE | Claim.DONE | Claim.LATER | Claim.PAUSED | Claim.OCCUPIED:
                pass
            case Claim.LEASE_LOST:
                raise LeaseLost
            case unknown:
                assert_never(unknown)

    # attempt

    def _attempt(self, message: Message, attempt: Callable[[Message], Attempt]) -> None:
        context = self._context
        context.busy_with = message.id
        context.times.begin((context.now_ms() - max(message.created_ms, message.send_at_ms or 0)) / 1000)
        try:
            result = attempt(message)
        except (SendError, BrowserError) as error:
            self._after_error(message, error)
            return
        finally:
            context.busy_with = None
            self._last_attempt = time.monotonic()
            context.times.write()
        self._after(message, result)
        self._rest()
        measure_memory(context)  # a page may grow with each message

    def _after(self, message: Message, result: Attempt) -> None:
        match result:
            case Seen(status):
                context = self._context
                self._settles.pop(message.id, None)
                self._settled(
                    context.ledger.advance(message, status, context.now_ms(), fence=context.lease.fence)
                )
            case NeverSent(code):
                decision = decide_again(message.attempts, code)
                sentence = "The message was tried several times, and its chat shows that it was never sent."
                self._write(message, decision, sentence if decision.action == "fail" else None)
            case unknown:
                assert_never(unknown)

    def _after_error(self, message: Message, error: SendError | BrowserError) -> None:
        context = self._context
        keep_evidence(context, message, error)
        self._rest()
        if isinstance(error, BrowserError):
            context.keeper.failed(error)
        code = code_of(error)
        if counts_for_circuit(code):
            digest = message.file.digest if message.file is not None else None
            self._breaker.failed(code, culprit(code, message.recipient.name, message.text, digest))
        now = context.ledger.get(message.id)
        if now is None:
            return
        decision = self._decide(now, error)
        log.warning(
            "Attempt failed",
            extra={
                "error": type(error).__name__,
                "code": decision.code,
                "action": decision.action,
                "delay_seconds": round(decision.delay_seconds, 1),
                "detail": str(error),
            },
        )
        self._write(now, decision, str(error))

    # decide and write

    def _decide(self, message: Message, error: SendError | BrowserError) -> RetryDecision:
        """What follows for ``message`` as the ledger has it after the attempt: with an intent or without."""
        if message.intent is not None:
            tried = self._settles[message.id] = self._settles.get(message.id, 0) + 1
            return decide_settle(error, tried, jitter=random.random())
        code = code_of(error)
        if code == LOCKED_CHAT:  # however often: WhatsApp lets it through when the lock is over
            return RetryDecision("retry", code, self._context.settings.restriction_held_seconds)
        same = sum(entry.code == code for entry in message.timeline)
        counted = message.attempts - sum(entry.code == LOCKED_CHAT for entry in message.timeline)
        return decide_retry(error, counted, jitter=random.random(), same_before=same)

    def _write(self, message: Message, decision: RetryDecision, sentence: str | None) -> None:
        """``sentence`` explains it to a person; None where nothing failed."""
        context = self._context
        now_ms, fence, code = context.now_ms(), context.lease.fence, decision.code
        error = (code, sentence) if sentence is not None else None
        match decision.action:
            case "retry":
                due_ms = now_ms + int(decision.delay_seconds * 1000)
                context.ledger.advance(
                    message, Status.QUEUED, now_ms, fence=fence, code=code, due_ms=due_ms, error=error
                )
            case "fail":
                context.ledger.advance(message, Status.FAILED, now_ms, fence=fence, code=code, error=error)
            case "unknown":
                written = context.ledger.advance(
                    message, Status.UNKNOWN, now_ms, fence=fence, code=code, error=error
                )
                self._settled(written)
            case "settle":
                # It stays `sending`, and the search for lost entries makes it the next; until then, nothing
                self._permission.hold(decision.delay_seconds)
                return
            case unknown:
                assert_never(unknown)
        self._settles.pop(message.id, None)

    def _settled(self, message: Message | None) -> None:
        """``message`` is as it was written; None when it was gone."""
        if message is None:
            return
        if message.status in FOLLOWED:
            self._follower.add(message)
        if message.bubble_id:
            self._receiving.sent(message.bubble_id)
        if message.status in AT_WHATSAPP:
            self._breaker.succeeded()
            if self._context.caps is not None:
                self._context.caps.note_sent(self._context.now_ms())

    def _fail(self, message: Message, code: str, sentence: str) -> None:
        """Before any attempt, of whichever worker."""
        self._context.ledger.advance(
            message,
            Status.FAILED,
            self._context.now_ms(),
            fence=self._context.lease.fence,
            code=code,
            error=(code, sentence),
            only_from=Status.QUEUED,
        )

    def _defer_restricted(self, message: Message) -> None:
        context = self._context
        now_ms = context.now_ms()
        held_ms = int(context.settings.restriction_held_seconds * 1000)
        context.ledger.defer(message, context.lease.fence, "restricted", now_ms, now_ms + held_ms)

    def _defer_capped(self, message: Message) -> None:
        """It had a place on another day, and today has none left: the next day with one."""
        context = self._context
        due_ms = context.ledger.defer(message, context.lease.fence, "daily_cap", context.now_ms())
        if due_ms is None:
            self._fail(message, "daily_cap_reached", "There is no place left today, nor on any day ahead.")

    def _rest(self) -> None:
        """The pause between two messages, where one is set."""
        settings = self._context.settings
        self._permission.hold(
            pause_seconds(settings.pacing_seconds, settings.pacing_jitter_seconds, random.random())
        )
