"""Takes what is new in the open chat into the inbox: finds it, reads it, and stores it in one step."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.bubbles import NOTICE
from whatsapp_tasks.domain.chat_names import title_name
from whatsapp_tasks.domain.chat_rows import has_badge, rows_titled, unread_in
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.chats import FROM_START, SEEN_KEPT, ChatKind, ChatRecord
from whatsapp_tasks.domain.incoming import opts_out
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.received_messages import (
    Expected,
    ReceivedMessage,
    message_in,
    new_bubbles,
    received,
    seen_after,
    sighting_of,
)
from whatsapp_tasks.errors import WaitTimeout
from whatsapp_tasks.session.chat_news import ChatNews
from whatsapp_tasks.session.chat_reading import ChatLeft, NotRead, ReadChat, chat_of, read_chat
from whatsapp_tasks.session.context import AccountContext

log = logging.getLogger(__name__)

FEWEST_OF_A_PAGE = 20
"""A chat that shows fewer messages shows all it has (whatsapp-web.md, 4.3)."""
LOADED_SECONDS = 5.0
"""For an open chat to show its messages."""
AS_IT_IS_FROM = 3
"""From this try on, what cannot be shown whole is taken as it stands."""


@dataclass(frozen=True)
class Counted:
    """What is known of a chat's news: its ``badge`` before it was opened, the messages that looks counted
    since it was read, and whether it was noted as one to read.
    """

    badge: int
    new: int
    noted: bool


class ChatTaking:
    """Of one account; asks ``news`` what was read before."""

    def __init__(self, context: AccountContext, news: ChatNews) -> None:
        self._context = context
        self._news = news

    def take(
        self,
        page: WhatsAppPage,
        counted: Counted,
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
        tries = self._news.tries((*names, title_name(mark.title)))
        read = read_chat(page, mark, expected, as_it_is=tries + 1 >= AS_IT_IS_FROM)
        after = page.look(context.look_deadline(), rows=True)
        chat_of(after, mark)
        self._store(record, mark, read, after, names)

    def _with_bubbles(self, page: WhatsAppPage) -> PageSnapshot:
        """The page once its open chat shows messages: it may load them late, or have none."""
        try:
            return page.until(
                lambda s: s if s.chat is None or s.chat.bubbles else None, Deadline.within(LOADED_SECONDS)
            )
        except WaitTimeout:
            return page.look(self._context.look_deadline())

    def _expected(
        self, record: ChatRecord, mark: ChatMark, shown: Sequence[str], counted: Counted
    ) -> Expected:
        """Where the new messages begin, and how many there are at least."""
        unread = max(0, counted.badge - record.badge)
        if record.seen == (FROM_START,):
            return Expected(from_start=True, unread=unread, noted=counted.noted)
        if record.seen:
            return Expected(frozenset(record.seen), unread=unread, noted=counted.noted)
        return self._expected_first(mark, shown, unread, counted)

    def _expected_first(
        self, mark: ChatMark, shown: Sequence[str], unread: int, counted: Counted
    ) -> Expected:
        """In a chat that was never read: what stood above the line of unread messages when it was first
        opened is old; else all but as many as were counted; else what stood there at all; else what stands
        above the last message of ours.
        """
        here = self._context.opened_chats.of(mark)
        first = self._context.opened_chats.first(here.name, mark.document) if here else None
        inherited = first is not None and self._news.is_inherited(first.name)
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
            badge=unread_in(after.rows, mark.title),
        )
        messages = [
            message_in(bubble, read.bubbles[: all_ids.index(bubble.id)], context.account, record, now_ms)
            for bubble in read.new
            if bubble.kind != NOTICE
        ]
        here = context.opened_chats.of(mark)
        others = len(rows_titled(after.rows, mark.title)) > 1 and has_badge(after.rows, mark.title)
        done = [name for name in names if not (others and name == title_name(mark.title))]
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
        self._news.was_read(mark, all_ids, names)
        if new or read.missed != "0":
            log.info(
                "A chat was read", extra={"account": context.account, "messages": new, "missed": read.missed}
            )
        elif len(done) < len(names):
            raise NotRead("not_found", "Another chat with this title has news, and did not open.")

    def _heard(self, record: ChatRecord, messages: Sequence[ReceivedMessage]) -> None:
        """An opt-out in the text itself, in the chat of a phone that we navigated to."""
        words = self._context.settings.opt_out_word_set
        stops = any(opts_out(m.text, words) for m in messages if not m.outgoing and m.kind == "text")
        if stops and record.phone is not None and record.kind is ChatKind.PERSON:
            self._context.incoming.opt_out(record.phone)
            log.info("Opt-out by answer", extra={"account": self._context.account, "code": "opted_out"})
