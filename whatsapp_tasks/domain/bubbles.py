"""Messages of the open chat, as the page shows them."""

from dataclasses import dataclass, field
from typing import Literal

from whatsapp_tasks.domain.statuses import Status


@dataclass(frozen=True)
class BubbleFile:
    """What a bubble shows of a file (docs/whatsapp-web.md, 10.8 and 12.4)."""

    kind: str
    """``image``, ``video``, ``audio``, ``document``, ``sticker`` or ``album``."""
    name: str = field(repr=False, default="")
    """Of documents only."""
    size: str = ""
    """As the page writes it, of documents only: ``60 kB``."""
    upload: Literal["", "running", "stopped"] = ""
    """``stopped``: the bubble offers to try again."""
    percent: int | None = None
    """How far a running upload is, where the page shows it."""
    offered: bool = False
    """The page has not loaded it, and offers to (12.14)."""


@dataclass(frozen=True)
class Bubble:
    """One message in the open chat, as the page shows it."""

    id: str
    outgoing: bool | None
    """None if the page does not show it: a missing receipt is no sign."""
    text: str | None = field(repr=False, default=None)
    """Its own text, without the quotation; None if the row has no text or was emptied off-screen."""
    tick: str | None = None
    """``failed`` only on ours: on theirs the same mark may mean a failed reaction or picture."""
    chat: str | None = field(repr=False, default=None)
    """Digits of the chat's phone, if the id carries them (E1, E2)."""
    folded: bool = False
    """The rest is hidden by "Read more"; ``text`` is the shown beginning, without the ellipsis."""
    edited: bool = False
    """It was changed after it was sent, so its text need not be what was typed."""
    quoted: str | None = field(repr=False, default=None)
    """The text of the message that it quotes, "" if that has no text; None if it quotes nothing."""
    file: BubbleFile | None = None
    """None for a text, and for a row that was emptied off-screen."""
    counted: bool = False
    """An album's row only counts it: neither it nor its tick is shown there (whatsapp-web.md, 12.12)."""
    listed_tick: str | None = None
    """For the newest message of the chat, if it is only counted: the tick in the chat list. For a moment that
    may still be the tick of the message before."""
    kind: str = "text"
    """``text``, a kind of file, ``location``, ``contact``, ``deleted``, ``notice`` (words of the page between
    the messages) or ``unknown``."""
    author: str = field(repr=False, default="")
    """The name that the page puts before its text; in a chat with one person, theirs or our own."""
    shown_at: str = ""
    """Its time in the page's own words, with the date where the bubble has a text."""
    whatsapp_id: str | None = field(repr=False, default=None)
    """WhatsApp's id of the chat where the bubble's id carries one without a phone (E1, E2): a group, ``@lid``
    or a channel."""
    quoted_author: str = field(repr=False, default="")
    emptied: bool = False
    """The row is out of sight and has lost its content (whatsapp-web.md, 12.4)."""
    remarked: bool = False
    """Words stand beside its time: in some language they say that it was edited."""


def is_message(bubble: Bubble) -> bool:
    """Whether somebody wrote it; else it is a notice of the page."""
    return bubble.kind != "notice"


@dataclass(frozen=True)
class Revealed:
    """After a chat was scrolled for one message: the message, if it is in view, and the oldest one there."""

    bubble: Bubble | None
    oldest: str


TICK_STATUS: dict[str, Status] = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "failed": Status.FAILED,
}
"""A pending tick has no status of its own: the message is still ``sending``."""
