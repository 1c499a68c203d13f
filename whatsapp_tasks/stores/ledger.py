"""The ledger: what became of each message. Check and change are one script each."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, assert_never

from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.phones import forms_of
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status, may_become
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.queues import deliver_envelope, messages_list, messages_lists, task_id_of
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.connection import Database, Pipeline
from whatsapp_tasks.stores.generation import Generation
from whatsapp_tasks.stores.outcomes import Accept, Advance, Claim, Defer, Note, applied, outcome_of

_NOT_IN_TIMELINE = re.compile("[@;]")  # they separate its parts


@dataclass(frozen=True)
class TimelineEntry:
    status: Status
    at_ms: int
    code: str | None = None


@dataclass(frozen=True)
class Message:
    """One message as the ledger knows it. Times are unix milliseconds."""

    id: str
    account: str
    phone: str
    text: str = field(repr=False)
    status: Status
    priority: Priority
    created_ms: int
    updated_ms: int
    timeline: tuple[TimelineEntry, ...]
    attempts: int = 0
    send_at_ms: int | None = None
    expires_at_ms: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    error_code: str | None = None
    error_message: str | None = None
    bubble_id: str | None = None
    intent: Intent | None = None
    source: str = "api"
    """Who brought it in: ``api``, ``task``, or ``batch:`` and the batch's id."""
    resolved_by: str | None = None
    resolution_note: str | None = None
    evidence_id: str | None = None
    """What explains its last failed attempt (stores/evidence.py)."""

    @property
    def error_tells_why(self) -> bool:
        """Whether the error, and its evidence, explain the present status: not of a message that was sent
        after all, and of one that waits again only where they are why. Earlier codes stand in the timeline.
        """
        if self.error_code is None:
            return False
        if self.status is Status.QUEUED:
            return self.timeline[-1].code == self.error_code
        return self.status in (Status.FAILED, Status.UNKNOWN)


@dataclass(frozen=True)
class NewMessage:
    """What is handed to ``accept``; already validated."""

    id: str
    phone: str
    text: str = field(repr=False)
    identity: str
    content: str
    priority: Priority
    now_ms: int
    window_ms: int
    send_at_ms: int | None = None
    expires_at_ms: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    source: str = "api"
    nonce: str | None = None
    nonce_ttl_ms: int = 0
    windows: Sequence["Window"] = ()


@dataclass(frozen=True)
class Window:
    """A sliding window that allows ``limit`` requests in ``seconds``; see ``scripts/windows.lua``."""

    previous_key: str
    current_key: str
    limit: int
    seconds: int


@dataclass(frozen=True)
class Acceptance:
    """What ``accept`` came to; see ``scripts/accept.lua``."""

    outcome: Accept
    id: str
    status: str
    next_place_ms: int | None = None
    """With ``capped``: when the next day with a place begins, None where none is in sight."""
    full_window: int = 0
    """With ``limited``: which of the windows is full."""

    @classmethod
    def told(cls, answer: str, message_id: str, status: str) -> "Acceptance":
        """What ``scripts/accept.lua`` answered."""
        outcome = outcome_of(Accept, answer)
        if outcome is Accept.LIMITED:
            return cls(outcome, "", "", full_window=int(status))
        if outcome is Accept.CAPPED:
            return cls(outcome, "", "", int(status) if status else None)
        return cls(outcome, message_id, status)


@dataclass(frozen=True)
class Claimed:
    """What ``claim`` came to. ``message`` is there with every outcome that asks for something to be done."""

    outcome: Claim
    message: Message | None = None


class Ledger:
    """The messages of one account. ``caps`` None: no daily cap. ``generation`` is the worker's own memory of
    how far Redis has come; nothing is claimed, and no intent written, in a Redis that is behind it.
    """

    def __init__(
        self,
        database: Database,
        account: str,
        *,
        retention_ms: int,
        follow_ms: int,
        caps: Caps | None = None,
        generation: Generation | None = None,
    ) -> None:
        self.account = account
        self._db = database
        self._keys = keys.AccountKeys(account)
        self._retention_ms = retention_ms
        self._follow_ms = follow_ms
        self._caps = caps
        self._generation = generation

    def accept(self, new: NewMessage) -> Acceptance:
        """Identity, record and queue entry in one step. Raises StoreUnavailable; then nothing is known:
        the caller repeats the request with the same key and learns it.
        """
        return Acceptance.told(*self._db.run("accept", *self._accepting(new)))

    async def accept_through(self, pipeline: Pipeline, new: NewMessage) -> Acceptance:
        """The same through a pipeline, while other coroutines go on."""
        return Acceptance.told(*await pipeline.run("accept", *self._accepting(new)))

    def _accepting(
        self, new: NewMessage
    ) -> tuple[Mapping[str, str], Mapping[str, str | int], list[str], list[int]]:
        """Keys and arguments of ``scripts/accept.lua``, and those of the windows."""
        k = self._keys
        return (
            {
                "account": k.account,
                "identity": k.identity(new.identity),
                "record": k.message(new.id),
                "log": k.log,
                "open": k.open_messages(new.priority),
                "schedule": k.schedule,
                "nonce": keys.nonce(new.nonce or ""),
                "opt_outs": keys.OPT_OUTS,
                "broker_list": messages_list(self.account, new.priority),
                "sequence": k.sequence,
                "expiring": k.expiring,
                "events": k.events,
                "metrics": k.metrics,
                "caps": k.caps,
                "contacted": k.contacted,
                "all_messages": keys.ALL_MESSAGES,
            },
            {
                "now": new.now_ms,
                "id": new.id,
                "phone": new.phone,
                "text": new.text,
                "window": new.window_ms,
                "content": new.content,
                "priority": new.priority,
                "send_at": "" if new.send_at_ms is None else new.send_at_ms,
                "expires_at": "" if new.expires_at_ms is None else new.expires_at_ms,
                "metadata": json.dumps(new.metadata) if new.metadata else "",
                "queue_message": deliver_envelope(new.id, self.account, new.priority),
                "nonce_ttl": new.nonce_ttl_ms if new.nonce else "",
                "source": new.source,
                "plan": self._caps.plan_for_new(max(new.now_ms, new.send_at_ms or 0)) if self._caps else "",
                "holds": int(self._caps is not None and self._caps.holds),
                "forms": ",".join(forms_of(new.phone)),
            },
            [key for w in new.windows for key in (w.previous_key, w.current_key)],
            [number for w in new.windows for number in (w.limit, w.seconds)],
        )

    def get(self, message_id: str) -> Message | None:
        record = self._db.record(self._keys.message(message_id))
        return message_of(self.account, record) if record else None

    def claim(
        self,
        message_id: str,
        fence: int,
        now_ms: int,
        *,
        states: Iterable[str] = (),
        replies_only: bool = False,
    ) -> Claimed:
        """Takes a message in hand; see ``scripts/claim.lua`` for the outcomes. Raises LeaseLost.

        ``states``: in which the session must be, where any are named.
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
                "caps": k.caps,
                "contacted": k.contacted,
            },
            {
                "now": now_ms,
                "fence": fence,
                "states": f",{','.join(states)}," if states else "",
                "replies_only": int(replies_only),
                "seen": self._seen,
                "plan": self._caps.plan(now_ms, days=1) if self._caps else "",
            },
        )
        outcome = outcome_of(Claim, answer)
        if outcome is Claim.LEASE_LOST:
            raise LeaseLost
        return Claimed(outcome, self._message(record))

    def defer(
        self, message: Message, fence: int, code: str, now_ms: int, due_ms: int | None = None
    ) -> int | None:
        """Puts a queued message off until ``due_ms``, or till a day with a place: what it is due at now.

        None when it is not queued any more, or when there is no such day. Raises LeaseLost.
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

    def note(self, message_id: str, fence: int, **fields: str) -> None:
        """Writes into the record of the message in hand; raises LeaseLost when it is not in our hands."""
        self._note(message_id, fence, fields)

    @property
    def _seen(self) -> int:
        return self._generation.seen if self._generation else 0

    def note_intent(self, message_id: str, fence: int, intent: Intent) -> bool:
        """Durable before Enter: what to look for in the chat, should we die. False while paused, and when
        Redis has lost writes.
        """
        return self._note(message_id, fence, {"intent": intent.to_json()}, guarded=True)

    def withdraw_intent(self, message_id: str, fence: int) -> None:
        """Enter certainly did not reach the page: nothing has to be looked for in the chat."""
        self._note(message_id, fence, {"intent": ""})

    def _note(self, message_id: str, fence: int, fields: Mapping[str, str], *, guarded: bool = False) -> bool:
        k = self._keys
        answer, reached = self._db.run(
            "note",
            {
                "record": k.message(message_id),
                "lease": k.lease,
                "pauses": k.pauses,
                "generation": k.generation,
            },
            {"fence": fence, "guarded": int(guarded), "seen": self._seen},
            more_args=_in_turn(fields),
        )
        match outcome_of(Note, answer):
            case Note.LEASE_LOST | Note.REFUSED:
                raise LeaseLost
            case Note.PAUSED:
                return False
            case Note.OK:
                if guarded and self._generation:
                    self._generation.remember(int(reached))
                return True
            case unknown:
                assert_never(unknown)

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
        """Moves a message on, and returns it as it is then. None when its present status does not allow it,
        or when it is gone; raises LeaseLost.

        ``error`` is a code and a sentence; other ``fields`` go into the record as they are. ``only_from``:
        of the statuses that allow it, this one alone.
        """
        k = self._keys
        before = may_become(to) if only_from is None else may_become(to) & {only_from}
        if to is Status.EXPIRED and fence is None:
            before -= {Status.SENDING}  # whether Enter was pressed only the lease's holder knows
        if error is not None:
            fields |= {"error_code": error[0], "error_message": error[1]}
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
            },
            {
                "now": now_ms,
                "fence": "" if fence is None else fence,
                "to": to,
                "before": f",{','.join(sorted(before))},",
                "code": _NOT_IN_TIMELINE.sub("_", code or ""),
                "retention": self._retention_ms,
                "follow": self._follow_ms,
                "due": "" if due_ms is None else due_ms,
            },
            more_args=_in_turn(fields),
        )
        match outcome_of(Advance, answer):
            case Advance.LEASE_LOST:
                raise LeaseLost
            case Advance.OK:
                return self._message(record)
            case Advance.GONE | Advance.REFUSED:
                return None
            case unknown:
                assert_never(unknown)

    # what the worker looks after between messages

    def release_due(self, now_ms: int, limit: int = 100) -> int:
        """Puts scheduled messages whose time has come onto the queue; returns how many."""
        return self._push(self._due(self._keys.schedule, now_ms, limit), "due")

    def requeue_lost(self) -> int:
        """Puts back what is open but no longer queued: its queue entry died with a worker.

        Lists are first in, first out, so whatever was taken off one was enqueued before its next entry. To
        be called by the lease's holder while it has nothing in hand.
        """
        pushed = 0
        for priority in Priority:
            next_entry = self._db.text("LINDEX", messages_list(self.account, priority), -1)
            open_key = self._keys.open_messages(priority)
            below = "+inf"
            if next_entry:
                next_id = task_id_of(next_entry)
                score = self._db.text("ZSCORE", open_key, next_id) if next_id else None
                if score is None:
                    continue  # not from dispatch, so it tells no place; the next look will
                below = f"({score}"
            lost = self._db.texts("ZRANGEBYSCORE", open_key, "-inf", below)
            pushed += self._push(reversed(lost), "lost")
        return pushed

    def due_to_expire(self, now_ms: int, limit: int = 100) -> list[str]:
        return self._due(self._keys.expiring, now_ms, limit)

    def watched(self, now_ms: int, limit: int = 200) -> list[Message]:
        """Sent and unknown messages whose ticks are still followed, newest first."""
        self._db.do("ZREMRANGEBYSCORE", self._keys.watched, "-inf", now_ms)
        return list(self._messages(self._db.texts("ZREVRANGE", self._keys.watched, 0, limit - 1)))

    def nothing_queued(self) -> bool:
        """Whether the send queue is empty."""
        return not any(self._db.number("LLEN", name) for name in messages_lists(self.account))

    def contacted(self, phone: str) -> bool:
        """Whether something was sent to ``phone`` before."""
        return any(self._db.do("SMISMEMBER", self._keys.contacted, *forms_of(phone)))

    def some_contacted(self, count: int) -> list[str]:
        """At most ``count`` phones that were written to before, drawn at random."""
        return self._db.texts("SRANDMEMBER", self._keys.contacted, count)

    def open_count(self) -> int:
        return sum(self._db.number("ZCARD", self._keys.open_messages(p)) for p in Priority)

    def counts(self) -> dict[str, int]:
        """How many are open, scheduled, unknown; for the account's page."""
        k = self._keys
        return {
            "open": self.open_count(),
            "scheduled": self._db.number("ZCARD", k.schedule),
            "unknown": self._db.number("ZCARD", k.unknown),
        }

    def in_doubt(self, limit: int) -> list[Message]:
        """Messages that are ``unknown``, those that became so last first."""
        return self.get_many(self._db.texts("ZREVRANGE", self._keys.unknown, 0, limit - 1))

    def get_many(self, message_ids: Sequence[str]) -> list[Message]:
        """Those of the messages that exist, in one round trip."""
        if not message_ids:
            return []
        records = self._db.together(*(("HGETALL", self._keys.message(i)) for i in message_ids))
        return [message_of(self.account, record) for record in records if record]

    def _due(self, key: str, now_ms: int, limit: int) -> list[str]:
        return self._db.texts("ZRANGEBYSCORE", key, "-inf", now_ms, "LIMIT", 0, limit)

    def _message(self, record: Sequence[str]) -> Message | None:
        """Of a script's answer: names and values in turn, or nothing."""
        return message_of(self.account, dict(zip(record[::2], record[1::2], strict=True))) if record else None

    def _messages(self, ids: Iterable[str]) -> Iterator[Message]:
        for message_id in ids:
            message = self.get(message_id)
            if message is not None:
                yield message

    def _push(self, ids: Iterable[str], how: Literal["due", "lost"]) -> int:
        k = self._keys
        pushed = 0
        for message_id in ids:
            status, kept = self._db.texts_or_none("HMGET", k.message(message_id), "status", "priority")
            priority = Priority(kept or Priority.NORMAL)
            # An attempt that is open is settled before anything else is sent: another message with the same
            # text to the same phone would be taken for it.
            place = Priority.HIGH if status == Status.SENDING else priority
            answer = self._db.run(
                "push",
                {
                    "record": k.message(message_id),
                    "schedule": k.schedule,
                    "open": k.open_messages(priority),
                    "broker_list": messages_list(self.account, place),
                    "sequence": k.sequence,
                },
                {
                    "id": message_id,
                    "queue_message": deliver_envelope(message_id, self.account, place),
                    "how": how,
                },
            )
            pushed += applied(answer)
        return pushed


def message_of(account: str, record: Mapping[str, str]) -> Message:
    """The message that a record holds."""

    def number(name: str) -> int | None:
        return int(record[name]) if record.get(name) else None

    return Message(
        id=record["id"],
        account=account,
        phone=record["phone"],
        text=record["text"],
        status=Status(record["status"]),
        priority=Priority(record["priority"]),
        created_ms=int(record["created_ms"]),
        updated_ms=int(record["updated_ms"]),
        timeline=tuple(_timeline(record["timeline"])),
        attempts=int(record.get("attempts", 0)),
        send_at_ms=number("send_at_ms"),
        expires_at_ms=number("expires_at_ms"),
        metadata=json.loads(record["metadata"]) if record.get("metadata") else {},
        error_code=record.get("error_code"),
        error_message=record.get("error_message"),
        bubble_id=record.get("bubble_id"),
        intent=Intent.from_json(record["intent"]) if record.get("intent") else None,
        source=record.get("source", "api"),
        resolved_by=record.get("resolved_by"),
        resolution_note=record.get("resolution_note"),
        evidence_id=record.get("evidence_id"),
    )


def _in_turn(fields: Mapping[str, str]) -> list[str]:
    """Names and values one after the other, as HSET has them."""
    return [word for pair in fields.items() for word in pair]


def _timeline(text: str) -> Iterator[TimelineEntry]:
    for part in text.split(";"):
        status, at_ms, *code = part.split("@")
        yield TimelineEntry(Status(status), int(at_ms), code[0] if code else None)
