"""Reads the open chat whole: what is new in it, every bubble with its full text, oldest first."""

import logging
from dataclasses import dataclass, replace

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.received_messages import (
    Expected,
    Reading,
    missed,
    new_bubbles,
    received,
    with_side,
)
from whatsapp_tasks.errors import WaitTimeout

log = logging.getLogger(__name__)

MOST_BUBBLES = 1000
"""Of one chat that are looked at; what lies above them counts as missed."""
ARRIVE_SECONDS = 5.0
"""For as many messages to be shown as the badge said."""
OLDER_SECONDS = 3.0
"""For older messages to be shown after scrolling up."""
FILL_SECONDS = 5.0
"""For a bubble to be filled again, or unfolded by one step."""
WHOLE_SECONDS = 60.0
"""For all bubbles of one reading: what is left is read another time."""


class NotRead(Exception):
    """A chat cannot be read now, or not all of it; ``code`` says why in the log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ChatLeft(NotRead):
    """The chat that is being read is not the open one any more."""

    def __init__(self) -> None:
        super().__init__("chat_left", "The chat that was being read is not open any more.")


@dataclass(frozen=True)
class ReadChat:
    """``bubbles`` are all that are shown, ``new`` those to be stored; ``missed`` as in an event.
    ``complete``: nothing of what is new was left for another time.
    """

    bubbles: tuple[Bubble, ...]
    new: tuple[Bubble, ...]
    missed: str
    complete: bool


def read_chat(page: WhatsAppPage, mark: ChatMark, expected: Expected, *, as_it_is: bool) -> ReadChat:
    """The new bubbles of the open chat. ``as_it_is``: what cannot be shown whole is taken as it stands.

    Raises ChatLeft and the page's BrowserErrors.
    """
    bubbles, found = _loaded(page, mark, expected)
    new: list[Bubble] = []
    deadline = Deadline.within(WHOLE_SECONDS)
    for bubble in found.new:
        whole = _whole(page, mark, bubble, deadline)
        if whole is None and not as_it_is:
            break
        new.append(whole or replace(bubble, kind="unknown" if bubble.emptied else bubble.kind))
    page.chats.show_newest(Deadline.within(FILL_SECONDS))
    complete = len(new) == len(found.new)
    return ReadChat(bubbles, tuple(with_side(b) for b in new), missed(found, expected), complete)


def _loaded(page: WhatsAppPage, mark: ChatMark, expected: Expected) -> tuple[tuple[Bubble, ...], Reading]:
    """The chat once it shows where the reading ended last time, and as much as is expected."""

    def seen(snapshot: PageSnapshot) -> tuple[tuple[Bubble, ...], Reading]:
        chat = chat_of(snapshot, mark)
        return chat.bubbles, new_bubbles(chat.bubbles, expected)

    wait = Deadline.within(ARRIVE_SECONDS)
    while True:
        bubbles, found = seen(page.look(Deadline.within(FILL_SECONDS), bubbles=MOST_BUBBLES))
        if _enough(found, expected) or len(bubbles) >= MOST_BUBBLES or wait.passed:
            return bubbles, found
        oldest = bubbles[0].id if bubbles else ""
        page.chats.show_older(Deadline.within(FILL_SECONDS))

        def moved(snapshot: PageSnapshot, oldest: str = oldest) -> bool | None:
            shown, found = seen(snapshot)
            older = bool(shown) and shown[0].id != oldest
            return True if older or _enough(found, expected) else None

        try:
            page.until(moved, Deadline.within(OLDER_SECONDS), bubbles=MOST_BUBBLES)
            wait = Deadline.within(ARRIVE_SECONDS)
        except WaitTimeout:
            continue  # newer ones may still come


def _enough(found: Reading, expected: Expected) -> bool:
    """Whether nothing further need be waited for."""
    return (found.anchored or not expected.seen) and received(found.new) >= expected.unread


def _whole(page: WhatsAppPage, mark: ChatMark, bubble: Bubble, deadline: Deadline) -> Bubble | None:
    """The bubble with all of its text; None if it cannot be shown in time."""
    while bubble.emptied or bubble.folded:
        if deadline.passed:
            return None
        if bubble.emptied:
            page.chats.show_bubble(bubble.id, deadline)
        elif not page.chats.unfold(bubble.id, deadline):
            return None
        before = bubble

        def changed(snapshot: PageSnapshot, before: Bubble = before) -> Bubble | None:
            shown = next((b for b in chat_of(snapshot, mark).bubbles if b.id == before.id), None)
            if shown is None or (shown.text, shown.emptied) == (before.text, before.emptied):
                return None
            return shown

        try:
            bubble = page.until(changed, deadline.capped(FILL_SECONDS), bubbles=MOST_BUBBLES)
        except WaitTimeout:
            return None
    return bubble


def chat_of(snapshot: PageSnapshot, mark: ChatMark) -> Chat:
    """The chat of this mark; raises ChatLeft if it is not the open one."""
    now = mark_of(snapshot)
    if snapshot.chat is None or now is None or now.document != mark.document or now.nodes[0] != mark.nodes[0]:
        raise ChatLeft
    return snapshot.chat
