"""Messages as the open chat shows them, and which of them are new."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from typing_extensions import TypedDict

from whatsapp_tasks.domain.bubbles import Bubble, is_message
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.chats import SEEN_KEPT, ChatKind, ChatRecord, Sighting
from whatsapp_tasks.domain.open_chat import phone_of_ids
from whatsapp_tasks.domain.received_media import (
    NOT_ASKED,
    MediaRules,
    MediaState,
    MediaStatus,
    first_status,
)

QUOTED_SHOWN = 768
"""Characters of a quotation that a bubble shows (whatsapp-web.md, 12.4)."""
LONGEST_TEXT = 65_536
"""Characters; WhatsApp's own limit."""

MISSED_UNKNOWN = "unknown"
"""In place of a number: something may be missing, and the page does not say how much."""


@dataclass(frozen=True)
class Quoted:
    """What a message answers to. ``bubble_id`` is WhatsApp's id where exactly one bubble has this text."""

    text: str = field(repr=False)
    author: str = field(repr=False, default="")
    bubble_id: str | None = None


@dataclass(frozen=True)
class MediaShown:
    """The file of a message, as its bubble describes it; ``size`` as the page writes it, documents only."""

    kind: str
    name: str = field(repr=False, default="")
    size: str = ""


class QuotedView(TypedDict):
    """What a message answers to. ``whatsapp_id`` is null unless exactly one message above has this text."""

    text: str
    author: str
    whatsapp_id: str | None


class MediaView(TypedDict):
    """The file of a message. ``kind``, ``name`` and ``size`` as its bubble describes it; ``size`` in the
    page's words, documents only. ``state`` says how far the file is, ``reason`` why; the rest is null unless
    it is stored.
    """

    kind: str
    name: str
    size: str
    state: MediaState
    reason: str | None
    media_type: str | None
    bytes: int | None
    sha256: str | None


class ReceivedView(TypedDict):
    """A message as the API and webhooks show it, without account, chat and phone."""

    id: str
    whatsapp_id: str
    direction: Literal["in", "out"]
    kind: str
    text: str
    author: str | None
    shown_at: str
    edited: bool
    quoted: QuotedView | None
    media: MediaView | None


@dataclass(frozen=True)
class ReceivedMessage:
    """One message of a chat, as it was read on the page. ``outgoing``: the account itself wrote it.

    ``shown_at`` is the time as the bubble shows it, in the page's words; ``read_ms`` is when we read it.
    """

    id: str
    account: str
    chat_id: str
    bubble_id: str
    outgoing: bool
    kind: str
    """``text``, ``image``, ``video``, ``audio``, ``document``, ``sticker``, ``location``, ``contact``,
    ``deleted`` or ``unknown``."""
    text: str = field(repr=False, default="")
    phone: str | None = field(repr=False, default=None)
    """Of the chat, E.164, if it is known."""
    author: str = field(repr=False, default="")
    """The name of who wrote it, in groups."""
    shown_at: str = ""
    read_ms: int = 0
    edited: bool = False
    quoted: Quoted | None = None
    media: MediaShown | None = None
    media_status: MediaStatus = NOT_ASKED
    """How far its file is, if it has one; kept apart from the rest, for it changes."""

    def with_media(self, rules: MediaRules) -> "ReceivedMessage":
        """The message when it was just read: what is to be done about its file."""
        if self.media is None:
            return self
        status = first_status(self.media.kind, self.media.size, rules, outgoing=self.outgoing)
        return replace(self, media_status=status)

    def to_text(self) -> str:
        """As JSON without id, account and chat; ``message_of_text`` reads it."""
        fields: dict[str, Any] = {
            name: value
            for name, value in vars(self).items()
            if value not in (None, "", False) and name not in _APART
        }
        fields["outgoing"] = self.outgoing
        if self.quoted is not None:
            fields["quoted"] = vars(self.quoted)
        if self.media is not None:
            fields["media"] = vars(self.media)
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    def shown(self) -> ReceivedView:
        quoted, media = self.quoted, self.media
        return {
            "id": self.id,
            "whatsapp_id": self.bubble_id,
            "direction": "out" if self.outgoing else "in",
            "kind": self.kind,
            "text": self.text,
            "author": self.author or None,
            "shown_at": self.shown_at,
            "edited": self.edited,
            "quoted": {"text": quoted.text, "author": quoted.author, "whatsapp_id": quoted.bubble_id}
            if quoted
            else None,
            "media": _media_view(media, self.media_status) if media else None,
        }


_APART = frozenset({"id", "account", "chat_id", "quoted", "media", "media_status"})


def _media_view(media: MediaShown, status: MediaStatus) -> MediaView:
    return {
        "kind": media.kind,
        "name": media.name,
        "size": media.size,
        "state": status.state,
        "reason": status.reason or None,
        "media_type": status.media_type or None,
        "bytes": status.bytes if status.sha256 else None,
        "sha256": status.sha256 or None,
    }


def message_of_text(
    message_id: str, account: str, chat_id: str, text: str, status: str | None = None
) -> ReceivedMessage:
    """Reads what ``ReceivedMessage.to_text`` and ``MediaStatus.to_text`` wrote."""
    fields = json.loads(text)
    quoted, media = fields.pop("quoted", None), fields.pop("media", None)
    return ReceivedMessage(
        id=message_id,
        account=account,
        chat_id=chat_id,
        quoted=Quoted(**quoted) if quoted else None,
        media=MediaShown(**media) if media else None,
        media_status=MediaStatus.from_text(status) if status else NOT_ASKED,
        **fields,
    )


def received_id(account: str, chat_id: str, bubble_id: str) -> str:
    """The id of a message that was read: of the same form as those of sent ones, and the same for the same
    bubble, so that what is read again is the same message.
    """
    digest = hashlib.sha256(f"received\n{account}\n{chat_id}\n{bubble_id}".encode()).hexdigest()
    return f"{digest[:32]}-{account}"


def message_in(
    bubble: Bubble, before: Sequence[Bubble], account: str, chat: ChatRecord, now_ms: int
) -> ReceivedMessage:
    """The message that ``bubble`` shows; ``before`` are the bubbles above it."""
    file = bubble.file
    return ReceivedMessage(
        id=received_id(account, chat.id, bubble.id),
        account=account,
        chat_id=chat.id,
        bubble_id=bubble.id,
        outgoing=bubble.outgoing is True,
        kind=bubble.kind,
        text=(bubble.text or "")[:LONGEST_TEXT],
        phone=chat.phone,
        author=bubble.author if chat.kind is not ChatKind.PERSON and bubble.outgoing is not True else "",
        shown_at=bubble.shown_at,
        read_ms=now_ms,
        edited=bubble.edited,
        quoted=_quoted(bubble, before),
        media=MediaShown(file.kind, file.name, file.size) if file else None,
    )


def _quoted(bubble: Bubble, before: Sequence[Bubble]) -> Quoted | None:
    if bubble.quoted is None:
        return None
    start = bubble.quoted.rstrip("…").rstrip()
    same = [each.id for each in before if start and _is_beginning(start, each.text)]
    return Quoted(bubble.quoted, bubble.quoted_author, same[0] if len(same) == 1 else None)


def _is_beginning(start: str, text: str | None) -> bool:
    whole = " ".join((text or "").split())
    wanted = " ".join(start.split())
    return whole == wanted or (len(wanted) >= QUOTED_SHOWN - 1 and whole.startswith(wanted))


def sighting_of(chat: Chat, phone: str | None, *, is_group: bool) -> Sighting:
    """The open chat by what says which it is; ``phone`` is that of the navigation to it."""
    carried = phone_of_ids(chat.bubbles)
    named = {bubble.whatsapp_id for bubble in chat.bubbles if bubble.whatsapp_id}
    whatsapp_id = named.pop() if len(named) == 1 else None
    kind = None
    if whatsapp_id is not None and whatsapp_id.endswith("@g.us"):
        kind = ChatKind.GROUP
    elif whatsapp_id is not None and whatsapp_id.endswith("@newsletter"):
        kind = ChatKind.CHANNEL
    elif phone is not None or carried is not None:
        kind = ChatKind.PERSON
    elif is_group or _has_other_authors(chat):
        kind = ChatKind.GROUP
    return Sighting(
        chat.title,
        kind,
        phone or (f"+{carried}" if carried else None),
        whatsapp_id,
        tuple(bubble.id for bubble in chat.bubbles),
    )


def _has_other_authors(chat: Chat) -> bool:
    """In a chat with one person, who is written before a text is who the chat is called after."""
    theirs = [with_side(bubble) for bubble in chat.bubbles if bubble.author]
    return any(bubble.author != chat.title for bubble in theirs if bubble.outgoing is False)


@dataclass(frozen=True)
class Reading:
    """What the open chat shows that was not read before. ``anchored``: it follows what was read. ``above``:
    how many more messages of the other side are shown.
    """

    new: tuple[Bubble, ...]
    anchored: bool
    above: int = 0


@dataclass(frozen=True)
class Expected:
    """What is known of a chat before it is read.

    ``seen``: bubbles that were read, or were old when the chat was first opened. ``from_start``: none were,
    everything is new. ``unread``: how many messages of the other side are new at least. ``noted``: there was
    a reason to read it, so what is not known counts as missed. ``unsure``: some of what counts as old may be
    new.
    """

    seen: frozenset[str] = frozenset()
    from_start: bool = False
    unread: int = 0
    noted: bool = False
    unsure: bool = False


def new_bubbles(bubbles: Sequence[Bubble], expected: Expected) -> Reading:
    """The bubbles below the first one that was read, without those that were: some are shown late, after
    newer ones. Where none of those is shown, and in a chat that was never read: the last ``unread`` ones of
    the other side, with all that stands between and after them.
    """
    new, anchored = _new_bubbles(bubbles, expected)
    return Reading(new, anchored, received(bubbles) - received(new))


def _new_bubbles(bubbles: Sequence[Bubble], expected: Expected) -> tuple[tuple[Bubble, ...], bool]:
    first = next((n for n, bubble in enumerate(bubbles) if bubble.id in expected.seen), None)
    if first is not None:
        below = bubbles[first + 1 :]
        return tuple(bubble for bubble in below if bubble.id not in expected.seen), True
    if expected.from_start:
        return tuple(bubbles), True
    unread = expected.unread
    theirs = [n for n, bubble in enumerate(bubbles) if with_side(bubble).outgoing is False]
    start = theirs[-min(unread, len(theirs))] if unread and theirs else len(bubbles)
    return tuple(bubbles[start:]), False


def missed(found: Reading, expected: Expected) -> str:
    """How many messages are missing in what was found, as events say it: a number or ``MISSED_UNKNOWN``."""
    if expected.unsure and found.above:
        return MISSED_UNKNOWN
    if found.anchored or expected.unread:
        return str(max(0, expected.unread - received(found.new)))
    return MISSED_UNKNOWN if expected.noted or expected.seen else "0"


def received(bubbles: Sequence[Bubble]) -> int:
    """How many of them are of the other side."""
    return sum(with_side(bubble).outgoing is False for bubble in bubbles)


def with_side(bubble: Bubble) -> Bubble:
    """The bubble, as one of the other side where the page does not say whose it is: ours have a receipt
    (whatsapp-web.md, 12.1 and 12.4).
    """
    if bubble.outgoing is None and bubble.tick is None and not bubble.emptied and is_message(bubble):
        return replace(bubble, outgoing=False)
    return bubble


def seen_after(record: ChatRecord, bubbles: Sequence[Bubble]) -> tuple[str, ...]:
    """The bubbles that count as read once these are shown: all of them, after those known before."""
    shown = [bubble.id for bubble in bubbles]
    known = [bubble_id for bubble_id in record.seen if bubble_id not in set(shown)]
    return tuple([*known, *shown][-SEEN_KEPT:])
