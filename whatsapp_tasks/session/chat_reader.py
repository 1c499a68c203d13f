"""Reads the chats with news, one at a time (``receive = full``, docs/receiving.md).

Sends come first: a chat is opened for this only while nothing waits, or when news waited for long, and then
a single one. What is new is stored with its events in one step (stores/inbox.py). A chat is on the list of
those to be read before anything of it is marked as read, and is taken off it by the same step.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.chats import FROM_START, SEEN_KEPT, ChatKind, ChatRecord, Sighting
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.incoming import ReceiveMode, opts_out
from whatsapp_tasks.domain.open_chat import ChatMark, ShownChat, mark_of
from whatsapp_tasks.domain.page_snapshot import (
    Chat,
    ChatRow,
    PageKind,
    PageSnapshot,
    Popup,
    kind_of,
    popup_of,
)
from whatsapp_tasks.domain.phones import phone_in
from whatsapp_tasks.domain.received_messages import (
    MISSED_UNKNOWN,
    Expected,
    ReceivedMessage,
    message_in,
    new_bubbles,
    received,
    seen_after,
    sighting_of,
)
from whatsapp_tasks.errors import SendError, WaitTimeout
from whatsapp_tasks.session.chat_reading import ChatLeft, NotRead, ReadChat, chat_of, read_chat
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.session.putting_away import put_away
from whatsapp_tasks.session.receiving import Receiving

log = logging.getLogger(__name__)

CHATS_REMEMBERED = 200
FEWEST_OF_A_PAGE = 20
"""A chat that shows fewer messages shows all it has (whatsapp-web.md, 4.3)."""

LONGEST_WAIT_SECONDS = 60.0
"""After this, one chat is read although messages wait to be sent; and then no other for as long."""
LOADED_SECONDS = 5.0
"""For an open chat to show its messages."""
ROW_OPENS_SECONDS = 15.0
SAME_CHAT_SECONDS = 2.0
"""For a row to open another chat; one that does not is that of the open chat."""
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 2.0, 600.0
AS_IT_IS_FROM = 3
"""From this try on, what cannot be shown whole is taken as it stands."""
GIVEN_UP_AFTER = 8
"""Tries to find a chat: then it is told that something of it was missed."""
REAP_SECONDS = 60.0
LOOK_SECONDS = 10.0


@dataclass(frozen=True)
class Counted:
    """What is known of a chat's news: its ``badge`` before it was opened, the messages that looks counted
    since it was read, and whether it was noted as one to read.
    """

    badge: int
    new: int
    noted: bool


class ChatReader:
    """``may_send`` says whether messages may be sent now; asks Redis."""

    def __init__(self, context: AccountContext, receiving: Receiving, may_send: Callable[[], bool]) -> None:
        self._context = context
        self._receiving = receiving
        self._may_send = may_send
        self._read: dict[tuple[str, int], set[str]] = {}
        self._since: dict[str, float] = {}
        self._tries: Counter[str] = Counter()
        self._not_before: dict[str, float] = {}
        self._next_reap = self._next_in_between = 0.0
        self._document = ""
        self._inherited: set[str] = set()

    def look(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """Reads what the open chat shows, or else one other chat. ``snapshot`` is the last look at ``page``,
        with rows. Raises BrowserErrors, LeaseLost, StoreUnavailable.
        """
        context = self._context
        self._reap()
        if self._receiving.mode is not ReceiveMode.FULL:
            context.opened_chats.note = None
            return
        context.opened_chats.note = context.inbox.note
        names = context.inbox.to_read()
        shown = page.chats_shown(self._deadline())
        if snapshot.document != self._document:  # what an earlier load of the page, or worker, has left
            self._document, self._inherited = snapshot.document, {*names}
        if self._shows_news(snapshot):
            self._take_open(page, snapshot, names)
            return
        names = self._without_those_read(names, shown, snapshot)
        name = self._next(names)
        if name is not None and is_calm(snapshot) and self._turn_for(name):
            self._visit(page, name, names[name])

    # which chat

    def _shows_news(self, snapshot: PageSnapshot) -> bool:
        mark = mark_of(snapshot)
        if mark is None or snapshot.chat is None or not snapshot.chat.panel or snapshot.attaching:
            return False
        if time.monotonic() < self._not_before.get(f"t:{mark.title}", 0.0):
            return False
        read = self._read.get((mark.document, mark.nodes[0]))
        ids = {bubble.id for bubble in snapshot.chat.bubbles}
        return bool(ids) if read is None else not ids <= read

    def _without_those_read(
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
            counted_here = mark is not None and name == f"t:{mark.title}"
            if counted_here and not _badged(snapshot.rows, name[2:]):  # by its bubbles, which are read
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

    def _next(self, names: dict[str, int]) -> str | None:
        """Chats with news before those that may have some; the longest waiting first."""
        now = time.monotonic()
        due = [name for name in names if self._not_before.get(name, 0.0) <= now]
        return min(due, key=lambda name: (names[name] == 0, self._since[name]), default=None)

    def _turn_for(self, name: str) -> bool:
        if self._context.queue.nothing_queued() or not self._may_send():
            return True
        now = time.monotonic()
        if now - self._since[name] < LONGEST_WAIT_SECONDS or now < self._next_in_between:
            return False
        self._next_in_between = now + LONGEST_WAIT_SECONDS
        return True

    # opening it

    def _visit(self, page: WhatsAppPage, name: str, new: int) -> None:
        try:
            if name.startswith("p:"):
                self._visit_phone(page, name, name[2:], new)
            else:
                self._visit_title(page, name, name[2:], new)
        except (SendError, NotRead) as error:
            self._failed(name, error)
        else:
            self._forget(name)

    def _visit_phone(self, page: WhatsAppPage, name: str, phone: str, new: int) -> None:
        title = self._context.sessions.title_of(phone)
        unread = _unread(self._rows(page), title) if title is not None else 0
        open_chat(self._context, page, phone)
        self._take(page, Counted(unread, new, noted=True), [name])

    def _visit_title(self, page: WhatsAppPage, name: str, title: str, new: int) -> None:
        rows = self._rows(page)
        unread = _unread(rows, title)
        counted = Counted(unread, new, noted=True)
        phone = self._phone_of(title, rows)
        if phone is not None and self._opens(page, phone, title):
            if not _badged(self._rows(page), title):
                self._take(page, counted, [name])
                return
            log.info("A row is not the chat of the phone that it names", extra=self._fields(""))
        self._open_row(page, title)
        self._take(page, counted, [name], is_group=_is_group(rows, title))

    def _phone_of(self, title: str, rows: Sequence[ChatRow]) -> str | None:
        """The phone to try for a row with this title: what is there decides whether it is the chat."""
        if sum(row.title == title for row in rows) != 1:
            return None
        return phone_in(title) or self._context.sessions.phones_of_titles([title]).get(title)

    def _opens(self, page: WhatsAppPage, phone: str, title: str) -> bool:
        try:
            return open_chat(self._context, page, phone).title == title
        except SendError as error:
            log.info("A chat was not found by its phone", extra=self._fields(error.code))
            return False

    def _open_row(self, page: WhatsAppPage, title: str) -> None:
        """Opens the chat by a press on its row. Raises NotRead."""
        context = self._context
        before = page.look(self._deadline())
        if before.attaching:
            put_away(context, page)
            before = page.look(self._deadline())
        if context.unanswered == before.document:  # a chat that was asked for may open at any time
            context.opened = None
            page.open(Deadline.within(context.settings.boot_timeout_seconds))
            raise NotRead("page_not_ready", "The page was loaded again, to be sure what opens.")
        if kind_of(before) is not PageKind.MAIN or popup_of(before) is not Popup.NONE:
            raise NotRead("page_not_ready", "Something lies over the chats.")
        if not page.press_row(title, self._deadline()):
            raise NotRead("row_not_found", "The list shows no chat with this title.")
        was = mark_of(before)
        try:
            snapshot = page.until(
                lambda s: s if _opened(s, title, was) else None,
                Deadline.within(SAME_CHAT_SECONDS if was and was.title == title else ROW_OPENS_SECONDS),
            )
        except WaitTimeout as error:
            snapshot = page.look(self._deadline())
            if not _opened(snapshot, title, None):
                context.opened = None
                raise NotRead("chat_not_opened", "The row did not open its chat in time.") from error
        mark = mark_of(snapshot)
        assert mark is not None
        assert snapshot.chat is not None
        if context.opened is not None and context.opened.holds_in(snapshot):
            return  # it was open already, by its phone
        context.opened = None
        context.opened_chats.opened(f"t:{title}", mark, snapshot.chat)

    # reading it

    def _take_open(self, page: WhatsAppPage, snapshot: PageSnapshot, names: dict[str, int]) -> None:
        mark = mark_of(snapshot)
        assert mark is not None
        here = self._context.opened_chats.of(mark)
        title = f"t:{mark.title}"
        mine = [name for name in (here.name if here else "", title) if name in names]
        if _badged(snapshot.rows, mark.title) and title in mine:
            mine.remove(title)  # perhaps of another chat with this title
        noted = here is not None and here.name in names
        counted = Counted(0, sum(names[name] for name in mine), noted=noted)
        try:
            self._take(page, counted, mine, is_group=_is_group(snapshot.rows or (), mark.title))
        except (SendError, NotRead) as error:
            self._failed(title, error)
        else:
            self._forget(title)

    def _take(
        self,
        page: WhatsAppPage,
        counted: "Counted",
        names: list[str],
        *,
        is_group: bool = False,
    ) -> None:
        """Reads the open chat and stores what is new. Raises ChatLeft, and NotRead if something is left
        for another time.
        """
        context = self._context
        reach("chat_opened_to_read")
        snapshot = self._with_bubbles(page)
        mark = mark_of(snapshot)
        if mark is None or snapshot.chat is None:
            raise ChatLeft
        opened = context.opened
        phone = opened.phone if opened is not None and opened.holds_in(snapshot) else None
        sighting = sighting_of(snapshot.chat, phone, is_group=is_group)
        record = context.chats.recognised(sighting, context.now_ms(), context.lease.fence)
        expected = self._expected(record, mark, sighting.bubbles, counted)
        record = self._begin(record, snapshot.chat, expected)
        tries = max((self._tries[name] for name in (*names, f"t:{mark.title}")), default=0)
        read = read_chat(page, mark, expected, as_it_is=tries + 1 >= AS_IT_IS_FROM)
        after = page.look(self._deadline(), rows=True)
        chat_of(after, mark)
        self._store(record, mark, read, after, names)

    def _with_bubbles(self, page: WhatsAppPage) -> PageSnapshot:
        """The page once its open chat shows messages: it may load them late, or have none."""
        try:
            return page.until(
                lambda s: s if s.chat is None or s.chat.bubbles else None, Deadline.within(LOADED_SECONDS)
            )
        except WaitTimeout:
            return page.look(self._deadline())

    def _expected(
        self, record: ChatRecord, mark: ChatMark, shown: Sequence[str], counted: "Counted"
    ) -> Expected:
        """Where the new messages begin, and how many there are at least."""
        unread = max(0, counted.badge - record.badge)
        if record.seen == (FROM_START,):
            return Expected(from_start=True, unread=unread, noted=counted.noted)
        if record.seen:
            return Expected(frozenset(record.seen), unread=unread, noted=counted.noted)
        return self._expected_first(mark, shown, unread, counted)

    def _expected_first(
        self, mark: ChatMark, shown: Sequence[str], unread: int, counted: "Counted"
    ) -> Expected:
        """In a chat that was never read: what stood above the line of unread messages when it was first
        opened is old; else all but as many as were counted; else what stood there at all; else what stands
        above the last message of ours.
        """
        here = self._context.opened_chats.of(mark)
        first = self._context.opened_chats.first(here.name, mark.document) if here else None
        inherited = first is not None and first.name in self._inherited
        if first is not None and first.old is not None and not inherited:
            return Expected(frozenset(first.old), not first.old, unread)
        if unread or counted.new:
            # An earlier worker may have opened it: then its badge counts only what came after that.
            opened_before = inherited and unread < counted.new
            most = unread + counted.new if opened_before else max(unread, counted.new)
            return Expected(unread=most, noted=True)
        if first is not None and first.shown and not inherited:
            return Expected(frozenset(first.shown))
        ours = self._context.ledger.taken(shown)
        place = max((n for n, bubble in enumerate(shown) if bubble in ours), default=None)
        if place is None:
            return Expected(noted=counted.noted)
        return Expected(frozenset(shown[:place]), from_start=place == 0)

    def _begin(self, record: ChatRecord, chat: Chat, expected: Expected) -> ChatRecord:
        """The record. In a chat that was never read, what is old is stored before anything is read: whoever
        reads it after a crash begins at the same place.
        """
        found = new_bubbles(chat.bubbles, expected)
        if record.seen or not found.new or received(found.new) < expected.unread:
            return record
        old = tuple(b.id for b in chat.bubbles[: len(chat.bubbles) - len(found.new)])
        if not old and len(chat.bubbles) >= FEWEST_OF_A_PAGE:
            return record
        context = self._context
        begun = replace(record, seen=old[-SEEN_KEPT:] or (FROM_START,))
        context.inbox.write(
            begun, [], missed="0", read=[], stays="", fence=context.lease.fence, now_ms=context.now_ms()
        )
        return begun

    def _store(
        self, record: ChatRecord, mark: ChatMark, read: ReadChat, after: PageSnapshot, names: list[str]
    ) -> None:
        context, now_ms = self._context, self._context.now_ms()
        all_ids = [bubble.id for bubble in read.bubbles]
        until = len(all_ids)
        if not read.complete:
            until = all_ids.index(read.new[-1].id) + 1 if read.new else 0
        record = replace(
            record,
            seen=seen_after(record, read.bubbles[:until]) if until else record.seen,
            badge=_unread(after.rows or (), mark.title),
        )
        messages = [
            message_in(bubble, read.bubbles[: all_ids.index(bubble.id)], context.account, record, now_ms)
            for bubble in read.new
        ]
        here = context.opened_chats.of(mark)
        others = len(_with_title(after.rows, mark.title)) > 1 and _badged(after.rows, mark.title)
        done = [name for name in names if not (others and name == f"t:{mark.title}")]
        reach("before_inbox_written")
        new = context.inbox.write(
            record,
            messages,
            missed=read.missed,
            read=done if read.complete else [],
            stays=here.name if here is not None and here.name in names else "",
            fence=context.lease.fence,
            now_ms=now_ms,
        )
        reach("after_inbox_written")
        if not read.complete:
            raise NotRead("not_whole", "Not all of the chat's new messages could be shown.")
        self._heard(record, messages)
        self._inherited.difference_update(names)
        self._read[mark.document, mark.nodes[0]] = {*all_ids}
        while len(self._read) > CHATS_REMEMBERED:
            del self._read[next(iter(self._read))]
        if new or read.missed != "0":
            log.info("A chat was read", extra={**self._fields(""), "messages": new, "missed": read.missed})
        elif len(done) < len(names):
            raise NotRead("not_found", "Another chat with this title has news, and did not open.")

    def _heard(self, record: ChatRecord, messages: Sequence[ReceivedMessage]) -> None:
        """An opt-out in the text itself, in the chat of a phone that we navigated to."""
        words = self._context.settings.opt_out_word_set
        stops = any(opts_out(m.text, words) for m in messages if not m.outgoing and m.kind == "text")
        if stops and record.phone is not None and record.kind is ChatKind.PERSON:
            self._context.incoming.opt_out(record.phone)
            log.info("Opt-out by answer", extra=self._fields("opted_out"))

    # what failed

    def _failed(self, name: str, error: SendError | NotRead) -> None:
        self._tries[name] += 1
        tries = self._tries[name]
        pause = min(FIRST_RETRY_SECONDS * 2 ** (tries - 1), LONGEST_RETRY_SECONDS)
        self._not_before[name] = time.monotonic() + pause
        log.info("A chat could not be read", extra={**self._fields(error.code), "tries": tries})
        if tries >= GIVEN_UP_AFTER:
            self._give_up(name)

    def _give_up(self, name: str) -> None:
        """Its row is gone, or it cannot be opened: what it held is missed, and that is told."""
        context = self._context
        phone = name[2:] if name.startswith("p:") else None
        title = name[2:] if phone is None else context.sessions.title_of(phone) or ""
        sighting = Sighting(title, phone=phone)
        record = context.chats.recognised(sighting, context.now_ms(), context.lease.fence)
        context.inbox.write(
            record, [], missed=MISSED_UNKNOWN, read=[name], stays="",
            fence=context.lease.fence, now_ms=context.now_ms(),
        )  # fmt: skip
        self._forget(name)

    def _forget(self, name: str) -> None:
        for kept in (self._tries, self._not_before, self._since):
            kept.pop(name, None)

    def _rows(self, page: WhatsAppPage) -> Sequence[ChatRow]:
        return page.look(self._deadline(), rows=True).rows or ()

    def _reap(self) -> None:
        now = time.monotonic()
        if now >= self._next_reap:
            self._next_reap = now + REAP_SECONDS
            self._context.inbox.reap(self._context.now_ms())

    def _deadline(self) -> Deadline:
        return Deadline.within(self._context.settings.look_timeout_seconds)

    def _fields(self, code: str) -> dict[str, str]:
        return {"account": self._context.account, "code": code}


def _opened(snapshot: PageSnapshot, title: str, was: ChatMark | None) -> bool:
    """Whether a chat with this title is open, another one than ``was``."""
    mark = mark_of(snapshot)
    if mark is None or snapshot.chat is None or not snapshot.chat.panel or mark.title != title:
        return False
    return was is None or was.moved_to(mark)


def _with_title(rows: Sequence[ChatRow] | None, title: str) -> list[ChatRow]:
    return [row for row in rows or () if row.title == title]


def _unread(rows: Sequence[ChatRow] | None, title: str) -> int:
    """The badge of the chat that a press on this title opens; 0: none, or its number is not shown."""
    return next((row.unread for row in _with_title(rows, title) if row.unread), 0)


def _badged(rows: Sequence[ChatRow] | None, title: str) -> bool:
    return any(row.unread or row.unread_unknown for row in _with_title(rows, title))


def _is_group(rows: Sequence[ChatRow] | None, title: str) -> bool:
    return any(row.group for row in _with_title(rows, title))
