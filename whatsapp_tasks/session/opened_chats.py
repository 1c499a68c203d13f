"""Which chats were opened in the present load of the page, by the elements they were shown in.

An open chat marks its messages as read at once, before anybody has read them here. So where chats are read
(``receive = full``), a chat is noted in Redis before it is opened, and stays noted until it was left with
everything read: what a crash leaves unread is looked at again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot

MOST_KEPT = 200


@dataclass(frozen=True)
class OpenedChat:
    """``name`` is what it was opened by: the name of a phone, or of the title of its row. ``shown``
    are the bubbles that it showed then, ``old`` those above the line of unread messages; None: there was
    none. Unless the page was ``calm``, newer ones may have been missing.
    """

    name: str
    shown: tuple[str, ...]
    old: tuple[str, ...] | None
    calm: bool


class OpenedChats:
    def __init__(self) -> None:
        self.note: Callable[[str], None] | None = None
        """Notes a chat that is about to be opened; None where chats are not read."""
        self.begin: Callable[[str, PageSnapshot], None] | None = None
        """Notes what is old in a chat that was just opened; None where chats are not read."""
        self._chats: dict[tuple[str, int], OpenedChat] = {}

    def about_to_open(self, name: str) -> None:
        """The chat with this name (domain/chat_names.py). Raises StoreUnavailable."""
        if self.note is not None:
            self.note(name)

    def opened(self, name: str, snapshot: PageSnapshot) -> None:
        """The chat that ``snapshot`` shows open. Raises LeaseLost, StoreUnavailable."""
        mark, chat = mark_of(snapshot), snapshot.chat
        assert mark is not None
        assert chat is not None
        ids = tuple(bubble.id for bubble in chat.bubbles)
        old = ids[: ids.index(chat.unread_from)] if chat.unread_from in ids else None
        self._chats[mark.document, mark.nodes[0]] = OpenedChat(name, ids, old, is_calm(snapshot))
        while len(self._chats) > MOST_KEPT:
            del self._chats[next(iter(self._chats))]
        if self.begin is not None:
            self.begin(name, snapshot)

    def of(self, mark: ChatMark) -> OpenedChat | None:
        """What was opened in the elements of ``mark``."""
        return self._chats.get((mark.document, mark.nodes[0]))

    def nodes_of(self, name: str, document: str) -> list[int]:
        """The elements in which the chat was shown in this load of the page."""
        return [node for (doc, node), chat in self._chats.items() if (doc, chat.name) == (document, name)]

    def first(self, name: str, document: str) -> OpenedChat | None:
        """How it was when it was first opened in this load of the page."""
        found = [chat for (doc, _), chat in self._chats.items() if (doc, chat.name) == (document, name)]
        return found[0] if found else None

    def at(self, document: str, node: int) -> OpenedChat:
        return self._chats[document, node]
