"""Which chats have news that is not read, and whose turn it is."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from whatsapp_tasks.domain.chat_names import NameKind, parts_of, title_name
from whatsapp_tasks.domain.chat_rows import has_badge, rows_titled, unread_in
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.files_shown import is_attaching
from whatsapp_tasks.domain.open_chat import ChatMark, ShownChat, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import SendError
from whatsapp_tasks.session.chat_reading import NotRead
from whatsapp_tasks.session.context import AccountContext

log = logging.getLogger(__name__)

CHATS_REMEMBERED = 200
LONGEST_WAIT_SECONDS = 60.0
"""After this, one chat is read although messages wait to be sent; and then no other for as long."""
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 2.0, 600.0
IN_PASSING = frozenset({"page_not_ready", "chat_left", "dialog_stays"})
"""Codes of what keeps any chat from being read: the next try is soon, and none is counted."""
GIVEN_UP_AFTER = 8
"""Tries to find a chat: then it is reported that something of it was missed."""


class ChatNews:
    """By name (domain/chat_names.py). ``may_send`` says whether messages may be sent now; asks
    Redis.
    """

    def __init__(self, context: AccountContext, may_send: Callable[[], bool]) -> None:
        self._context = context
        self._may_send = may_send
        self._read: dict[tuple[str, int], set[str]] = {}
        self._calm: set[tuple[str, int]] = set()
        self._left_with: dict[str, int] = {}
        self._since: dict[str, float] = {}
        self._tries: Counter[str] = Counter()
        self._not_before: dict[str, float] = {}
        self._next_in_between = 0.0
        self._document = ""
        self._inherited: set[str] = set()
        self._just_noted: set[str] = set()
        self._noted_in: dict[str, str] = {}

    def noted(self, snapshot: PageSnapshot) -> dict[str, int]:
        """The chats to read, with the number of messages that looks counted there."""
        names = self._context.inbox.to_read()
        if snapshot.document != self._document:  # what an earlier load of the page, or worker, has left
            self._document, self._inherited = snapshot.document, {*names}
            self._calm.clear()
        self._noted_in = {name: where for name, where in self._noted_in.items() if name in names}
        mark = mark_of(snapshot)
        if is_calm(snapshot):
            if mark is not None:
                self._calm.add((mark.document, mark.nodes[0]))
            names |= self._badged(names, mark, snapshot)
        return names

    def _badged(self, names: dict[str, int], mark: ChatMark | None, snapshot: PageSnapshot) -> dict[str, int]:
        """Chats with a badge that nobody counted: it fell, for they were read, and was raised again between
        two looks. One that stayed after the reading is no news.
        """
        found = {}
        for title in dict.fromkeys(row.title for row in snapshot.rows or ()):
            badge, name = unread_in(snapshot.rows, title), title_name(title)
            if self._left_with.get(title) != badge:
                self._left_with.pop(title, None)
            is_here = mark is not None and mark.title == title and len(rows_titled(snapshot.rows, title)) == 1
            if badge and name not in names and title not in self._left_with and not is_here:
                self._context.inbox.note(name)
                found[name] = 0
        return found

    def note(self, name: str) -> None:
        """The chat is about to be opened by its phone. Raises StoreUnavailable."""
        if self._context.inbox.note(name):
            self._just_noted.add(name)

    def opened(self, name: str, document: str) -> None:
        """It was, in this load of the page."""
        if name in self._just_noted:
            self._just_noted.discard(name)
            self._noted_in[name] = document

    def is_inherited(self, name: str, document: str) -> bool:
        """Whether it is on the list since an earlier load of the page, or an earlier worker."""
        if parts_of(name)[0] is NameKind.PHONE:
            return self._noted_in.get(name) != document
        return name in self._inherited

    def tries(self, names: Iterable[str]) -> int:
        """The most tries of one of them."""
        return max((self._tries[name] for name in names), default=0)

    def shown_by(self, snapshot: PageSnapshot) -> bool:
        """Whether the open chat shows what was not read, on a page that shows all there is."""
        mark = mark_of(snapshot)
        if mark is None or snapshot.chat is None or not snapshot.chat.panel or is_attaching(snapshot):
            return False
        if not is_calm(snapshot):
            return False
        if time.monotonic() < self._not_before.get(title_name(mark.title), 0.0):
            return False
        ids = {bubble.id for bubble in snapshot.chat.bubbles}
        return bool(ids) and not self._shows_only_read(snapshot)

    def _shows_only_read(self, snapshot: PageSnapshot) -> bool:
        """Whether a chat is open, and what it shows was read."""
        mark = mark_of(snapshot)
        if mark is None or snapshot.chat is None or not is_calm(snapshot):
            return False
        read = self._read.get((mark.document, mark.nodes[0]))
        return read is not None and read.issuperset(bubble.id for bubble in snapshot.chat.bubbles)

    def unread(
        self, names: dict[str, int], shown: Sequence[ShownChat], snapshot: PageSnapshot
    ) -> dict[str, int]:
        """``names`` without the open chat, and without those that were left with everything read."""
        mounted = {chat.node: chat for chat in shown}
        mark = mark_of(snapshot)
        opened = self._context.opened_chats
        here = opened.of(mark) if mark is not None else None
        all_read = self._shows_only_read(snapshot)
        done = []
        left = {}
        for name, new in names.items():
            nodes = opened.nodes_of(name, snapshot.document)
            is_here = here is not None and here.name == name
            kind, value = parts_of(name)
            counted_here = mark is not None and name == title_name(mark.title)
            has_news = kind is NameKind.TITLE and unread_in(snapshot.rows, value) > 0
            if counted_here and all_read and not has_badge(snapshot.rows, value):  # by its bubbles
                done += [] if is_here and new == 0 else [name]
            elif is_here and new == 0 and not self._other_has_badge(value, snapshot):
                pass
            elif (
                new == 0
                and not has_news
                and nodes
                and all(self._is_read(snapshot.document, node, mounted.get(node)) for node in nodes)
            ):
                done.append(name)
            else:
                left[name] = new
        self._context.inbox.read_all_of(done, stays=here.name if here else "")
        self._since = {name: self._since.get(name, time.monotonic()) for name in left}
        return left

    def _other_has_badge(self, title: str, snapshot: PageSnapshot) -> bool:
        """Whether a badge under the title of the open chat is that of another chat with this title. It may
        have come between two looks, while that of the open chat fell.
        """
        badge = unread_in(snapshot.rows, title)
        return len(rows_titled(snapshot.rows, title)) > 1 and badge not in (0, self._left_with.get(title))

    def _is_read(self, document: str, node: int, shown: ShownChat | None) -> bool:
        """Whether a chat that is not open any more showed nothing that was not read, in this element, and
        showed all it had.
        """
        opened = self._context.opened_chats.at(document, node)
        if not opened.calm and (document, node) not in self._calm:
            return False
        read = self._read.get((document, node), set())
        new = [bubble for bubble in (shown.bubbles if shown else ()) if bubble not in read]
        if not new:
            return True
        old = opened.shown if opened.old is None else opened.old
        return {*old, *self._context.ledger.taken(new)}.issuperset(new)

    def next(self, names: dict[str, int]) -> str | None:
        """Chats with news before those that may have some; the longest waiting first."""
        now = time.monotonic()
        due = [name for name in names if self._not_before.get(name, 0.0) <= now]
        return min(due, key=lambda name: (names[name] == 0, self._since[name]), default=None)

    def turn_for(self, name: str) -> bool:
        if self._context.queue.nothing_queued() or not self._may_send():
            return True
        now = time.monotonic()
        if now - self._since[name] < LONGEST_WAIT_SECONDS or now < self._next_in_between:
            return False
        self._next_in_between = now + LONGEST_WAIT_SECONDS
        return True

    def was_read(self, mark: ChatMark, bubbles: Iterable[str], names: Iterable[str], *, badge: int) -> None:
        """All of ``bubbles``, which the open chat shows; it was on the list under ``names``, and still has
        this ``badge``.
        """
        self._inherited.difference_update(names)
        self._noted_in |= dict.fromkeys(names, mark.document)
        if badge:
            self._left_with[mark.title] = badge
        self._read[mark.document, mark.nodes[0]] = {*bubbles}
        while len(self._read) > CHATS_REMEMBERED:
            del self._read[next(iter(self._read))]

    def failed(self, name: str, error: SendError | NotRead) -> bool:
        """Whether it is given up."""
        self._tries[name] += error.code not in IN_PASSING
        tries = max(1, self._tries[name])
        pause = min(FIRST_RETRY_SECONDS * 2 ** (tries - 1), LONGEST_RETRY_SECONDS)
        self._not_before[name] = time.monotonic() + pause
        log.info(
            "A chat could not be read",
            extra={"account": self._context.account, "code": error.code, "tries": tries},
        )
        return tries >= GIVEN_UP_AFTER

    def forget(self, name: str) -> None:
        for kept in (self._tries, self._not_before, self._since):
            kept.pop(name, None)
