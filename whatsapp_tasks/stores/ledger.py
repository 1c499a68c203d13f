"""The ledger changes the records of messages. Each check and the change that depends on it are one script."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.number_checks import Answer, learned_from
from whatsapp_tasks.domain.phones import one_form_of
from whatsapp_tasks.domain.statuses import Status, may_become
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.generation import Counted, Generation
from whatsapp_tasks.stores.message_list import forget_gone
from whatsapp_tasks.stores.message_records import MessageRecords
from whatsapp_tasks.stores.messages import Message, message_from
from whatsapp_tasks.stores.outcomes import Advance, Claim, Defer, Note, outcome_of

_NOT_IN_TIMELINE = re.compile("[@;]")  # they separate its parts


@dataclass(frozen=True)
class Claimed:
    """The result of ``claim``. ``message`` is set for every outcome that needs an action."""

    outcome: Claim
    message: Message | None = None


class Ledger(MessageRecords):
    """The messages of one account, once they are accepted. ``caps`` None: no daily cap. ``generation`` has
    the highest counts of writes that the worker has seen; if Redis has lower ones, nothing is claimed and no
    intent is written. ``numbers_kept_ms``: how long it is remembered what a message says about its phone; 0:
    not at all.
    """

    def __init__(
        self,
        database: Database,
        account: str,
        *,
        retention_ms: int,
        follow_ms: int,
        numbers_kept_ms: int = 0,
        caps: Caps | None = None,
        generation: Generation | None = None,
    ) -> None:
        super().__init__(database, account)
        self._retention_ms = retention_ms
        self._follow_ms = follow_ms
        self._numbers_kept_ms = numbers_kept_ms
        self._caps = caps
        self._generation = generation
        self._looked_at = 0

    def claim(
        self,
        message_id: str,
        fence: int,
        now_ms: int,
        *,
        states: Iterable[str] = (),
        locked_since_ms: int | None = None,
    ) -> Claimed:
        """Claims a message; see ``scripts/claim.lua`` for the outcomes. Raises LeaseLost.

        ``states``: the session states that allow it; empty means all. ``locked_since_ms``: a message whose
        chat was locked since then is RESTRICTED.
        """
        k = self._keys
        answer, record = self._db.run(
            "claim",
            {
                "record": k.message(message_id),
                "lease": k.lease,
                "pauses": k.pauses,
                "opt_outs": keys.OPT_OUTS,
                "schedule": k.schedule,
                "session": k.session,
                "generation": k.generation,
                "intents": k.intents,
                "caps": k.caps,
                "contacted": k.contacted,
                "in_hand": k.in_hand,
            },
            {
                "now": now_ms,
                "fence": fence,
                "states": f",{','.join(states)}," if states else "",
                "asked_since": "" if locked_since_ms is None else locked_since_ms,
                "seen": self._seen.writes,
                "seen_intents": self._seen.intents,
                "plan": self._caps.plan(now_ms, days=1) if self._caps else "",
            },
        )
        outcome = outcome_of(Claim, answer)
        if outcome is Claim.LEASE_LOST:
            raise LeaseLost
        return Claimed(outcome, message_from(self.account, record))

    def defer(
        self, message: Message, fence: int, code: str, now_ms: int, due_ms: int | None = None
    ) -> int | None:
        """Postpones a queued message until ``due_ms``, or to a day with a free place; returns the new time.

        None if it is not queued any more, or if there is no such day. Raises LeaseLost.
        """
        k = self._keys
        answer, due = self._db.run(
            "defer",
            {
                "record": k.message(message.id),
                "lease": k.lease,
                "open": k.open_messages(message.priority),
                "schedule": k.schedule,
                "caps": k.caps,
                "contacted": k.contacted,
            },
            {
                "fence": fence,
                "code": code,
                "due": "" if due_ms is None else due_ms,
                "plan": self._caps.plan(now_ms if due_ms is None else due_ms) if self._caps else "",
            },
        )
        match outcome_of(Defer, answer):
            case Defer.LEASE_LOST:
                raise LeaseLost
            case Defer.OK:
                return int(due)
            case Defer.REFUSED | Defer.NO_PLACE:
                return None
            case unknown:
                assert_never(unknown)

    def note(self, message: Message, fence: int, **fields: str) -> None:
        """Writes into the record of the claimed message, as it was claimed; raises LeaseLost if the claim is
        not ours, or is over.
        """
        self._note(message, fence, fields)

    @property
    def _seen(self) -> Counted:
        return self._generation.seen if self._generation else Counted(0)

    def note_intent(self, message: Message, fence: int, intent: Intent) -> Note:
        """Stores before Enter what to look for in the chat if this worker dies. Not while paused, nor if
        Redis has lost writes, nor if the recipient has opted out since the claim. Raises LeaseLost.
        """
        return self._note(message, fence, {"intent": intent.to_json()}, guarded=True)

    def withdraw_intent(self, message: Message, fence: int) -> None:
        """Called when Enter certainly did not reach the page: there is nothing to look for in the chat."""
        self._note(message, fence, {"intent": ""})

    def _note(
        self, message: Message, fence: int, fields: Mapping[str, str], *, guarded: bool = False
    ) -> Note:
        k = self._keys
        answer, *reached = self._db.run(
            "note",
            {
                "record": k.message(message.id),
                "lease": k.lease,
                "pauses": k.pauses,
                "generation": k.generation,
                "intents": k.intents,
                "opt_outs": keys.OPT_OUTS,
                "bubbles": k.bubbles,
                "vault": k.vault,
            },
            {
                "fence": fence,
                "attempt": message.attempts,
                "guarded": int(guarded),
                "seen": self._seen.writes,
                "seen_intents": self._seen.intents,
                "follow": self._follow_ms,
            },
            more_args=_in_turn(fields),
        )
        outcome = outcome_of(Note, answer)
        if outcome in (Note.LEASE_LOST, Note.REFUSED):
            raise LeaseLost
        if outcome is Note.OK and guarded and self._generation:
            self._generation.remember(Counted(*map(int, reached)))
        return outcome

    def advance(
        self,
        message: Message,
        to: Status,
        now_ms: int,
        *,
        fence: int | None = None,
        code: str | None = None,
        due_ms: int | None = None,
        error: tuple[str, str] | None = None,
        only_from: Status | None = None,
        **fields: str,
    ) -> Message | None:
        """Moves a message to ``status``, and returns the changed record. None if its current status does not
        allow it, or if it is gone; raises LeaseLost.

        With a ``fence`` it is a worker's write, and says something of the message's latest attempt only.
        ``error`` is a code and a sentence; other ``fields`` are written into the record unchanged.
        ``only_from``: allow only this current status.
        """
        k = self._keys
        before = may_become(to) if only_from is None else may_become(to) & {only_from}
        if to is Status.EXPIRED and fence is None:
            before -= {Status.SENDING}  # only the lease's holder knows whether Enter was pressed
        if error is not None:
            fields |= {"error_code": error[0], "error_message": error[1]}
        learned = learned_from(to, code) if self._numbers_kept_ms and message.phone else None
        answer, record = self._db.run(
            "advance",
            {
                "record": k.message(message.id),
                "lease": k.lease,
                "open": k.open_messages(message.priority),
                "schedule": k.schedule,
                "watched": k.watched,
                "unknown": k.unknown,
                "expiring": k.expiring,
                "events": k.events,
                "metrics": k.metrics,
                "caps": k.caps,
                "contacted": k.contacted,
                "bubbles": k.bubbles,
                "contents_due": keys.FILES_DUE,
                "number": keys.number(one_form_of(message.recipient.name)),
            },
            {
                "now": now_ms,
                "fence": "" if fence is None else fence,
                "attempt": "" if fence is None or not message.attempts else message.attempts,
                "to": to,
                "before": f",{','.join(sorted(before))},",
                "code": _NOT_IN_TIMELINE.sub("_", code or ""),
                "retention": self._retention_ms,
                "follow": self._follow_ms,
                "due": "" if due_ms is None else due_ms,
                "held_pattern": keys.file_held("%s"),
                "known": Answer(learned, now_ms).to_text() if learned else "",
                "known_kept": self._numbers_kept_ms,
            },
            more_args=_in_turn(fields),
        )
        match outcome_of(Advance, answer):
            case Advance.LEASE_LOST:
                raise LeaseLost
            case Advance.OK:
                return message_from(self.account, record)
            case Advance.GONE | Advance.REFUSED:
                return None
            case unknown:
                assert_never(unknown)

    def forget_gone(self, now_ms: int) -> None:
        """Takes messages whose records have expired off the lists of messages, some at each call. Without
        this, the lists would grow for ever: a page removes only what it comes across.
        """
        before = now_ms - self._retention_ms  # a record that was accepted later is there
        self._looked_at = forget_gone(self._db, self.account, before, self._looked_at)


def _in_turn(fields: Mapping[str, str]) -> list[str]:
    """Alternating names and values, as HSET takes them."""
    return [word for pair in fields.items() for word in pair]
