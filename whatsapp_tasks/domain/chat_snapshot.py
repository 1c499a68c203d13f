"""What one look found of the open chat and of the chat list."""

from dataclasses import dataclass, field

from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.page_controls import Button


@dataclass(frozen=True)
class Compose:
    text: str = field(repr=False)
    focused: bool
    x: float
    y: float
    node: int = 0
    """As in ``Chat.nodes``."""


@dataclass(frozen=True)
class Quote:
    """What stands armed over the compose box: the next message quotes it (docs/whatsapp-web.md, 12.13)."""

    text: str = field(repr=False)
    """Of the quoted message, cut at 768 characters; a word for its file, or "" if it shows no text."""
    ours: bool | None
    """Whether we wrote it, as far as the author says so; None if that is not known."""
    media: bool
    """It shows a picture or a symbol."""
    cancel: Button | None = field(compare=False)
    """The cross that takes it away; it moves with the page."""

    @property
    def identity(self) -> dict[str, str | bool | None]:
        """What the page compares before it lets a text through."""
        return {"text": self.text, "ours": self.ours, "media": self.media}


@dataclass(frozen=True)
class Preview:
    """The drawer that shows files before they are sent (docs/whatsapp-web.md, 10.8 and 12.6)."""

    names: tuple[str, ...] = field(repr=False)
    """The pieces of text in it; a document's name is one of them."""
    count: int
    """How many files its send button would send."""
    caption: Compose | None
    """Audio has none."""
    send: Button | None
    """None while files are prepared."""
    close: Button | None
    """The cross that leaves it, not the one that empties the caption."""


Nodes = tuple[int, int, int]

LOCKS = frozenset({"restricted", "new_chats_used_up"})
"""Notices replacing the compose box that are about the account."""
NOTICES = LOCKS | {
    *("recipient_blocked", "country_blocked", "terms_on_phone", "only_admins", "no_longer_member"),
    *("chat_closed", "only_whatsapp", "agent_blocked"),
}
"""All known notices; the others are about one chat (whatsapp-web.md, 10.5)."""


@dataclass(frozen=True)
class Chat:
    title: str = field(repr=False)
    compose: Compose | None
    notice: str = field(repr=False)
    """The text that replaces the compose box; "" if there is none."""
    bubbles: tuple[Bubble, ...]
    panel: bool
    notice_texts: frozenset[str] = frozenset()
    """Names of the known texts in the notice."""
    nodes: Nodes = (0, 0, 0)
    """Numbers of the elements of chat, header and footer in this page load, 0 for a missing one. Another
    chat has other elements; the same chat opened again keeps its own (whatsapp-web.md, 11.6 and 12.3)."""
    suggestions: bool = False
    """A list of suggestions is open over the box; it would take Enter and Tab."""
    send: Button | None = None
    """The control that sends the content of the box."""
    editable: bool = False
    """There is an editable element that is not known as the compose box."""
    attach: Button | None = None
    """The control that opens the attach menu, and closes it."""
    quote: Quote | None = None
    """What the next message will quote; None if nothing."""
    unread_from: str = ""
    """Id of the first bubble below the line "N unread messages"; "" if there is no such line."""


@dataclass(frozen=True)
class ChatRow:
    """One chat of the list. ``preview`` is the beginning of its last message, "" if nothing is unread, no
    text is shown, or the message is ours.
    """

    title: str = field(repr=False)
    unread: int
    preview: str = field(repr=False, default="")
    unread_unknown: bool = False
    """A badge without a number: the chat was marked as unread by hand, or the page does not show the
    count."""
    author: str = field(repr=False, default="")
    """The author of the last message, if the row names one (in groups)."""
    draft: bool = False
    """The row shows an unsent text of ours."""
    group: bool = False
    """Whether the row shows that it is a group."""
