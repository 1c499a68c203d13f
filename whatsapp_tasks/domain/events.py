"""Events that webhooks report: their types, their order, and the JSON envelope of one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from whatsapp_tasks.domain.authors import NAMELESS, is_key_id
from whatsapp_tasks.domain.chats import ChatRecord
from whatsapp_tasks.domain.files import MessageFile
from whatsapp_tasks.domain.incoming import PREVIEW_LENGTH
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.domain.restrictions import Restriction
from whatsapp_tasks.domain.states import SessionState


class EventType(StrEnum):
    QUEUED = "message.queued"
    SENT = "message.sent"
    DELIVERED = "message.delivered"
    READ = "message.read"
    FAILED = "message.failed"
    UNKNOWN = "message.unknown"
    EXPIRED = "message.expired"
    CANCELLED = "message.cancelled"
    RECEIVED = "message.received"
    MEDIA = "message.media"
    SESSION_STATE = "session.state"
    SESSION_ATTENTION = "session.attention"
    CONTACTS_CHECKED = "contacts.checked"


MEANINGS: dict[EventType, str] = {
    EventType.QUEUED: "accepted and durable; nothing has been typed",
    EventType.SENT: "WhatsApp's server has it (one tick)",
    EventType.DELIVERED: "on the recipient's phone (two ticks)",
    EventType.READ: "read by the recipient (may never come)",
    EventType.FAILED: "certainly not sent; data.error.code says why",
    EventType.UNKNOWN: "may have been sent, the chat does not show it; never sent again by itself",
    EventType.EXPIRED: "its expires_at passed before it was sent",
    EventType.CANCELLED: "cancelled before it was sent",
    EventType.RECEIVED: "somebody wrote to the account; data.new says how many messages",
    EventType.MEDIA: "the file of a received message is stored, or will not be; data.media says which",
    EventType.SESSION_STATE: "the state of the account's session changed",
    EventType.SESSION_ATTENTION: "the session entered a state that needs a person",
    EventType.CONTACTS_CHECKED: "a check of numbers is over; data has its counts, the check its answers",
}

NEEDS_A_PERSON = frozenset(
    {
        SessionState.QR_PENDING,
        SessionState.SUSPECTED_BAN,
        SessionState.BANNED,
        SessionState.CIRCUIT_OPEN,
        SessionState.RESTRICTED,
        SessionState.ATTENTION,
    }
)
"""Entering one of these is also a ``session.attention``."""


def _group_of(kind: EventType) -> str:
    return f"{kind.partition('.')[0]}.*"


GROUPS = frozenset(_group_of(kind) for kind in EventType)
"""``message.*`` and the like: all types of that kind."""

_WITH_ERROR = frozenset({EventType.FAILED, EventType.UNKNOWN})
_STREAM_ID = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)
_MOST_OF_PART = 2**64 - 1
"""Each part of a position is a 64-bit number (Redis)."""


@dataclass(frozen=True)
class Event:
    """One thing that happened to ``subject``: the id of a message or of a check of numbers, ``session``, or
    the name of a chat.

    ``position`` is its id in the account's stream. ``code`` is the reason, if there is one.
    """

    account: str
    position: str
    type: EventType
    subject: str
    at_ms: int
    code: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Derived from the position only, so that an event read twice has the same id. It contains no full
        stop, because the signature joins its parts with one.
        """
        return f"evt_{self.account}_{self.position.replace('-', '_')}"

    @property
    def lane(self) -> str:
        """Events of one lane are sent in the order in which they happened."""
        return f"{self.account}/{self.subject}"


def event_of(account: str, position: str, fields: Mapping[str, str]) -> Event | None:
    """The event in an entry of the account's stream; None for an unknown type, written by a newer version. An
    older version recorded the id of an API key as the actor, which is not passed on.
    """
    rest = dict(fields)
    try:
        kind = EventType(rest.pop("type"))
        subject, at_ms = rest.pop("subject"), int(rest.pop("at_ms"))
    except (KeyError, ValueError):
        return None
    if is_key_id(rest.get("actor", "")):
        rest["actor"] = NAMELESS
    return Event(account, position, kind, subject, at_ms, rest.pop("code", ""), rest)


def types_of(wanted: Iterable[str]) -> frozenset[EventType]:
    """The types that are named, alone or as a group; raises ValueError for an unknown name."""
    found: set[EventType] = set()
    for name in wanted:
        named = {kind for kind in EventType if name in (kind, _group_of(kind))}
        if not named:
            known = ", ".join([*sorted(GROUPS), *EventType])
            raise ValueError(f"has the unknown type '{name[:40]}'; known types: {known}")
        found |= named
    return frozenset(found)


def is_position(text: str) -> bool:
    """Whether ``text`` can be a position in a stream."""
    try:
        _numbers(text)
    except ValueError:
        return False
    return True


def just_before(position: str) -> str:
    """The greatest position below this one."""
    ms, sequence = _numbers(position)
    if sequence:
        return f"{ms}-{sequence - 1}"
    return f"{ms - 1}-{_MOST_OF_PART}" if ms else position


def follows(position: str, other: str) -> bool:
    """Whether ``position`` is after ``other`` in the stream."""
    return _numbers(position) > _numbers(other)


RECEIVED_VERSION = 2
"""Of the data of ``message.received``; 1 is the shape of before November 2026."""


def envelope(
    event: Event, record: Mapping[str, Any] | None, *, received_version: int = RECEIVED_VERSION
) -> dict[str, Any]:
    """The JSON that reports ``event``: id, type, timestamp, account, data.

    ``record`` holds phone, chat, metadata, file and error_message of the message; None if there is no record.
    Text and file name are not included: the sender knows them, and can get them by the id. For a received
    message ``record`` holds chat, phone and preview, or (of one that was read in its chat) message and
    chat_record; they are null if they are not stored any more.
    """
    return {
        "id": event.id,
        "type": str(event.type),
        "timestamp": rfc3339(event.at_ms),
        "account": event.account,
        "data": _data_of(event, record or {}, received_version),
    }


def _data_of(event: Event, record: Mapping[str, Any], received_version: int) -> dict[str, Any]:
    if event.type is EventType.RECEIVED:
        return _received(event, record, received_version)
    if event.type is EventType.MEDIA:
        return _media(event, record)
    return _data(event, record)


def outline(event: Event) -> dict[str, Any]:
    """The JSON that reports ``event`` to listeners (docs/api.md): only what the stream itself holds.

    So there is no phone, title, text, metadata or file in it, and nothing has to be looked up. A listener
    that may read gets the rest by the message's id.
    """
    return {
        "id": event.id,
        "type": str(event.type),
        "timestamp": rfc3339(event.at_ms),
        "account": event.account,
        "data": _outlined(event),
    }


def _outlined(event: Event) -> dict[str, Any]:
    if event.subject == "session" or event.type is EventType.CONTACTS_CHECKED:
        return _data(event, {})
    if event.type is EventType.RECEIVED:
        counts: dict[str, Any] = {
            "unread": int(event.details.get("unread", 0)),
            "new": int(event.details.get("new", 0)),
        }
        if "message" in event.details:
            counts["chat_id"] = event.subject
            counts["message_id"] = event.details["message"] or None
            counts["messages_missed"] = _missed(event)
        return counts
    if event.type is EventType.MEDIA:
        return {"chat_id": event.subject, "message_id": event.details.get("message"), **_media_end(event)}
    data: dict[str, Any] = {"message_id": event.subject, "status": event.type.partition(".")[2]}
    if event.code:
        data["code"] = event.code
    return data


def rfc3339(ms: int) -> str:
    """Unix milliseconds as ``2026-01-31T08:00:00.000Z``."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _data(event: Event, message: Mapping[str, Any]) -> dict[str, Any]:
    if event.subject == "session":
        return {
            "state": event.details.get("to", ""),
            "previous_state": event.details.get("from") or None,
            "reason": event.code,
            "event": event.details.get("event", ""),
            "actor": event.details.get("actor", ""),
            "restriction": _restriction(event.details.get("restriction")),
        }
    if event.type is EventType.CONTACTS_CHECKED:
        counts = ("total", "registered", "not_registered", "unknown")
        return {
            "check_id": event.subject,
            "status": event.details.get("status", ""),
            **{name: int(event.details.get(name, 0)) for name in counts},
        }
    data: dict[str, Any] = {
        "message_id": event.subject,
        "status": event.type.partition(".")[2],
        "phone": message.get("phone") or None,
        "metadata": message.get("metadata") or {},
    }
    if message.get("chat"):
        data["chat"] = message["chat"]
    file = message.get("file")
    if isinstance(file, MessageFile):
        data["file"] = {
            "kind": str(file.kind),
            "size": file.size,
            "media_type": file.media_type,
            "sha256": file.digest,
        }
    if event.type in _WITH_ERROR:
        data["error"] = {
            "code": event.code or message.get("error_code") or "unknown",
            "message": message.get("error_message") or "",
        }
    elif event.code:
        data["code"] = event.code
    return {**data, **event.details}


def _received(event: Event, record: Mapping[str, Any], version: int) -> dict[str, Any]:
    message, chat = record.get("message"), record.get("chat_record")
    was_read = "message" in event.details
    shown = _chat(
        event.subject if was_read else None, chat, title=record.get("chat"), phone=record.get("phone") or None
    )
    preview = record.get("preview")
    if isinstance(message, ReceivedMessage):
        preview = " ".join(message.text.split())[:PREVIEW_LENGTH]
    counts = {
        "unread": int(event.details.get("unread", 0)),
        "new": int(event.details.get("new", 0)),
        "preview": preview,
    }
    if version == 1:
        return {"chat": shown["title"], "phone": shown["phone"], **counts}
    return {
        "version": RECEIVED_VERSION,
        "read": was_read,
        "chat": shown,
        **counts,
        "message": message.shown() if isinstance(message, ReceivedMessage) else None,
        "messages_missed": _missed(event) if was_read else None,
    }


def _media(event: Event, record: Mapping[str, Any]) -> dict[str, Any]:
    """``media`` as of the event, also if it has changed since; null if the message is not stored any more."""
    message = record.get("message")
    shown = message.shown() if isinstance(message, ReceivedMessage) else None
    media = shown["media"] if shown else None
    return {
        "chat": _chat(event.subject, record.get("chat_record")),
        "message_id": event.details.get("message"),
        "whatsapp_id": shown["whatsapp_id"] if shown else None,
        **_media_end(event),
        "media": {**media, **_media_end(event)} if media else None,
    }


def _chat(chat_id: str | None, chat: object, **noticed: str | None) -> dict[str, Any]:
    """``noticed``: title and phone where the chat has no record."""
    if not isinstance(chat, ChatRecord):
        return {"id": chat_id, "kind": None, "title": None, "phone": None, **noticed}
    return {"id": chat_id, "kind": str(chat.kind), "title": chat.title, "phone": chat.phone}


def _media_end(event: Event) -> dict[str, Any]:
    return {"state": event.details.get("state", ""), "reason": event.details.get("reason") or None}


def _missed(event: Event) -> int | str:
    missed = event.details.get("missed", "0")
    return int(missed) if missed.isdigit() else missed


def _restriction(text: str | None) -> dict[str, Any] | None:
    """What WhatsApp restricts, as far as its page shows it."""
    if not text:
        return None
    found = Restriction.from_json(text)
    until = None if found.until_ms is None else rfc3339(found.until_ms)
    return {"kind": str(found.kind), "code": found.code, "scope": found.scope, "until": until}


def _numbers(position: str) -> tuple[int, int]:
    if not _STREAM_ID.fullmatch(position):
        raise ValueError(f"'{position}' is not a position in a stream")
    ms, _, sequence = position.partition("-")
    numbers = int(ms), int(sequence)
    if max(numbers) > _MOST_OF_PART:
        raise ValueError(f"'{position}' is not a position in a stream")
    return numbers
