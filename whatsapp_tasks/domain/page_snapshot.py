"""What one look at the page found, and what kind of page it is. Facts in, verdict out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from whatsapp_tasks.domain.phones import digits
from whatsapp_tasks.domain.statuses import Status


@dataclass(frozen=True)
class Bubble:
    """One message in the open chat. ``text`` is None where the row has none or was emptied off-screen."""

    id: str
    outgoing: bool | None
    text: str | None = field(repr=False, default=None)
    tick: str | None = None
    chat: str | None = field(repr=False, default=None)
    """Digits of the chat's phone, where the id carries them (E1, E2)."""


@dataclass(frozen=True)
class Button:
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class Dialog:
    title: str
    text: str = field(repr=False)
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Compose:
    text: str = field(repr=False)
    focused: bool
    x: float
    y: float


@dataclass(frozen=True)
class Chat:
    title: str = field(repr=False)
    compose: Compose | None
    footer: str = field(repr=False)
    """What stands in the place of the compose box, if anything."""
    bubbles: tuple[Bubble, ...]
    panel: bool

    def is_with(self, phone: str, known_title: str | None) -> bool:
        """Whether the header (or an id that carries the phone) says that this is the chat with ``phone``."""
        wanted = digits(phone)
        if self.bubbles and all(bubble.chat is not None for bubble in self.bubbles):
            return all(bubble.chat == wanted for bubble in self.bubbles)
        if digits(self.title) == wanted:
            return True
        return known_title is not None and self.title == known_title


@dataclass(frozen=True)
class PageSnapshot:
    app: bool
    chat_pane: bool
    startup: bool
    online: bool
    ready: str
    era: str | None
    qr: str | None = field(repr=False)
    qr_expired: bool
    link_code: str | None = field(repr=False)
    screen: str = field(repr=False)
    buttons: tuple[Button, ...]
    dialogs: tuple[Dialog, ...]
    banners: tuple[str, ...]
    chat: Chat | None
    texts: frozenset[str]
    """Names of the known texts that dialogs, banners and full screens show; chat content never counts."""

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> "PageSnapshot":
        """From what ``browser/snapshot.js`` returns."""
        chat = raw["chat"]
        return cls(
            app=raw["app"],
            chat_pane=raw["chat_pane"],
            startup=raw["startup"],
            online=raw["online"],
            ready=raw["ready"],
            era=raw["era"],
            qr=raw["qr"],
            qr_expired=raw["qr_expired"],
            link_code=raw["link_code"],
            screen=raw["screen"],
            buttons=_buttons(raw["buttons"]),
            dialogs=tuple(Dialog(d["title"], d["text"], _buttons(d["buttons"])) for d in raw["dialogs"]),
            banners=tuple(raw["banners"]),
            chat=Chat(
                title=chat["title"],
                compose=Compose(**chat["compose"]) if chat["compose"] else None,
                footer=chat["footer"],
                bubbles=tuple(Bubble(**bubble) for bubble in chat["bubbles"]),
                panel=chat["panel"],
            )
            if chat
            else None,
            texts=frozenset(raw["texts"]),
        )


def _buttons(raw: Sequence[Mapping[str, Any]]) -> tuple[Button, ...]:
    return tuple(Button(b["label"], b["x"], b["y"]) for b in raw)


class PageKind(StrEnum):
    LOADING = "loading"
    QR = "qr"
    QR_EXPIRED = "qr_expired"
    PAIRING_CODE = "pairing_code"
    MAIN = "main"
    CONFLICT = "conflict"
    TEMPORARY_BAN = "temporary_ban"
    UNSUPPORTED_BROWSER = "unsupported_browser"
    SERVICE_UNAVAILABLE = "service_unavailable"
    CLIENT_EXPIRED = "client_expired"
    LOGGING_OUT = "logging_out"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


def kind_of(page: PageSnapshot) -> PageKind:  # noqa: PLR0911 - the page's own precedence, a row each
    """The kind of page, in the precedence of the app itself (docs/whatsapp-web.md, 1.1)."""
    if "temporary_ban" in page.texts:
        return PageKind.TEMPORARY_BAN
    if "service_unavailable" in page.texts and not page.chat_pane:
        return PageKind.SERVICE_UNAVAILABLE
    if "client_expired" in page.texts:
        return PageKind.CLIENT_EXPIRED
    if "use_here" in page.texts:
        return PageKind.CONFLICT
    if page.chat_pane:
        return PageKind.MAIN
    if page.link_code:
        return PageKind.PAIRING_CODE
    if page.qr is not None:
        return PageKind.QR_EXPIRED if page.qr_expired else PageKind.QR
    if "unsupported" in page.texts:
        return PageKind.UNSUPPORTED_BROWSER
    if "logging_out" in page.texts:
        return PageKind.LOGGING_OUT
    if page.startup or page.ready == "loading" or not page.screen:
        return PageKind.LOADING
    if "offline" in page.texts:
        return PageKind.OFFLINE
    if "connecting" in page.texts:
        return PageKind.LOADING
    return PageKind.UNKNOWN


class Popup(StrEnum):
    """What stands over the main page."""

    NONE = "none"
    STARTING_CHAT = "starting_chat"
    INVALID_NUMBER = "invalid_number"
    WHATS_NEW = "whats_new"
    OTHER = "other"


def popup_of(page: PageSnapshot) -> Popup:
    """ "Starting chat" offers only Cancel, the error popup only OK; both are told by their texts."""
    if not page.dialogs:
        return Popup.NONE
    for name, popup in (
        ("starting_chat", Popup.STARTING_CHAT),
        ("invalid_number", Popup.INVALID_NUMBER),
        ("whats_new", Popup.WHATS_NEW),
    ):
        if name in page.texts:
            return popup
    return Popup.OTHER


TICK_STATUS: dict[str, Status] = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "failed": Status.FAILED,
}
"""Pending has no status of its own: the message is still ``sending``."""
