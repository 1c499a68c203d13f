"""One message as the ledger keeps it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.files import MessageFile
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.domain.replies import Reply
from whatsapp_tasks.domain.statuses import Status


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
    phone: str | None
    """E.164; None for a chat whose phone is not known."""
    text: str = field(repr=False)
    """With a file its caption, which may be empty."""
    status: Status
    priority: Priority
    created_ms: int
    updated_ms: int
    timeline: tuple[TimelineEntry, ...]
    attempts: int = 0
    fence: int = 0
    """Of the lease under which it was claimed last."""
    send_at_ms: int | None = None
    expires_at_ms: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    error_code: str | None = None
    error_message: str | None = None
    bubble_id: str | None = None
    intent: Intent | None = None
    source: str = "api"
    """Who submitted it: ``api``, ``task``, or ``batch:`` and the batch's id."""
    resolved_by: str | None = None
    resolution_note: str | None = None
    file: MessageFile | None = None
    """None also while it is still to be fetched; such a message cannot be claimed."""
    file_wanted: FileRequest | None = None
    """The file that is still to be fetched."""
    fetches: int = 0
    """Attempts to fetch it."""
    reply: Reply | None = None
    """What it replies to."""
    quoted: bool | None = None
    """Of a reply that was sent: whether its bubble quotes; None: not known yet."""
    evidence_id: str | None = None
    """The id of the evidence of its last failed attempt (stores/evidence.py)."""
    chat_id: str | None = None
    """The chat that it is for, if the caller named one."""

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.phone, self.chat_id)

    @property
    def error_explains_status(self) -> bool:
        """Whether the error, with its evidence, explains the current status: never for a message that was
        sent after all, and for a waiting message only if the error is the reason. Earlier codes are in the
        timeline.
        """
        if self.error_code is None:
            return False
        if self.status is Status.QUEUED:
            return self.timeline[-1].code == self.error_code
        return self.status in (Status.FAILED, Status.UNKNOWN)


def message_from(account: str, pairs: Sequence[str]) -> Message | None:
    """From a script's answer: names and values in turn, or nothing."""
    return message_of(account, dict(zip(pairs[::2], pairs[1::2], strict=True))) if pairs else None


def message_of(account: str, record: Mapping[str, str]) -> Message:
    """The message in a record."""

    def number(name: str) -> int | None:
        return int(record[name]) if record.get(name) else None

    return Message(
        id=record["id"],
        account=account,
        phone=record["phone"] or None,
        text=record["text"],
        status=Status(record["status"]),
        priority=Priority(record["priority"]),
        created_ms=int(record["created_ms"]),
        updated_ms=int(record["updated_ms"]),
        timeline=tuple(_timeline(record["timeline"])),
        attempts=int(record.get("attempts", 0)),
        fence=int(record.get("fence", 0)),
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
        file=MessageFile.from_json(record["file"]) if record.get("file") else None,
        file_wanted=FileRequest.from_json(record["file_wanted"]) if record.get("file_wanted") else None,
        fetches=int(record.get("fetches", 0)),
        reply=Reply.from_json(record["reply"]) if record.get("reply") else None,
        quoted=record["quoted"] == "1" if record.get("quoted") else None,
        evidence_id=record.get("evidence_id"),
        chat_id=record.get("chat"),
    )


def _timeline(text: str) -> Iterator[TimelineEntry]:
    for part in text.split(";"):
        status, at_ms, *code = part.split("@")
        yield TimelineEntry(Status(status), int(at_ms), code[0] if code else None)
