"""Where the messages of a chat begin to be new: what is old is stored, before anything of it is read.

A chat that was read has a record of the bubbles that were read. One that was not gets it as soon as it is
opened, whatever it is opened for: only then does the page say what was unread. Whoever reads it later, also
after a crash, begins at the same place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from whatsapp_tasks.domain.chat_names import NameKind, parts_of, title_name
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.chats import FROM_START, SEEN_KEPT, ChatRecord
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.received_messages import Expected, new_bubbles, received, sighting_of
from whatsapp_tasks.session.chat_news import CHATS_REMEMBERED, ChatNews
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.opened_chats import OpenedChat

FEWEST_OF_A_PAGE = 20
"""A chat that shows fewer messages shows all it has (whatsapp-web.md, 4.3)."""


@dataclass(frozen=True)
class Counted:
    """What is known of a chat's news: its ``badge`` before it was opened, the messages that looks counted
    since it was read, and whether it was noted as one to read.
    """

    badge: int
    new: int
    noted: bool


class ChatBeginnings:
    """Of one account; asks ``news`` what an earlier worker has left."""

    def __init__(self, context: AccountContext, news: ChatNews) -> None:
        self._context = context
        self._news = news
        self._begun: set[str] = set()

    def opened(self, name: str, snapshot: PageSnapshot) -> None:
        """The chat with this name was just opened by its phone. Raises LeaseLost, StoreUnavailable."""
        context, chat, mark = self._context, snapshot.chat, mark_of(snapshot)
        assert chat is not None
        assert mark is not None
        self._news.opened(name, mark.document)
        kind, phone = parts_of(name)
        known = kind is not NameKind.PHONE or name in self._begun
        if known or not chat.bubbles or not is_calm(snapshot):
            return
        sighting = sighting_of(chat, phone, is_group=False)
        record = context.chats.recognised(sighting, context.now_ms(), context.lease.fence)
        opened_before = len(context.opened_chats.nodes_of(name, mark.document)) > 1
        if not record.seen and not opened_before and not self._news.is_inherited(name, mark.document):
            new = context.inbox.to_read().get(title_name(mark.title), 0)
            expected = self._first(mark, sighting.bubbles, 0, Counted(0, new, noted=True))
            record = self.begin(record, chat, expected)
        if record.seen:
            if len(self._begun) >= CHATS_REMEMBERED:
                self._begun.clear()
            self._begun.add(name)

    def expected(
        self, record: ChatRecord, mark: ChatMark, shown: Sequence[str], counted: Counted
    ) -> Expected:
        """Where the new messages begin, and how many there are at least."""
        unread = max(0, counted.badge - record.badge)
        if record.seen == (FROM_START,):
            return Expected(from_start=True, unread=unread, noted=counted.noted)
        if record.seen:
            return Expected(frozenset(record.seen), unread=unread, noted=counted.noted)
        return self._first(mark, shown, unread, counted)

    def _first(self, mark: ChatMark, shown: Sequence[str], unread: int, counted: Counted) -> Expected:
        """In a chat that was never read: what stood above the line of unread messages when it was first
        opened is old; else all but as many as were counted; else what stood there at all, be it nothing on a
        page that was loading; else what stands above the last message of ours.
        """
        here = self._context.opened_chats.of(mark)
        first = self._context.opened_chats.first(here.name, mark.document) if here else None
        inherited = first is not None and self._opened_before(first, mark, unread, counted)
        shown_first = first.shown if first is not None else ()
        if first is not None and first.old is not None and not inherited:
            return Expected(frozenset(first.old), not first.old, unread)
        late = first is not None and not first.calm and not inherited
        if late and not shown_first and len(shown) < FEWEST_OF_A_PAGE:
            return Expected(from_start=True, unread=unread)
        if unread or counted.new:
            # An earlier worker may have opened it: then its badge counts only what came after that.
            most = unread + counted.new if inherited and unread < counted.new else max(unread, counted.new)
            return Expected(unread=most, noted=True, unsure=inherited or late)
        if shown_first and not inherited:
            return Expected(frozenset(shown_first))
        ours = self._context.ledger.taken(shown)
        place = max((n for n, bubble in enumerate(shown) if bubble in ours), default=None)
        if place is None:
            return Expected(noted=counted.noted)
        # Something above it may have come before the earlier worker died, or was not shown at first.
        return Expected(frozenset(shown[:place]), from_start=place == 0, unsure=inherited or late)

    def _opened_before(self, first: OpenedChat, mark: ChatMark, unread: int, counted: Counted) -> bool:
        """Whether the chat may have been opened in an earlier load of the page, so that some of what is new
        is not unread any more. One whose badge still shows all that was counted was not.
        """
        if parts_of(first.name)[0] is NameKind.TITLE and unread >= counted.new > 0:
            return False
        return self._news.is_inherited(first.name, mark.document)

    def begin(self, record: ChatRecord, chat: Chat, expected: Expected) -> ChatRecord:
        """The record, with what is old; stored, unless it had that, or that is not certain."""
        found = new_bubbles(chat.bubbles, expected)
        known = found.anchored or expected.unread
        if record.seen or expected.unsure or not known or received(found.new) < expected.unread:
            return record
        new = {bubble.id for bubble in found.new}
        old = tuple(bubble.id for bubble in chat.bubbles if bubble.id not in new)
        if not old and len(chat.bubbles) >= FEWEST_OF_A_PAGE:
            return record
        context = self._context
        begun = replace(record, seen=old[-SEEN_KEPT:] or (FROM_START,))
        context.inbox.write(
            begun, [], missed="0", read=[], stays="", fence=context.lease.fence, now_ms=context.now_ms()
        )
        return begun
