"""Takes what is new in the open chat into the inbox: finds it, reads it, and stores it in one step."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.bubbles import is_message
from whatsapp_tasks.domain.chat_names import title_name
from whatsapp_tasks.domain.chat_rows import has_badge, rows_titled, unread_in
from whatsapp_tasks.domain.chats import ChatKind, ChatRecord, closed_as
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.incoming import opts_out
from whatsapp_tasks.domain.notices import closed_by
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.received_messages import ReceivedMessage, message_in, seen_after, sighting_of
from whatsapp_tasks.errors import WaitTimeout
from whatsapp_tasks.session.chat_beginnings import ChatBeginnings, Counted
from whatsapp_tasks.session.chat_news import ChatNews
from whatsapp_tasks.session.chat_reading import ChatLeft, NotRead, ReadChat, chat_of, read_chat
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.opt_out_answers import opt_out_by_answer

log = logging.getLogger(__name__)

LOADED_SECONDS = 5.0
"""For an open chat to show its messages."""
BADGE_GOES_SECONDS = 5.0
"""For the badge of a chat that was opened to go: the page asks WhatsApp's server before."""
AS_IT_IS_FROM = 3
"""From this try on, what cannot be shown whole is taken as it stands."""


class ChatTaking:
    """Of one account; asks ``news`` what was read before."""

    def __init__(self, context: AccountContext, news: ChatNews) -> None:
        self._context = context
        self._news = news
        self.beginnings = ChatBeginnings(context, news)

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
        _require_calm(snapshot)
        opened = context.opened
        phone = opened.phone if opened is not None and opened.holds_in(snapshot) else None
        sighting = sighting_of(snapshot.chat, phone, is_group=is_group)
        record = context.chats.recognised(sighting, context.now_ms(), context.lease.fence)
        record = closed_as(record, closed_by(snapshot.chat), context.now_ms())
        expected = self.beginnings.expected(record, mark, sighting.bubbles, counted)
        record = self.beginnings.begin(record, snapshot.chat, expected)
        tries = self._news.tries((*names, title_name(mark.title)))
        read = read_chat(page, mark, expected, as_it_is=tries + 1 >= AS_IT_IS_FROM)
        after = self._after(page, mark)
        _require_calm(after)
        self._store(record, mark, read, after, names)

    def _with_bubbles(self, page: WhatsAppPage) -> PageSnapshot:
        """The page once its open chat shows messages, and says no more that it loads some: it may load them
        late, or have none.
        """
        try:
            return page.until(
                lambda s: s if s.chat is None or (s.chat.bubbles and is_calm(s)) else None,
                Deadline.within(LOADED_SECONDS),
            )
        except WaitTimeout:
            return page.look(self._context.look_deadline())

    def _after(self, page: WhatsAppPage, mark: ChatMark) -> PageSnapshot:
        """The page once the chat that was read has lost its badge. Raises ChatLeft."""

        def without_badge(snapshot: PageSnapshot) -> PageSnapshot | None:
            chat_of(snapshot, mark)
            alone = len(rows_titled(snapshot.rows, mark.title)) == 1
            return None if alone and has_badge(snapshot.rows, mark.title) else snapshot

        try:
            return page.until(without_badge, Deadline.within(BADGE_GOES_SECONDS), rows=True)
        except WaitTimeout:  # the page has no focus: nothing is marked as read
            after = page.look(self._context.look_deadline(), rows=True)
            chat_of(after, mark)
            return after

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
        rules = context.media_rules()
        messages = [
            message_in(
                bubble, read.bubbles[: all_ids.index(bubble.id)], context.account, record, now_ms
            ).with_media(rules)
            for bubble in read.new
            if is_message(bubble)
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
        self._news.was_read(mark, all_ids, names, badge=record.badge)
        if new or read.missed != "0":
            log.info(
                "A chat was read", extra={"account": context.account, "messages": new, "missed": read.missed}
            )
        elif len(done) < len(names):
            raise NotRead("not_found", "Another chat with this title has news, and did not open.")

    def _heard(self, record: ChatRecord, messages: Sequence[ReceivedMessage]) -> None:
        """An opt-out in a text or a caption itself, in the chat of a person."""
        words = self._context.settings.opt_out_word_set
        stops = [m for m in messages if not m.outgoing and opts_out(m.text, words)]
        if stops and record.kind is ChatKind.PERSON:
            opt_out_by_answer(self._context, record.phone or record.id, stops[-1].bubble_id)


def _require_calm(snapshot: PageSnapshot) -> None:
    """A page that is loading or offline may not show the newest messages. Raises NotRead."""
    if not is_calm(snapshot):
        raise NotRead("page_not_ready", "The page does not show all messages yet.")
