"""The way of a message into the ledger and onto the queue of its account: one script."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.files import MessageFile
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.domain.replies import Reply
from whatsapp_tasks.queues import deliver_envelope, messages_list
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.connection import Database, Pipeline
from whatsapp_tasks.stores.outcomes import Accept, outcome_of


@dataclass(slots=True)
class NewMessage:
    """The input of ``accept``; already validated. Not frozen: that takes 2 µs of each request."""

    id: str
    recipient: Recipient
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
    file: MessageFile | FileRequest | None = None
    """A request: it is to be fetched first."""
    upload: str = ""
    """The id of the upload that the file is, if it is one."""
    reply: Reply | None = None
    only_repeat: bool = False
    """Accepted only if it was accepted before: ``text`` could not be made, or its time is over."""


@dataclass(frozen=True)
class Window:
    """A sliding window that allows ``limit`` requests in ``seconds``; see ``scripts/windows.lua``."""

    previous_key: str
    current_key: str
    limit: int
    seconds: int


@dataclass(slots=True)
class Acceptance:
    """The result of ``accept``; see ``scripts/accept.lua``."""

    outcome: Accept
    id: str
    status: str
    next_place_ms: int | None = None
    """With ``capped``: the start of the next day with a free place; None if no near day has one."""
    full_window: int = 0
    """With ``limited``: the index of the window that is full."""

    @classmethod
    def from_script(cls, answer: str, message_id: str, status: str) -> "Acceptance":
        """From the answer of ``scripts/accept.lua``."""
        outcome = outcome_of(Accept, answer)
        if outcome is Accept.LIMITED:
            return cls(outcome, "", "", full_window=int(status))
        if outcome is Accept.CAPPED:
            return cls(outcome, "", "", int(status) if status else None)
        return cls(outcome, message_id, status)


class Admission:
    """Accepts messages for one account. ``caps`` None: no daily cap."""

    def __init__(self, database: Database, account: str, *, caps: Caps | None = None) -> None:
        self.account = account
        self._db = database
        self._keys = keys.AccountKeys(account)
        self._caps = caps
        k = self._keys
        self._same_for_all = {
            "account": k.account,
            "log": k.log,
            "schedule": k.schedule,
            "opt_outs": keys.OPT_OUTS,
            "sequence": k.sequence,
            "expiring": k.expiring,
            "events": k.events,
            "metrics": k.metrics,
            "caps": k.caps,
            "contacted": k.contacted,
            "all_messages": keys.ALL_MESSAGES,
        }

    def accept(self, new: NewMessage) -> Acceptance:
        """Writes identity, record and queue entry in one step. After StoreUnavailable the result is not
        known; the caller repeats the request with the same key to find out.
        """
        return Acceptance.from_script(*self._db.run("accept", *self._accepting(new)))

    async def accept_through(self, pipeline: Pipeline, new: NewMessage) -> Acceptance:
        """The same through a pipeline, without blocking other coroutines."""
        return Acceptance.from_script(*await pipeline.run("accept", *self._accepting(new)))

    def _accepting(
        self, new: NewMessage
    ) -> tuple[Mapping[str, str], Mapping[str, str | int], list[str], list[int]]:
        """The keys and arguments of ``scripts/accept.lua``, and those of the windows."""
        k = self._keys
        named: dict[str, str] = {
            **self._same_for_all,
            "identity": k.identity(new.identity),
            "record": k.message(new.id),
            "open": k.open_messages(new.priority),
            "nonce": keys.nonce(new.nonce or ""),
            "broker_list": messages_list(self.account, new.priority),
        }
        args: dict[str, str | int] = {
            "now": new.now_ms,
            "id": new.id,
            "phone": new.recipient.phone or "",
            "chat": new.recipient.chat or "",
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
            "forms": ",".join(new.recipient.forms),
            "file": _attached(new.file, new.upload) if new.file else "",
            "reply": new.reply.to_json() if new.reply else "",
            "only_repeat": "1" if new.only_repeat else "",
        }
        return (
            named,
            args,
            [key for w in new.windows for key in (w.previous_key, w.current_key)],
            [number for w in new.windows for number in (w.limit, w.seconds)],
        )


def _attached(file: MessageFile | FileRequest, upload: str) -> str:
    """The argument ``file`` of ``scripts/accept.lua``."""
    if isinstance(file, FileRequest):
        return json.dumps({"wanted": file.to_json(), "fetches": keys.FILE_FETCHES})
    return json.dumps(
        {
            "record": file.to_json(),
            "digest": file.digest,
            "kind": file.kind,
            "size": file.size,
            "content": keys.file_content(file.digest),
            "held": keys.file_held(file.digest),
            "due": keys.FILES_DUE,
            **({"upload": keys.upload(upload)} if upload else {}),
        }
    )
