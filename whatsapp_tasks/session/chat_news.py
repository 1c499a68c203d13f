"""Which chats have news that is not read, and whose turn it is."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from whatsapp_tasks.domain.chat_names import parts_of, title_name
from whatsapp_tasks.domain.chat_rows import has_badge
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
GIVEN_UP_AFTER = 8
"""Tries to find a chat: then it is told that something of it was missed."""


class ChatNews:
    """By name (domain/chat_names.py). ``may_send`` says whether messages may be sent now; asks
    Redis.
    """

    def __init__(self, context: AccountContext, may_send: Callable[[], bool]) -> None:
        self._context = context
        self._may_send = may_send
        self._read: dict[tuple[str, int], set[str]] = {}
        self._since: dict[str, float] = {}
        self._tries: Counter[str] = Counter()
        self._not_before: dict[str, float] = {}
        self._next_in_between = 0.0
        self._document = ""
        self._inherited: set[str] = set()

    def noted(self, snapshot: PageSnapshot) -> dict[str, int]:
        """The chats to read, with the number of messages that looks counted there."""
        names = self._context.inbox.to_read()
        if snapshot.document != self._document:  # what an earlier load of the page, or worker, has left
            self._document, self._inherited = snapshot.document, {*names}
        return names

    def is_inherited(self, name: str) -> bool:
        """Whether an earlier load of the page, or an earlier worker, has left it."""
        return name in self._inherited

    def tries(self, names: Iterable[str]) -> int:
        """The most tries of one of them."""
        return max((self._tries[name] for name in names), default=0)

    def shown_by(self, snapshot: PageSnapshot) -> bool:
        """Whether the open chat shows what was not read."""
        mark = mark_of(snapshot)
        if mark is None or snapshot.chat is None or not snapshot.chat.panel or is_attaching(snapshot):
            return False
        if time.monotonic() < self._not_before.get(title_name(mark.title), 0.0):
            return False
        read = self._read.get((mark.document, mark.nodes[0]))
        ids = {bubble.id for bubble in snapshot.chat.bubbles}
        return bool(ids) if read is None else not ids <= read

    def unread(
        self, names: dict[str, int], shown: Sequence[ShownChat], snapshot: PageSnapshot
    ) -> dict[str, int]:
        """``names`` without the open chat, and without those that were left with everything read."""
        mounted = {chat.node: chat for chat in shown}
        mark = mark_of(snapshot)
        opened = self._context.opened_chats
        here = opened.of(mark) if mark is not None else None
        done = []
        left = {}
        for name, new in names.items():
            nodes = opened.nodes_of(name, snapshot.document)
            is_here = here is not None and here.name == name
            counted_here = mark is not None and name == title_name(mark.title)
            if counted_here and not has_badge(
                snapshot.rows, parts_of(name)[1]
            ):  # by its bubbles, which are read
                done += [] if is_here and new == 0 else [name]
            elif is_here and new == 0:
                pass
            elif (
                new == 0
                and nodes
                and all(self._is_read(snapshot.document, node, mounted.get(node)) for node in nodes)
            ):
                done.append(name)
            else:
                left[name] = new
        self._context.inbox.read_all_of(done, stays=here.name if here else "")
        self._since = {name: self._since.get(name, time.monotonic()) for name in left}
        return left

    def _is_read(self, document: str, node: int, shown: ShownChat | None) -> bool:
        """Whether a chat that is not open any more showed nothing that was not read, in this element."""
        read = self._read.get((document, node), set())
        new = [bubble for bubble in (shown.bubbles if shown else ()) if bubble not in read]
        if not new:
            return True
        opened = self._context.opened_chats.at(document, node)
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

    def was_read(self, mark: ChatMark, bubbles: Iterable[str], names: Iterable[str]) -> None:
        """All of ``bubbles``, which the open chat shows; it was on the list under ``names``."""
        self._inherited.difference_update(names)
        self._read[mark.document, mark.nodes[0]] = {*bubbles}
        while len(self._read) > CHATS_REMEMBERED:
            del self._read[next(iter(self._read))]

    def failed(self, name: str, error: SendError | NotRead) -> bool:
        """Whether it is given up."""
        self._tries[name] += 1
        tries = self._tries[name]
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
