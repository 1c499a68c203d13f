"""Linking a phone by a pairing code, and ending the link: steps in the page that a person asked for.

docs/whatsapp-web.md, 1.3 (codes) and 1.6 (logout).
"""

import logging

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_controls import PhoneEntry
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.states import PASSKEY_REQUIRED
from whatsapp_tasks.errors import RequestRefused, WaitTimeout

log = logging.getLogger(__name__)

LOGOUT_SECONDS = 20.0

_REFUSALS = {
    "phone_refused": ("phone_invalid", "WhatsApp says that this is no valid phone number."),
    "too_many_attempts": (
        "too_many_attempts",
        "WhatsApp allows no more attempts to link a phone for now; try again later, or scan the QR code.",
    ),
    "limited_availability": (
        "pairing_unavailable",
        "WhatsApp offers no linking by code here and now; scan the QR code.",
    ),
    "something_wrong": ("pairing_failed", "WhatsApp says that something went wrong; try again."),
    "code_expired": ("code_expired", "The code expired; ask for another."),
}
_ON_THE_WAY = frozenset({PageKind.PHONE_ENTRY, PageKind.PAIRING_CODE, PageKind.PAIRING_EXPIRED})


def request_pairing_code(page: WhatsAppPage, phone: str, deadline: Deadline) -> str:
    """The code of eight characters that ``phone`` asks for; the page goes on showing it.

    Raises RequestRefused saying why there is none, and the page's BrowserErrors.
    """
    kind = kind_of(page.look(deadline))
    if kind is PageKind.PASSKEY:
        raise RequestRefused(
            PASSKEY_REQUIRED,
            "WhatsApp asks for a passkey on this page; confirm or cancel that first.",
            http_status=409,
        )
    try:
        if kind in _ON_THE_WAY:
            page.open(deadline)  # somebody asked before: from the start, so that no old code is taken
        entry = _entry(page, deadline)
        page.enter_phone(entry, phone, deadline)
        entry = page.until(lambda s: _ready(s, phone), deadline)
        if entry.next is None:
            raise RequestRefused("pairing_failed", "There is no Next button after the phone number.")
        page.press(entry.next, deadline)
        return page.until(_code, deadline)
    except RequestRefused:
        _back(page)
        raise
    except WaitTimeout as error:
        _back(page)
        raise RequestRefused(
            "pairing_failed", "The page did not show a code in time; try again, or scan the QR code."
        ) from error


def _entry(page: WhatsAppPage, deadline: Deadline) -> PhoneEntry:
    snapshot = page.until(lambda s: s if s.link_by_phone or s.phone_entry or s.chat_pane else None, deadline)
    if snapshot.chat_pane:
        raise RequestRefused("account_linked", "A phone is linked already; log out first.", http_status=409)
    if snapshot.phone_entry is None:
        assert snapshot.link_by_phone is not None
        page.press(snapshot.link_by_phone, deadline)
    return page.until(lambda s: s.phone_entry, deadline)


def _ready(snapshot: PageSnapshot, phone: str) -> PhoneEntry | None:
    """The box once it holds the number, however the page writes it."""
    entry = snapshot.phone_entry
    digits = "".join(c for c in phone if c.isdigit())
    held = "".join(c for c in entry.text if c.isdigit()) if entry else ""
    # A page that moves the country code into its selector keeps the rest.
    return entry if held and digits.endswith(held) else None


def _code(snapshot: PageSnapshot) -> str | None:
    if snapshot.link_code:
        return snapshot.link_code.replace(",", "")
    for name, (code, message) in _REFUSALS.items():
        if name in snapshot.texts:
            raise RequestRefused(code, message, http_status=429 if code == "too_many_attempts" else 409)
    return None


def _back(page: WhatsAppPage) -> None:
    """To the QR code, by the one way that is there in every state."""
    page.open(Deadline.within(LOGOUT_SECONDS))


def log_out(page: WhatsAppPage) -> bool:
    """Logs the account out by the menu of the page. False where the page does not offer it.

    That menu is described by no source we have (docs/whatsapp-web.md): it is known by its words alone, and
    only this use case, which a person asks for, presses a control that says "Log out".
    """
    deadline = Deadline.within(LOGOUT_SECONDS)
    try:
        for selector in ("menu_button", "menu_item"):
            wanted = None if selector == "menu_button" else "log_out"
            page.press(page.until_control(selector, wanted, deadline.capped(LOGOUT_SECONDS / 4)), deadline)
        page.until(lambda s: _confirm(page, s, deadline), deadline)
    except WaitTimeout:
        return False
    return True


def _confirm(page: WhatsAppPage, snapshot: PageSnapshot, deadline: Deadline) -> bool | None:
    """Answers the question whether to log out; True once the chats are gone."""
    if not snapshot.chat_pane:
        return True
    for dialog in snapshot.dialogs:
        for button in reversed(dialog.buttons):
            if "log_out" in page.names_of(button.label):
                page.press(button, deadline)
                return None
    return None
