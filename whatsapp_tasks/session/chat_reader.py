"""Reads the chats with news, one at a time (``receive = full``, docs/receiving.md).

Sends come first: a chat is opened for this only while nothing waits, or when news waited for long, and then
a single one. What is new is stored with its events in one step (stores/inbox.py). A chat is on the list of
those to be read before anything of it is marked as read, and is taken off it by the same step.
"""

import logging
import time
from collections.abc import Callable, Sequence

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_names import NameKind, parts_of, title_name
from whatsapp_tasks.domain.chat_rows import has_badge, is_group, rows_titled, unread_in
from whatsapp_tasks.domain.chat_snapshot import ChatRow
from whatsapp_tasks.domain.chats import Sighting
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.incoming import ReceiveMode
from whatsapp_tasks.domain.open_chat import mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.phones import phone_in
from whatsapp_tasks.domain.received_messages import MISSED_UNKNOWN
from whatsapp_tasks.errors import SendError, WaitTimeout
from whatsapp_tasks.session.chat_beginnings import Counted
from whatsapp_tasks.session.chat_news import ChatNews
from whatsapp_tasks.session.chat_reading import NotRead
from whatsapp_tasks.session.chat_taking import BADGE_GOES_SECONDS, ChatTaking
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.media_fetching import MediaFetching
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.session.receiving import Receiving
from whatsapp_tasks.session.row_opening import open_row

log = logging.getLogger(__name__)

REAP_SECONDS = 60.0


class ChatReader:
    """``may_send`` says whether messages may be sent now; asks Redis."""

    def __init__(self, context: AccountContext, receiving: Receiving, may_send: Callable[[], bool]) -> None:
        self._context = context
        self._receiving = receiving
        self._news = ChatNews(context, may_send)
        self._taking = ChatTaking(context, self._news)
        self._media = MediaFetching(context, may_send)
        self._next_reap = 0.0

    def listen(self) -> None:
        """Before any chat is opened, for whatever reason: from now on, the reader is told of it."""
        context, reads = self._context, self._receiving.mode is ReceiveMode.FULL
        context.opened_chats.note = self._news.note if reads else None
        context.opened_chats.begin = self._taking.beginnings.opened if reads else None

    def look(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """Reads what the open chat shows, or else one other chat, or else stores one file of a message.
        ``snapshot`` is the last look at ``page``, with rows. Raises BrowserErrors, LeaseLost,
        StoreUnavailable.
        """
        context = self._context
        reaped = self._reap()
        if self._receiving.mode is not ReceiveMode.FULL:
            if reaped:  # files that are not asked for any more
                self._media.look(page, snapshot)
            return
        names = self._news.noted(snapshot)
        if self._news.shown_by(snapshot):
            self._take_open(page, snapshot, names)
            return
        names = self._news.unread(names, page.chats.shown(context.look_deadline()), snapshot)
        name = self._news.next(names)
        if name is None:
            self._media.look(page, snapshot)
        elif is_calm(snapshot) and self._news.turn_for(name):
            self._visit(page, name, names[name])

    # opening it

    def _visit(self, page: WhatsAppPage, name: str, new: int) -> None:
        try:
            kind, value = parts_of(name)
            visit = self._visit_phone if kind is NameKind.PHONE else self._visit_title
            visit(page, name, value, new)
        except (SendError, NotRead) as error:
            self._failed(name, error)
        else:
            self._news.forget(name)

    def _visit_phone(self, page: WhatsAppPage, name: str, phone: str, new: int) -> None:
        title = self._context.sessions.title_of(phone)
        unread = unread_in(self._rows(page), title) if title is not None else 0
        open_chat(self._context, page, phone)
        self._taking.take(page, Counted(unread, new, noted=True), [name])

    def _visit_title(self, page: WhatsAppPage, name: str, title: str, new: int) -> None:
        rows = self._rows(page)
        unread = unread_in(rows, title)
        # Of several chats with one title, nobody knows which ones were counted.
        counted = Counted(unread, new if len(rows_titled(rows, title)) == 1 else 0, noted=True)
        phone = self._phone_of(title, rows)
        if phone is not None and self._opens(page, phone, title):
            if self._badge_goes(page, title):
                self._taking.take(page, counted, [name])
                return
            log.info("A row is not the chat of the phone that it names", extra=self._fields(""))
        open_row(self._context, page, title)
        self._taking.take(page, counted, [name], is_group=is_group(rows, title))

    def _badge_goes(self, page: WhatsAppPage, title: str) -> bool:
        """Whether the row with this title is that of the open chat: that loses its badge, a little later."""
        try:
            return page.until(
                lambda s: None if has_badge(s.rows, title) else True,
                Deadline.within(BADGE_GOES_SECONDS),
                rows=True,
            )
        except WaitTimeout:
            return False

    def _phone_of(self, title: str, rows: Sequence[ChatRow]) -> str | None:
        """The phone to try for a row with this title: what is there decides whether it is the chat."""
        if len(rows_titled(rows, title)) != 1:
            return None
        return phone_in(title) or self._context.sessions.phones_of_titles([title]).get(title)

    def _opens(self, page: WhatsAppPage, phone: str, title: str) -> bool:
        try:
            return open_chat(self._context, page, phone).title == title
        except SendError as error:
            log.info("A chat was not found by its phone", extra=self._fields(error.code))
            return False

    # reading it

    def _take_open(self, page: WhatsAppPage, snapshot: PageSnapshot, names: dict[str, int]) -> None:
        mark = mark_of(snapshot)
        assert mark is not None
        here = self._context.opened_chats.of(mark)
        title = title_name(mark.title)
        mine = [name for name in dict.fromkeys((here.name if here else "", title)) if name in names]
        alone = len(rows_titled(snapshot.rows, mark.title)) <= 1
        if not alone and has_badge(snapshot.rows, mark.title) and title in mine:
            mine.remove(title)  # perhaps of another chat with this title
        noted = here is not None and here.name in names
        counted = Counted(0, max((names[name] for name in mine), default=0) if alone else 0, noted=noted)
        try:
            self._taking.take(page, counted, mine, is_group=is_group(snapshot.rows, mark.title))
        except (SendError, NotRead) as error:
            self._failed(title, error)
        else:
            self._news.forget(title)

    def _failed(self, name: str, error: SendError | NotRead) -> None:
        if self._news.failed(name, error):
            self._give_up(name)

    def _give_up(self, name: str) -> None:
        """Its row is gone, or it cannot be opened: what it held is missed, and that is reported."""
        context = self._context
        kind, value = parts_of(name)
        phone = value if kind is NameKind.PHONE else None
        title = value if phone is None else context.sessions.title_of(phone) or ""
        sighting = Sighting(title, phone=phone)
        record = context.chats.recognised(sighting, context.now_ms(), context.lease.fence)
        context.inbox.write(
            record, [], missed=MISSED_UNKNOWN, read=[name], stays="",
            fence=context.lease.fence, now_ms=context.now_ms(),
        )  # fmt: skip
        self._news.forget(name)

    def _rows(self, page: WhatsAppPage) -> Sequence[ChatRow]:
        return page.look(self._context.look_deadline(), rows=True).rows or ()

    def _reap(self) -> bool:
        """Whether it was time for it."""
        now = time.monotonic()
        if now < self._next_reap:
            return False
        self._next_reap = now + REAP_SECONDS
        self._context.inbox.reap(self._context.now_ms())
        return True

    def _fields(self, code: str) -> dict[str, str]:
        return {"account": self._context.account, "code": code}
