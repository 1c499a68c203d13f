"""A WhatsAppPage with chats in which others write: a model without a browser, on a test's clock.

It plays what matters to who reads chats: opening a chat marks it as read, its badge goes some time later,
its newest messages may come late, and a chat that was opened again has other elements.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.support.looks import page
from tests.support.plays import Clock
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.domain.open_chat import ShownChat
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import WaitTimeout

T = TypeVar("T")
LOOK_SECONDS = 0.05
STEP_SECONDS = 0.25


@dataclass
class Theirs:
    """A chat as the server has it. ``phone`` is E.164, None for who hides it."""

    title: str
    phone: str | None
    messages: list[dict[str, Any]] = field(default_factory=list)
    unread: int = 0


@dataclass
class _Open:
    chat: Theirs
    node: int
    late_until: float
    late: frozenset[str]
    """Ids of messages that are not shown before that."""
    unread_from: str


class ChatsPage:
    """``badge_seconds``: how long a chat that was opened keeps its badge. ``late_seconds``: how long the
    ``late_newest`` messages of a chat are not shown when it is first opened in a load of the page; the page
    says so where ``says_loading``.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.of_others: dict[str, Theirs] = {}
        self.badge_seconds = self.late_seconds = 0.0
        self.late_newest = 1
        self.says_loading = True
        self.opened: list[str] = []
        """Titles of the chats that were opened, in order."""
        self.pressed: list[str] = []
        """Those whose rows were pressed."""
        self.page = self.chats = self
        self.selectors: object = None
        self._numbers = itertools.count(1)
        self._load = 0
        self._open: _Open | None = None
        self._badges: dict[str, tuple[int, float]] = {}
        self._loaded: set[str] = set()
        self._mounted: dict[int, tuple[str, list[str]]] = {}

    # the others

    def chat(self, title: str, phone: str | None = None) -> Theirs:
        return self.of_others.setdefault(title, Theirs(title, phone))

    def write(self, title: str, text: str, *, mine: bool = False, kind: str = "text") -> str:
        """A new message in a chat; its id."""
        chat, message_id = self.chat(title), f"3A{next(self._numbers):06}"
        chat.messages.append({"id": message_id, "text": text, "mine": mine, "kind": kind})
        self.of_others = {title: chat, **self.of_others}  # the latest on top
        if not mine and not (self._open and self._open.chat is chat):
            chat.unread += 1
        self._mount()
        return message_id

    def ours(self, bubbles: Sequence[str]) -> set[str]:
        """Those of ``bubbles`` that we wrote, as the ledger knows it."""
        mine = {m["id"] for chat in self.of_others.values() for m in chat.messages if m["mine"]}
        return mine.intersection(bubbles)

    # what it shows

    def new_document(self) -> None:
        """It is loaded again: no chat is open."""
        self._load += 1
        self._open = None
        self._badges.clear()
        self._loaded.clear()
        self._mounted.clear()

    @property
    def _document(self) -> str:
        return f"load {self._load}"

    @property
    def _is_late(self) -> bool:
        return self._open is not None and self.clock.now < self._open.late_until

    def _messages(self) -> list[dict[str, Any]]:
        assert self._open is not None
        late = self._open.late if self._is_late else frozenset()
        return [message for message in self._open.chat.messages if message["id"] not in late]

    def _mount(self) -> None:
        if self._open is not None and (shown := self._messages()):
            self._mounted.pop(self._open.node, None)
            self._mounted[self._open.node] = (self._open.chat.title, [m["id"] for m in shown])

    def _badge(self, chat: Theirs) -> int:
        count, until = self._badges.get(chat.title, (0, 0.0))
        return count if self.clock.now < until else chat.unread

    def _enter(self, chat: Theirs) -> None:
        self._mount()
        if self._open is not None and self._open.chat is chat:
            return
        late: frozenset[str] = frozenset()
        if chat.title not in self._loaded and self.late_seconds:
            late = frozenset(message["id"] for message in chat.messages[-self.late_newest :])
        self._loaded.add(chat.title)
        theirs = [m["id"] for m in chat.messages if not m["mine"] and m["id"] not in late]
        unread_from = theirs[-min(chat.unread, len(theirs))] if chat.unread and theirs else ""
        self.opened.append(chat.title)
        node = next(self._numbers) * 10
        self._open = _Open(chat, node, self.clock.now + self.late_seconds, late, unread_from)
        if chat.unread:
            self._badges[chat.title] = (chat.unread, self.clock.now + self.badge_seconds)
        chat.unread = 0
        self._mount()

    def _chat_shown(self) -> dict[str, Any] | None:
        if self._open is None:
            return None
        node, chat = self._open.node, self._open.chat
        self._mount()
        bubbles = [
            {
                **{"id": m["id"], "outgoing": m["mine"], "text": m["text"], "kind": m["kind"]},
                **{"tick": "sent" if m["mine"] else None, "chat": None},
            }
            for m in self._messages()
        ]
        box = {"text": "", "focused": True, "x": 1, "y": 2}
        return {
            **{"title": chat.title, "compose": box, "notice": "", "bubbles": bubbles, "panel": True},
            **{"nodes": (node, node + 1, node + 2), "unread_from": self._open.unread_from},
        }

    # WhatsAppPage

    def look(self, deadline: Deadline, *, rows: bool = False, bubbles: int = 60) -> PageSnapshot:
        self.clock.sleep(LOOK_SECONDS)
        listed = [
            {"title": chat.title, "unread": self._badge(chat), "preview": ""}
            for chat in self.of_others.values()
            if chat.messages
        ]
        return page(
            *(["syncing"] if self._is_late and self.says_loading else []),
            chat_pane=True,
            document=self._document,
            rows=listed if rows else None,
            chat=self._chat_shown(),
        )

    def until(
        self,
        wanted: Callable[[PageSnapshot], T | None],
        deadline: Deadline,
        *,
        rows: bool = False,
        bubbles: int = 60,
    ) -> T:
        while True:
            found = wanted(self.look(deadline, rows=rows, bubbles=bubbles))
            if found is not None:
                return found
            if self.clock.now >= deadline.at:
                raise WaitTimeout
            self.clock.sleep(STEP_SECONDS)

    def shown(self, deadline: Deadline) -> tuple[ShownChat, ...]:
        self._mount()
        return tuple(ShownChat(node, title, tuple(ids)) for node, (title, ids) in self._mounted.items())

    def press_row(self, title: str, deadline: Deadline) -> bool:
        chat = self.of_others.get(title)
        if chat is None or not chat.messages:
            return False
        self.pressed.append(title)
        self._enter(chat)
        return True

    def open(self, deadline: Deadline) -> None:
        self.new_document()

    def open_chat_inside(self, phone: str, deadline: Deadline) -> None:
        found = next((chat for chat in self.of_others.values() if chat.phone == phone), None)
        self._enter(found or self.chat(phone, phone))

    def open_chat_by_url(self, phone: str, deadline: Deadline) -> None:
        self.new_document()
        self.open_chat_inside(phone, deadline)

    def show_older(self, deadline: Deadline) -> bool:
        return False

    def show_newest(self, deadline: Deadline) -> None:
        pass

    def own_phone(self, deadline: Deadline) -> None:
        return None

    def check_selectors(self, selectors: object, deadline: Deadline) -> None:
        pass

    def names_of(self, text: str) -> frozenset[str]:
        return frozenset()
