"""Looks at a page, made up for tests."""

from tests.unit.whatsapp_tasks.domain.test_page_snapshot import page

__all__ = ["BAN_DIALOG", "BAN_SCREEN", "LOADING", "MAIN", "QR", "UNKNOWN", "page"]

MAIN = page(chat_pane=True)
UNKNOWN = page()
LOADING = page(startup=True)
QR = page(qr="2@abc")
BAN_SCREEN = page("ban")
BAN_DIALOG = page("ban", chat_pane=True)
