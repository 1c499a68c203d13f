"""Messages of others, told by what a look sees of them: badges of chats, and bubbles of the open one.

Nothing is opened to find out more: that would mark the messages as read. Titles are what WhatsApp shows; two
chats of one title are one chat here.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from whatsapp_tasks.domain.page_snapshot import Bubble, Chat, ChatRow

WHOLE_LIST = 30
"""A list of fewer rows shows all there are; a longer one may go on below (whatsapp-web.md, 4.3)."""

PREVIEW_LENGTH = 200
"""Characters; the same number stands in ``browser/look/rows.js``."""


@dataclass(frozen=True)
class KnownChat:
    """What was last seen of a chat.

    ``newest`` is the id of the last bubble when it was last seen open, "" where it was not; ``told`` counts
    the messages that its badge told of since then.
    """

    unread: int = 0
    newest: str = field(repr=False, default="")
    told: int = 0


@dataclass(frozen=True)
class Notice:
    """``new`` messages came into a chat; ``preview`` is the beginning of the last one."""

    title: str = field(repr=False)
    unread: int
    new: int
    preview: str = field(repr=False)
    phone: str | None = field(repr=False, default=None)
    """E.164, where this service navigated to the chat with it. A title is chosen by others and tells none."""

    @property
    def subject(self) -> str:
        """Names the chat where its title should not stand: in the events' stream."""
        return f"chat-{hashlib.sha256(self.title.encode()).hexdigest()[:24]}"


@dataclass(frozen=True)
class Findings:
    """``changes``: what is known of chats from now on, by title; None: nothing that need be kept."""

    changes: dict[str, KnownChat | None] = field(repr=False, default_factory=dict)
    notices: tuple[Notice, ...] = ()


def first_look(rows: Sequence[ChatRow], chat: Chat | None) -> Findings:
    """Of an account that nothing is known of: what is unread was so long ago, and is not told."""
    seen = _by_title(rows)
    return Findings({title: KnownChat(row.unread, _newest(chat, title)) for title, row in seen.items()})


def find_incoming(
    known: Mapping[str, KnownChat],
    rows: Sequence[ChatRow],
    chat: Chat | None,
    just_sent: Collection[str] = (),
) -> Findings:
    """What came since ``known``.

    A badge that grew from n to m tells of m - n messages. One that fell was read, here or on the phone, and
    is silent; so is one without a number. A row that is not there was scrolled out, not read. In the open
    chat there is no badge: its bubbles tell, counted from the newest one of before, or from one of
    ``just_sent``: the bubbles of ours since the last look.
    """
    seen = _by_title(rows)
    if not seen:
        return Findings()  # the list is not there yet
    lowest_known = max((place for place, title in enumerate(seen) if title in known), default=-1)
    changes: dict[str, KnownChat | None] = {}
    notices = []
    for place, (title, shown) in enumerate(seen.items()):
        before = known.get(title)
        row = _counted(shown, before)
        if before is None:
            # Below all that was known a long list moved up: such a row is old. News stand above others.
            old = place > lowest_known and len(rows) >= WHOLE_LIST
            before = KnownChat(row.unread if old else 0)
        grown = max(0, row.unread - before.unread)
        after = replace(before, unread=row.unread, told=before.told + grown)
        notice = Notice(title, row.unread, grown, row.preview) if grown else None
        if chat is not None and chat.title == title and chat.bubbles:
            fresh = _behind(chat.bubbles, before.newest, just_sent)
            owed = after.told if before.newest and _has(chat.bubbles, before.newest) else grown
            untold = len(fresh) - owed
            if untold > 0:
                notice = Notice(title, row.unread, grown + untold, _beginning(fresh[-1].text or ""))
            # A badge may be a look ahead of the bubbles, not more: what it counted otherwise is forgotten.
            after = replace(after, newest=_newest(chat, title), told=min(max(0, -untold), grown))
        if notice is not None:
            notices.append(notice)
        if after != known.get(title):
            changes[title] = after
    for title, gone in known.items():
        if title not in seen and not gone.unread:
            changes[title] = None
    return Findings(changes, tuple(reversed(notices)))  # the newest chat stands on top


def opts_out(text: str, words: Collection[str]) -> bool:
    """Whether ``text`` is one of ``words`` (casefolded), but for blanks around it and signs behind it."""
    bare = text.strip()
    while bare and (bare[-1].isspace() or unicodedata.category(bare[-1]).startswith("P")):
        bare = bare[:-1]
    return bare.casefold() in words


def _by_title(rows: Sequence[ChatRow]) -> dict[str, ChatRow]:
    seen: dict[str, ChatRow] = {}
    for row in rows:
        above = seen.get(row.title)
        seen[row.title] = row if above is None else _one_of(above, row)
    return seen


def _counted(row: ChatRow, before: KnownChat | None) -> ChatRow:
    """A badge without a number was mostly set by hand: what was counted before stays."""
    return replace(row, unread=before.unread if before else 0) if row.unread_unknown else row


def _one_of(above: ChatRow, row: ChatRow) -> ChatRow:
    """Two chats of one title; a count that is not known of one is not known of both."""
    return replace(
        above,
        unread=above.unread + row.unread,
        unread_unknown=above.unread_unknown or row.unread_unknown,
        preview=above.preview or row.preview,
    )


def _beginning(text: str) -> str:
    """As rows show it: on one line, without halves of surrogate pairs."""
    line = " ".join(text.split())[:PREVIEW_LENGTH]
    return line.encode("utf-8", "replace").decode()


def _newest(chat: Chat | None, title: str) -> str:
    return chat.bubbles[-1].id if chat is not None and chat.title == title and chat.bubbles else ""


def _has(bubbles: Sequence[Bubble], bubble_id: str) -> bool:
    return any(bubble.id == bubble_id for bubble in bubbles)


def _behind(bubbles: Sequence[Bubble], newest: str, just_sent: Collection[str]) -> list[Bubble]:
    """Texts of others behind the place that was known; none where that place is not in sight."""
    ids = [bubble.id for bubble in bubbles]
    if newest in ids:
        place = ids.index(newest)
    else:
        place = next((n for n, bubble_id in enumerate(ids) if bubble_id in just_sent), len(ids))
    return [bubble for bubble in bubbles[place + 1 :] if bubble.outgoing is False and bubble.text]
