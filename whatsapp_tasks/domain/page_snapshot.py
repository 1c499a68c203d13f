"""What one look at the page found, and which kind of page it is. Facts in, verdict out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from whatsapp_tasks.domain.languages import is_supported
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
    """``text``, a kind of file, ``location``, ``contact``, ``deleted`` or ``unknown``."""
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


@dataclass(frozen=True)
class Button:
    """A control and its position on the page. ``closes``: it has the closing icon."""

    label: str
    x: float
    y: float
    closes: bool = False


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
class Dialog:
    """``texts``: names of the known texts in it."""

    title: str
    text: str = field(repr=False)
    buttons: tuple[Button, ...]
    texts: frozenset[str] = frozenset()

    @property
    def cross(self) -> Button | None:
        """The control that closes it, known by its icon; also works for dialogs with unknown words."""
        return next((button for button in self.buttons if button.closes), None)


@dataclass(frozen=True)
class Banner:
    """A banner in the left column. ``close`` is the control that removes it, if there is one."""

    text: str = field(repr=False)
    texts: frozenset[str]
    button: Button
    """Its only action, else the banner itself."""
    close: Button | None
    warns: bool = False
    """It has a warning icon."""
    harmless: bool = False
    """It has the icon of a banner that offers something."""
    turned: bool = False
    """It sets its own text direction: such a banner is about the page's language, in every language."""

    @property
    def is_trouble(self) -> bool:
        """Whether it may mean that the page is not connected; decided without words as far as possible.

        A banner that can be closed never does. An unknown one may (whatsapp-web.md, 11.2 and 11.7).
        """
        if self.close is not None or self.texts & _OTHER_BANNERS or (self.turned and self.warns):
            return False
        if self.warns or self.texts & _NOT_CONNECTED:
            return True
        return not self.harmless and not self.texts & _KNOWN_BANNERS


_NOT_CONNECTED = frozenset({"offline", "phone_offline", "connecting", "syncing"})
_OTHER_BANNERS = frozenset({"update_available", "notifications_off", "language_mismatch"})
_KNOWN_BANNERS = frozenset({"restricted", "new_chats_used_up", "ban", "temporary_ban"})


@dataclass(frozen=True)
class PhoneEntry:
    """The input for the phone number, before a pairing code."""

    text: str = field(repr=False)
    focused: bool
    x: float
    y: float
    next: Button | None


class PasskeyStep(StrEnum):
    """Where the ceremony is (whatsapp-web.md, 10.1)."""

    PROMPT = "prompt"
    PENDING = "pending"
    """The page has asked its browser for the passkey."""
    WAITING = "waiting"
    """For the phone."""
    CODE = "code"
    """A code to compare with the phone's."""
    ERROR = "error"
    """There was no passkey, or it was refused or too late; the step can be repeated or given up."""
    OTHER = "other"


PasskeyAction = Literal["continue", "confirm", "cancel"]
"""What a person may do at a step, by the page's own buttons."""


@dataclass(frozen=True)
class Passkey:
    """The screen on which WhatsApp asks for a passkey before a phone is linked. A control that is disabled
    or not there is None.
    """

    step: PasskeyStep
    code: str = field(repr=False)
    go: Button | None
    """Continue: the page then asks its browser for the passkey."""
    confirm: Button | None
    cancel: Button | None
    """Back to a QR code."""

    def button(self, action: str) -> Button | None:
        """The button for a ``PasskeyAction``; None if the step has none, or if there is no such action."""
        return {"continue": self.go, "confirm": self.confirm, "cancel": self.cancel}.get(action)


@dataclass(frozen=True)
class Compose:
    text: str = field(repr=False)
    focused: bool
    x: float
    y: float
    node: int = 0
    """As in ``Chat.nodes``."""


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


@dataclass(frozen=True)
class PageSnapshot:
    app: bool
    chat_pane: bool
    startup: bool
    online: bool
    ready: str
    era: str | None
    """For people and reports; it decides nothing."""
    qr: str | None = field(repr=False)
    qr_reload: Button | None
    """The control that asks for new QR codes; it appears once all are used up."""
    link_code: str | None = field(repr=False)
    link_by_phone: Button | None
    phone_entry: PhoneEntry | None
    landing: bool
    """The screen that asks to link a phone, even before it has a code."""
    screen: str = field(repr=False)
    buttons: tuple[Button, ...]
    dialogs: tuple[Dialog, ...]
    banners: tuple[Banner, ...]
    chat: Chat | None
    texts: frozenset[str]
    """Names of the known texts in dialogs, banners and full screens; chat content never counts."""
    rows: tuple[ChatRow, ...] | None = None
    """The rendered rows of the chat list, from the top; None in a look that did not ask for them."""
    document: str = ""
    """Identifies this page load."""
    language: str = ""
    """The language of the page's texts, as a tag like ``pt`` or ``pt-BR``; "" if it is unknown."""
    settled_language: str = ""
    """The language after the next load, as stored by the page itself; "" if it has stored none."""
    passkey: Passkey | None = None
    trouble_signs: frozenset[str] = frozenset()
    """Signs without words that the page is not well connected (whatsapp-web.md, 11.7), by name."""
    preview: Preview | None = None
    attach_menu: bool = False
    """The menu of the attach button is open."""
    message_menu: bool = False
    """The menu of a message is open, or another one of the kind."""
    file_notices: frozenset[str] = frozenset()
    """Names of the texts by which the page just now refuses a file; chat content never counts."""

    @property
    def attaching(self) -> bool:
        """Whether something of sending a file is open: a menu, a preview, the question about leaving it."""
        return self.preview is not None or self.attach_menu or popup_of(self) is Popup.DISCARD

    @property
    def trouble(self) -> bool:
        """Whether anything but words says that the page is not well connected."""
        return bool(self.trouble_signs) or any(banner.is_trouble for banner in self.banners)

    @property
    def language_supported(self) -> bool:
        """Whether all that is decided by words is known in the page's language."""
        return is_supported(self.language)

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> "PageSnapshot":
        """From what the scripts of ``browser/look`` return."""
        chat, entry = raw["chat"], raw["phone_entry"]
        return cls(
            app=raw["app"],
            chat_pane=raw["chat_pane"],
            startup=raw["startup"],
            online=raw["online"],
            ready=raw["ready"],
            era=raw["era"],
            qr=raw["qr"],
            qr_reload=_button(raw["qr_reload"]),
            link_code=raw["link_code"],
            link_by_phone=_button(raw["link_by_phone"]),
            phone_entry=PhoneEntry(
                entry["text"], entry["focused"], entry["x"], entry["y"], _button(entry["next"])
            )
            if entry
            else None,
            landing=raw["landing"],
            screen=raw["screen"],
            buttons=_buttons(raw["buttons"]),
            dialogs=tuple(
                Dialog(d["title"], d["text"], _buttons(d["buttons"]), frozenset(d["texts"]))
                for d in raw["dialogs"]
            ),
            banners=tuple(
                Banner(
                    b["text"],
                    frozenset(b["texts"]),
                    Button(b["text"], b["x"], b["y"]),
                    _button(b["close"]),
                    warns=b.get("warns", False),
                    harmless=b.get("harmless", False),
                    turned=b.get("turned", False),
                )
                for b in raw["banners"]
            ),
            chat=Chat(
                title=chat["title"],
                compose=Compose(**chat["compose"]) if chat["compose"] else None,
                notice=chat["notice"],
                bubbles=tuple(_bubble(bubble) for bubble in chat["bubbles"]),
                panel=chat["panel"],
                notice_texts=frozenset(chat.get("notice_texts", ())) & NOTICES,
                nodes=tuple(chat.get("nodes", (0, 0, 0))),
                suggestions=chat.get("suggestions", False),
                send=_button(chat.get("send")),
                editable=chat.get("editable", False),
                attach=_button(chat.get("attach")),
                quote=_quote(chat.get("quote")),
                unread_from=chat.get("unread_from", ""),
            )
            if chat
            else None,
            texts=frozenset(raw["texts"]),
            rows=None if raw.get("rows") is None else tuple(ChatRow(**row) for row in raw["rows"]),
            document=raw.get("document", ""),
            language=raw.get("language", ""),
            settled_language=raw.get("settled_language", ""),
            passkey=_passkey(raw.get("passkey")),
            trouble_signs=frozenset(raw.get("trouble", ())),
            preview=_preview(raw.get("preview")),
            attach_menu=raw.get("attach_menu", False),
            message_menu=raw.get("message_menu", False),
            file_notices=frozenset(raw.get("file_notices", ())),
        )


def _bubble(raw: Mapping[str, Any]) -> Bubble:
    file = raw.get("file")
    return Bubble(**{**raw, "file": BubbleFile(**file) if file else None})


@dataclass(frozen=True)
class Revealed:
    """After a chat was scrolled for one message: the message, if it is in view, and the oldest one there."""

    bubble: Bubble | None
    oldest: str


def revealed(raw: Mapping[str, Any]) -> Revealed:
    """From what ``browser/input/reveal.js`` returns."""
    return Revealed(_bubble(raw["bubble"]) if raw["bubble"] else None, str(raw["oldest"]))


def _quote(raw: Mapping[str, Any] | None) -> Quote | None:
    return Quote(raw["text"], raw["ours"], raw["media"], _button(raw["cancel"])) if raw else None


def _preview(raw: Mapping[str, Any] | None) -> Preview | None:
    if not raw:
        return None
    return Preview(
        tuple(raw["names"]),
        raw["count"],
        Compose(**raw["caption"]) if raw["caption"] else None,
        _button(raw["send"]),
        _button(raw["close"]),
    )


def _passkey(raw: Mapping[str, Any] | None) -> Passkey | None:
    if not raw:
        return None
    return Passkey(
        PasskeyStep(raw["step"]),
        raw["code"],
        _button(raw["continue"]),
        _button(raw["confirm"]),
        _button(raw["cancel"]),
    )


def _button(raw: Mapping[str, Any] | None) -> Button | None:
    return Button(raw["label"], raw["x"], raw["y"], raw.get("closes", False)) if raw else None


def _buttons(raw: Sequence[Mapping[str, Any]]) -> tuple[Button, ...]:
    return tuple(Button(b["label"], b["x"], b["y"], b.get("closes", False)) for b in raw)


class PageKind(StrEnum):
    LOADING = "loading"
    QR = "qr"
    QR_EXPIRED = "qr_expired"
    PHONE_ENTRY = "phone_entry"
    PAIRING_CODE = "pairing_code"
    PAIRING_EXPIRED = "pairing_expired"
    PASSKEY = "passkey"
    """WhatsApp asks for a passkey before it links the phone."""
    MAIN = "main"
    COVERED = "covered"
    """The chats, under an unknown dialog."""
    CONFLICT = "conflict"
    TEMPORARY_BAN = "temporary_ban"
    UNSUPPORTED_BROWSER = "unsupported_browser"
    SERVICE_UNAVAILABLE = "service_unavailable"
    CLIENT_EXPIRED = "client_expired"
    PROXY_BLOCKED = "proxy_blocked"
    DISK_FULL = "disk_full"
    LOGGING_OUT = "logging_out"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


# Recognised by their texts, in the app's own precedence; they take precedence over the chats. "Service
# unavailable" counts only without a chat list: with one it would be a notice.
_BEFORE_THE_CHATS = (
    ("temporary_ban", PageKind.TEMPORARY_BAN),
    ("client_expired", PageKind.CLIENT_EXPIRED),
    ("use_here", PageKind.CONFLICT),
    ("takeover", PageKind.CONFLICT),
)
_WITHOUT_CHATS = (
    ("unsupported", PageKind.UNSUPPORTED_BROWSER),
    ("proxy_blocked", PageKind.PROXY_BLOCKED),
    ("disk_full", PageKind.DISK_FULL),
    ("code_expired", PageKind.PAIRING_EXPIRED),
    ("logging_out", PageKind.LOGGING_OUT),
)


def kind_of(page: PageSnapshot) -> PageKind:
    """The kind of page, in the precedence of the app itself (docs/whatsapp-web.md, 1.1)."""
    if page.passkey is not None:
        return PageKind.PASSKEY
    if "service_unavailable" in page.texts and not page.chat_pane and "temporary_ban" not in page.texts:
        return PageKind.SERVICE_UNAVAILABLE
    for name, kind in _BEFORE_THE_CHATS:
        if name in page.texts:
            return kind
    if page.chat_pane:
        return PageKind.COVERED if popup_of(page) is Popup.OTHER else PageKind.MAIN
    return _kind_without_chats(page)


def _kind_without_chats(page: PageSnapshot) -> PageKind:  # noqa: PLR0911 - a row each
    if page.link_code:
        return PageKind.PAIRING_CODE
    if page.qr is not None:
        return _kind_of_code(page)
    for name, kind in _WITHOUT_CHATS:
        if name in page.texts:
            return kind
    if page.phone_entry is not None and not page.startup:
        return PageKind.PHONE_ENTRY
    if page.startup or page.ready == "loading" or not page.screen:
        return PageKind.LOADING
    if "offline" in page.texts:
        return PageKind.OFFLINE
    if "connecting" in page.texts or page.landing:
        return PageKind.LOADING
    return PageKind.UNKNOWN


def _kind_of_code(page: PageSnapshot) -> PageKind:
    """A QR code stays in the page when a control covers it: the one that asks for new codes, or the one that
    says that the page is offline, which takes precedence (whatsapp-web.md, 11.4).
    """
    if page.qr_reload is None:
        return PageKind.QR
    return PageKind.OFFLINE if "offline" in page.texts or not page.online else PageKind.QR_EXPIRED


class Popup(StrEnum):
    """The dialog over the main page."""

    NONE = "none"
    STARTING_CHAT = "starting_chat"
    INVALID_NUMBER = "invalid_number"
    WHATS_NEW = "whats_new"
    TOO_LONG = "too_long"
    DISCARD = "discard"
    """Asks whether to leave the preview of a file."""
    NOT_SENT = "not_sent"
    """Asks whether to send a failed message again; appears when its red mark is clicked."""
    CONNECTING = "connecting"
    RESTRICTION = "restriction"
    """Explains a lock that is also shown by banners or in place of compose boxes."""
    BAN = "ban"
    OTHER = "other"


NUISANCES = frozenset(
    {Popup.WHATS_NEW, Popup.INVALID_NUMBER, Popup.TOO_LONG, Popup.NOT_SENT, Popup.RESTRICTION}
)
"""Dialogs that are only informative: they are closed whenever they are in the way."""

_POPUPS = (
    ("starting_chat", Popup.STARTING_CHAT),
    ("invalid_number", Popup.INVALID_NUMBER),
    ("whats_new", Popup.WHATS_NEW),
    ("too_long", Popup.TOO_LONG),
    ("message_not_sent", Popup.NOT_SENT),
    ("discard_selection", Popup.DISCARD),
    ("ban", Popup.BAN),
    ("restricted", Popup.RESTRICTION),
    ("new_chats_used_up", Popup.RESTRICTION),
    ("connecting", Popup.CONNECTING),
)


def popup_of(page: PageSnapshot) -> Popup:
    """The topmost dialog, recognised by its texts: "Starting chat" and the error popup differ only in
    them.
    """
    if not page.dialogs:
        return Popup.NONE
    for name, popup in _POPUPS:
        if name in page.dialogs[-1].texts:
            return popup
    return Popup.OTHER


TICK_STATUS: dict[str, Status] = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "failed": Status.FAILED,
}
"""A pending tick has no status of its own: the message is still ``sending``."""
