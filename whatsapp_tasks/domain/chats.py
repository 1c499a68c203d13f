"""Chats with an identity of ours: what we opened, not what it is called.

What names a chat, strongest first:

1. the phone that the page was asked for, or that the ids of its bubbles carry (E1, E2),
2. WhatsApp's own id of the chat, where the ids of its bubbles carry it (E1, E2: groups and ``@lid``),
3. bubbles of it that were recorded before: they stand in no other chat,
4. its title, which other people choose: only where nothing better is known on either side.

Two records become one only by 1 to 3, never by the title alone. So a chat without a phone that shows none of
the bubbles that were read there (it was cleared, or has hundreds of new ones) is a new chat.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from whatsapp_tasks.domain.chat_names import NameKind, chat_name, phone_name, title_name
from whatsapp_tasks.domain.phones import one_form_of, same_number

SEEN_KEPT = 100
"""Bubbles of a chat that are remembered: more than one look shows."""
FROM_START = "-"
"""Stands for the bubbles that were read in a chat of which everything is new."""
TITLES_KEPT = 10


class ChatKind(StrEnum):
    PERSON = "person"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True)
class ChatRecord:
    """A chat as it was last seen. ``id`` is ours: random, so that no title or phone can be guessed from it.

    ``seen`` are the last bubbles that were read there, oldest first; ``badge`` is the number of unread
    messages that the page still showed after that.
    """

    id: str
    kind: ChatKind
    phone: str | None = field(repr=False, default=None)
    """E.164; None if it was never learned, as for groups and people who hide it."""
    whatsapp_id: str | None = field(repr=False, default=None)
    titles: tuple[str, ...] = field(repr=False, default=())
    """Without repetition, the present one last."""
    last_seen_ms: int = 0
    seen: tuple[str, ...] = field(repr=False, default=())
    badge: int = 0
    closed: str = ""
    """Why nothing could be written when it was last seen (a code of domain/faults.py); "": it could."""
    closed_ms: int = 0

    @property
    def title(self) -> str:
        return self.titles[-1] if self.titles else ""


@dataclass(frozen=True)
class Sighting:
    """An open chat, by everything that says which one it is. ``kind`` is None if the page does not show
    it.
    """

    title: str = field(repr=False)
    kind: ChatKind | None = None
    phone: str | None = field(repr=False, default=None)
    whatsapp_id: str | None = field(repr=False, default=None)
    bubbles: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class Candidates:
    """The records that a sighting may be of, by what leads to them."""

    by_phone: ChatRecord | None = None
    by_whatsapp_id: ChatRecord | None = None
    by_bubbles: tuple[ChatRecord, ...] = ()
    by_title: tuple[ChatRecord, ...] = ()


@dataclass(frozen=True)
class Recognised:
    """``record`` is the chat, or None for a new one; ``absorbed`` are records that turned out to be the
    same chat.
    """

    record: ChatRecord | None
    absorbed: tuple[ChatRecord, ...] = ()


def recognise(sighting: Sighting, found: Candidates) -> Recognised:
    """Which record the sighting is of."""
    certain = [record for record in (found.by_phone, found.by_whatsapp_id) if record is not None]
    shown = {*sighting.bubbles}
    holding = (*found.by_bubbles, *(each for each in found.by_title if shown.intersection(each.seen)))
    proved = [record for record in holding if not _contradicts(record, sighting)]
    same = list({record.id: record for record in (*certain, *proved)}.values())
    if same:
        return Recognised(same[0], tuple(each for each in same[1:] if not _apart(same[0], each)))
    if sighting.phone is not None or sighting.whatsapp_id is not None:
        return Recognised(None)
    titled = [record for record in found.by_title if _is_bare(record) and not _contradicts(record, sighting)]
    return Recognised(titled[0] if len(titled) == 1 else None)


def is_proved(record: ChatRecord, sighting: Sighting, ours: Collection[str]) -> bool | None:
    """Whether the open chat, opened by its title, certainly is the chat of the record, which has no phone.
    False: it certainly is not; None: it shows nothing that says so, yet. ``ours`` are the bubbles that we
    wrote, among those of the sighting.

    The id of a bubble is chosen by who writes it, and a member of a group knows those of the group. So the
    bubbles of others prove a group only where it looks like one; our own ones stand in no other chat.
    """
    if _contradicts(record, sighting) or _is_other_kind(record, sighting):
        return False
    if record.whatsapp_id is not None and record.whatsapp_id == sighting.whatsapp_id:
        return True
    known = {*record.seen} & {*sighting.bubbles}
    if known.intersection(ours):
        return True
    return True if known and (record.kind is ChatKind.PERSON or sighting.kind is record.kind) else None


def _is_other_kind(record: ChatRecord, sighting: Sighting) -> bool:
    return sighting.kind is not None and sighting.kind is not record.kind


def _is_bare(record: ChatRecord) -> bool:
    """Whether nothing but a title is known of the chat: none of its bubbles, which would have to be shown."""
    return record.phone is None and record.whatsapp_id is None and record.seen in ((), (FROM_START,))


def seen_as(record: ChatRecord, sighting: Sighting, now_ms: int) -> ChatRecord:
    """The record after the sighting, without what was read."""
    titles = [title for title in record.titles if title != sighting.title]
    return replace(
        record,
        kind=_kind(record.kind, sighting),
        phone=record.phone or sighting.phone,
        whatsapp_id=record.whatsapp_id or sighting.whatsapp_id,
        titles=tuple([*titles, sighting.title][-TITLES_KEPT:]) if sighting.title else record.titles,
        last_seen_ms=now_ms,
    )


def closed_as(record: ChatRecord, code: str | None, now_ms: int) -> ChatRecord:
    """The record after the chat was seen with ``code`` in place of its box; "": with a box; None: it is not
    certain.
    """
    return record if code is None else replace(record, closed=code, closed_ms=now_ms if code else 0)


def new_chat(chat_id: str, sighting: Sighting, now_ms: int) -> ChatRecord:
    return seen_as(ChatRecord(chat_id, sighting.kind or ChatKind.PERSON), sighting, now_ms)


def merged(record: ChatRecord, absorbed: Sequence[ChatRecord]) -> ChatRecord:
    """One record of several that are the same chat; ``record`` gives the id."""
    for other in absorbed:
        titles = dict.fromkeys([*other.titles, *record.titles])
        seen = dict.fromkeys([*other.seen, *record.seen])
        latest = max(record, other, key=lambda each: each.last_seen_ms)
        record = replace(
            record,
            kind=other.kind if record.kind is ChatKind.PERSON and record.phone is None else record.kind,
            phone=record.phone or other.phone,
            whatsapp_id=record.whatsapp_id or other.whatsapp_id,
            titles=tuple([*titles][-TITLES_KEPT:]),
            last_seen_ms=latest.last_seen_ms,
            seen=tuple([*seen][-SEEN_KEPT:]),
            badge=max(record.badge, other.badge),
            closed=latest.closed,
            closed_ms=latest.closed_ms,
        )
    return record


def names_of(chat: ChatRecord | Sighting) -> tuple[str, ...]:
    """The names a chat is found by, except its titles."""
    names = []
    if chat.phone is not None:
        names.append(phone_name(one_form_of(chat.phone)))
    if chat.whatsapp_id is not None:
        names.append(chat_name(NameKind.WHATSAPP_ID, chat.whatsapp_id))
    return tuple(names)


def title_names_of(chat: ChatRecord) -> tuple[str, ...]:
    return tuple(title_name(title) for title in chat.titles)


def _kind(known: ChatKind, sighting: Sighting) -> ChatKind:
    """A chat that was once seen to be a group stays one; the page does not always show it."""
    if sighting.phone is not None:
        return ChatKind.PERSON
    return sighting.kind if known is ChatKind.PERSON and sighting.kind is not None else known


def _contradicts(record: ChatRecord, sighting: Sighting) -> bool:
    """Whether the sighting cannot be of the record, whatever speaks for it."""
    if record.phone and sighting.phone and not same_number(record.phone, sighting.phone):
        return True
    if record.whatsapp_id and sighting.whatsapp_id and record.whatsapp_id != sighting.whatsapp_id:
        return True
    is_group = sighting.kind not in (None, ChatKind.PERSON)
    if record.phone is not None:
        return is_group
    return record.kind is not ChatKind.PERSON and sighting.phone is not None


def _apart(one: ChatRecord, other: ChatRecord) -> bool:
    """Whether two records are certainly two chats."""
    phones = one.phone and other.phone and not same_number(one.phone, other.phone)
    ids = one.whatsapp_id and other.whatsapp_id and one.whatsapp_id != other.whatsapp_id
    return bool(phones or ids)
