"""Looks at a page, made up for tests."""

from typing import Any

from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.raw_snapshot import page_snapshot_from

RAW: dict[str, Any] = {
    "app": True,
    "chat_pane": False,
    "startup": False,
    "online": True,
    "ready": "complete",
    "era": None,
    "qr": None,
    "qr_reload": None,
    "link_code": None,
    "link_by_phone": None,
    "phone_entry": None,
    "landing": False,
    "screen": "something",
    "buttons": [],
    "dialogs": [],
    "banners": [],
    "chat": None,
    "texts": [],
    "language": "en",
}
OK = {"label": "OK", "x": 1, "y": 2}
DIALOG: dict[str, Any] = {"title": "", "text": "…", "buttons": [OK], "texts": []}


def page(*texts: str, **changes: Any) -> PageSnapshot:
    return page_snapshot_from({**RAW, "texts": list(texts), **changes})


MAIN = page(chat_pane=True)
UNKNOWN = page()
LOADING = page(startup=True)
QR = page(qr="2@abc")
PASSKEY = page(
    passkey={
        **{"step": "prompt", "code": "", "continue": {**OK, "label": "Go"}},
        **{"confirm": None, "cancel": {**OK, "label": "No"}},
    }
)
BAN_SCREEN = page("ban")
BAN_DIALOG = page("ban", chat_pane=True)
