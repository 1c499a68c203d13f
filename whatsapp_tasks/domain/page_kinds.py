"""Which kind of page a look found."""

from enum import StrEnum

from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of


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
