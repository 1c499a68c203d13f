"""Which phone's chat is open, and how that is known.

A chat is identified by how it was opened, not by its title: contacts choose their titles, and may use another
person's number. A chat without a phone is found by its title, and proved by its ids or known bubbles
(``domain/chats.is_proved``). A chat belongs to a phone because the page was asked for this phone and then
showed new nodes, or because the ids of its bubbles carry the phone (E1, E2). (docs/whatsapp-web.md, 11.6 and
12.3: switching the chat replaces the header, the footer and the list of messages; opening the same chat again
keeps them.) This holds until any of these nodes is replaced. A title that is another number is a warning
sign; no title is proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Chat, Quote
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.phones import is_number, same_number
from whatsapp_tasks.domain.popups import NUISANCES, Popup, popup_of
from whatsapp_tasks.domain.recipients import Recipient


@dataclass(frozen=True)
class ChatMark:
    """What stays the same while one chat is open in one load of the page.

    ``document`` names the load, ``nodes`` number the elements of the chat, its header and its footer.
    """

    document: str
    nodes: tuple[int, int, int]
    title: str = field(repr=False)
    quote: Quote | None = None
    """What must stand armed over the box when something is typed or sent; None: nothing."""

    def is_same_chat(self, other: "ChatMark") -> bool:
        """Ignores the header: it is also replaced, with the same title, when its contact has loaded."""
        (chat, _, footer), (other_chat, _, other_footer) = self.nodes, other.nodes
        return (self.document, self.title, chat, footer) == (
            other.document,
            other.title,
            other_chat,
            other_footer,
        )

    def moved_to(self, other: "ChatMark") -> bool:
        """Whether the page switched from this chat to ``other``: the chat is new, or both its header and its
        footer are. Either of the two alone may be replaced for other reasons.
        """
        chat, header, footer = (one != now for one, now in zip(self.nodes, other.nodes, strict=True))
        return self.document != other.document or chat or (header and footer)


def mark_of(snapshot: PageSnapshot) -> ChatMark | None:
    """The mark of the open chat; None if no chat is open."""
    chat = snapshot.chat
    return ChatMark(snapshot.document, chat.nodes, chat.title) if chat is not None else None


@dataclass(frozen=True)
class OpenChat:
    """The chat with ``phone`` (E.164), to which this worker navigated; or, without a phone, the chat of ours
    with the id ``chat``, opened by its title and proved by what it shows (``domain/chats.is_proved``).
    """

    phone: str | None = field(repr=False)
    mark: ChatMark
    chat: str | None = None

    def holds_in(self, snapshot: PageSnapshot) -> bool:
        """Whether it is still the open chat, and none of its nodes was replaced."""
        mark = mark_of(snapshot)
        return mark is not None and self.mark.is_same_chat(mark)

    def replying(self, quote: Quote) -> "OpenChat":
        """The same chat, for a message that quotes this."""
        return replace(self, mark=replace(self.mark, quote=quote))

    def is_with(self, phone: str) -> bool:
        return self.is_of(Recipient(phone))

    def is_of(self, recipient: Recipient) -> bool:
        return Recipient(self.phone, self.chat).is_same(recipient)


@dataclass(frozen=True)
class ShownChat:
    """A chat that was open in this load of the page: the number of its element, as in ``ChatMark.nodes``, and
    the ids of the bubbles that were shown there, in their order.
    """

    node: int
    title: str = field(repr=False)
    bubbles: tuple[str, ...] = ()


def phone_of_ids(bubbles: Sequence[Bubble]) -> str | None:
    """Digits of the phone that the ids of all ``bubbles`` carry; None unless there is exactly one."""
    chats = {bubble.chat for bubble in bubbles}
    return chats.pop() if len(chats) == 1 else None


def ids_contradict(bubbles: Sequence[Bubble], phone: str) -> bool:
    """Whether the id of any bubble carries another phone."""
    return any(bubble.chat is not None and not same_number(bubble.chat, phone) for bubble in bubbles)


class Opening(StrEnum):
    """The result of asking the page for a chat."""

    OPEN = "open"
    BARE = "bare"  # open, without a compose box and without a notice instead
    WRONG = "wrong"  # open, but its ids or its title name another number
    INVALID = "invalid"  # the invalid-number popup, which is also shown for a failed query
    NUISANCE = "nuisance"  # a dialog that is only informative
    COVERED = "covered"  # an unknown dialog
    GONE = "gone"  # the page does not show the chats any more


def judge_opening(  # noqa: PLR0911 - a row for each thing the page may show
    snapshot: PageSnapshot, phone: str, before: ChatMark | None
) -> Opening | None:
    """What the page shows after it was asked for the chat with ``phone``; None if that is not decided yet.

    ``before``: the chat that was open when the page was asked; None if there was none, or if the page was
    loaded for this phone.
    """
    kind = kind_of(snapshot)
    if kind is PageKind.LOADING:
        return None
    if kind is PageKind.COVERED:
        return Opening.COVERED
    if kind is not PageKind.MAIN:
        return Opening.GONE
    popup = popup_of(snapshot)
    if popup is Popup.INVALID_NUMBER:
        return Opening.INVALID
    if popup is not Popup.NONE:
        return Opening.NUISANCE if popup in NUISANCES else None
    chat, mark = snapshot.chat, mark_of(snapshot)
    if chat is None or mark is None or not chat.title or not chat.panel:
        return None
    carried = phone_of_ids(chat.bubbles)
    proved = carried is not None and same_number(carried, phone)
    if not proved and before is not None and not before.moved_to(mark):
        return None
    if ids_contradict(chat.bubbles, phone) or (not proved and _names_another(chat, phone)):
        return Opening.WRONG
    return Opening.OPEN if chat.compose is not None or chat.notice else Opening.BARE


def _names_another(chat: Chat, phone: str) -> bool:
    return is_number(chat.title) and not same_number(chat.title, phone)
