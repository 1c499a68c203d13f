"""Received messages, found in a look: by the badges of chats, and by the bubbles of the open chat.

No chat is opened to find out more: that would mark its messages as read. Chats are known by the title that
WhatsApp shows; two chats with the same title are one chat here.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Chat, ChatRow

WHOLE_LIST = 30
"""A list with fewer rows shows all chats; a longer one may continue below (whatsapp-web.md, 4.3)."""

PREVIEW_LENGTH = 200
"""Characters; the same number is in ``browser/look/rows.js``."""


class ReceiveMode(StrEnum):
    """What is done about received messages; an opt-out by answer is heard in all of them."""

    OFF = "off"
    NOTICE = "notice"
    """An event says that somebody wrote; no chat is opened."""
    FULL = "full"
    """Chats with news are opened and read."""


@dataclass(frozen=True)
class KnownChat:
    """What the last look saw of a chat.

    ``newest`` is the id of the last bubble when the chat was last seen open, "" if it never was. ``reported``
    counts the messages that its badge has shown since then, and that were reported.
    """

    unread: int = 0
    newest: str = field(repr=False, default="")
    reported: int = 0


@dataclass(frozen=True)
class Notice:
    """A chat got ``new`` messages; ``preview`` is the beginning of the last one."""

    title: str = field(repr=False)
    unread: int
    new: int
    preview: str = field(repr=False)
    phone: str | None = field(repr=False, default=None)
    """E.164, if this service opened the chat by this phone. A title is chosen by others and proves no
    phone."""

    @property
    def subject(self) -> str:
        """Names the chat in the stream of events, which must not contain its title."""
        return f"chat-{hashlib.sha256(self.title.encode()).hexdigest()[:24]}"


@dataclass(frozen=True)
class Findings:
    """``changes``: the new state of chats, by title; None means that the chat need not be stored."""

    changes: dict[str, KnownChat | None] = field(repr=False, default_factory=dict)
    notices: tuple[Notice, ...] = ()


def first_look(rows: Sequence[ChatRow], chat: Chat | None, *, unread_is_new: bool = False) -> Findings:
    """For an account without stored state: messages that are unread now are old, and are not reported, unless
    ``unread_is_new``.
    """
    seen = _by_title(rows)
    waiting = [row for row in seen.values() if row.unread] if unread_is_new else []
    return Findings(
        {title: KnownChat(row.unread, _newest(chat, title)) for title, row in seen.items()},
        tuple(Notice(row.title, row.unread, row.unread, row.preview) for row in reversed(waiting)),
    )


def find_incoming(
    known: Mapping[str, KnownChat],
    rows: Sequence[ChatRow],
    chat: Chat | None,
    just_sent: Collection[str] = (),
) -> Findings:
    """The messages that came since ``known``.

    A badge that grew from n to m means m - n messages. One that fell means that the chat was read, here or on
    the phone; it is not reported, and neither is a badge without a number. A missing row was scrolled out of
    view, not read. The open chat has no badge: its bubbles are counted, from the previous newest one, or from
    one of ``just_sent`` (our bubbles since the last look).
    """
    seen = _by_title(rows)
    if not seen:
        return Findings()  # the list is not there yet
    lowest_known = max((index for index, title in enumerate(seen) if title in known), default=-1)
    changes: dict[str, KnownChat | None] = {}
    notices = []
    for index, (title, shown) in enumerate(seen.items()):
        before = known.get(title)
        row = _counted(shown, before)
        if before is None:
            # In a long list, a new row below all known ones is old: the list moved up. New messages are on
            # top.
            old = index > lowest_known and len(rows) >= WHOLE_LIST
            before = KnownChat(row.unread if old else 0)
        grown = max(0, row.unread - before.unread)
        after = replace(before, unread=row.unread, reported=before.reported + grown)
        notice = Notice(title, row.unread, grown, row.preview) if grown else None
        if chat is not None and chat.title == title and chat.bubbles:
            fresh = _received_after(chat.bubbles, before.newest, just_sent)
            by_badge = after.reported if before.newest and _has(chat.bubbles, before.newest) else grown
            unreported = len(fresh) - by_badge
            if unreported > 0:
                notice = Notice(title, row.unread, grown + unreported, _beginning(fresh[-1].text or ""))
            # A badge may be at most one look ahead of the bubbles: anything else that it counted is dropped.
            after = replace(after, newest=_newest(chat, title), reported=min(max(0, -unreported), grown))
        if notice is not None:
            notices.append(notice)
        if after != known.get(title):
            changes[title] = after
    for title, gone in known.items():
        if title not in seen and not gone.unread:
            changes[title] = None
    return Findings(changes, tuple(reversed(notices)))  # the list has the newest chat on top


def opts_out(text: str, words: Collection[str]) -> bool:
    """Whether ``text`` is one of ``words``, however it is written: letter case, the width of letters, and
    all that stands around it without being a letter or a digit (blanks, punctuation, emoji) are ignored.
    """
    bare = _bare(text)
    return bool(bare) and any(bare == _bare(word) for word in words)


def unanswered_opt_out(bubbles: Sequence[Bubble], words: Collection[str]) -> Bubble | None:
    """The last opt-out that the other side wrote since our last message; ``bubbles`` are oldest first."""
    for bubble in reversed(bubbles):
        if bubble.outgoing is True:
            return None
        if bubble.outgoing is False and bubble.text and opts_out(bubble.text, words):
            return bubble
    return None


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    folded = folded.replace("i\u0307", "i").replace("ı", "i")  # "İ" and "I" in Turkish
    inside = [place for place, character in enumerate(folded) if character.isalnum()]
    return folded[inside[0] : inside[-1] + 1] if inside else "".join(folded.split())


def _by_title(rows: Sequence[ChatRow]) -> dict[str, ChatRow]:
    seen: dict[str, ChatRow] = {}
    for row in rows:
        above = seen.get(row.title)
        seen[row.title] = row if above is None else _one_of(above, row)
    return seen


def _counted(row: ChatRow, before: KnownChat | None) -> ChatRow:
    """A badge without a number was mostly set by hand: the previous count stays."""
    return replace(row, unread=before.unread if before else 0) if row.unread_unknown else row


def _one_of(above: ChatRow, row: ChatRow) -> ChatRow:
    """Two chats with the same title; if the count of one is unknown, the sum is unknown."""
    return replace(
        above,
        unread=above.unread + row.unread,
        unread_unknown=above.unread_unknown or row.unread_unknown,
        preview=above.preview or row.preview,
    )


def _beginning(text: str) -> str:
    """As rows show it: on one line, without lone surrogates."""
    line = " ".join(text.split())[:PREVIEW_LENGTH]
    return line.encode("utf-8", "replace").decode()


def _newest(chat: Chat | None, title: str) -> str:
    return chat.bubbles[-1].id if chat is not None and chat.title == title and chat.bubbles else ""


def _has(bubbles: Sequence[Bubble], bubble_id: str) -> bool:
    return any(bubble.id == bubble_id for bubble in bubbles)


def _received_after(bubbles: Sequence[Bubble], newest: str, just_sent: Collection[str]) -> list[Bubble]:
    """Received texts after the bubble ``newest``, else after one of ``just_sent``; none if neither is
    shown.
    """
    ids = [bubble.id for bubble in bubbles]
    if newest in ids:
        index = ids.index(newest)
    else:
        index = next((n for n, bubble_id in enumerate(ids) if bubble_id in just_sent), len(ids))
    return [bubble for bubble in bubbles[index + 1 :] if bubble.outgoing is False and bubble.text]
