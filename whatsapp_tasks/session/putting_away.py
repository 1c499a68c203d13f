"""Closes what lies over the chats: dialogs, and what is open of attaching a file."""

import logging

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.files_shown import is_attaching
from whatsapp_tasks.domain.page_controls import Button, Dialog
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import NUISANCES, Popup, popup_of
from whatsapp_tasks.errors import WaitTimeout
from whatsapp_tasks.session.context import AccountContext

log = logging.getLogger(__name__)

NEVER_PRESSED = frozenset({"log_out", "try_again"})
"""Controls that undo the link, or send a failed message a second time."""
PUT_AWAY_SECONDS = 15.0
STEP_SECONDS = 3.0
"""From a press to what it changes."""


def closing_button(page: WhatsAppPage, dialog: Dialog) -> Button | None:
    """The control that takes the dialog away, never one that says "Log out" or "Try again"."""
    safe = [button for button in dialog.buttons if not page.names_of(button.label) & NEVER_PRESSED]
    return next((button for button in safe if button.closes), safe[-1] if safe else None)


def put_away(context: AccountContext, page: WhatsAppPage) -> None:
    """Closes what is open of attaching a file, by the page's own buttons; else by a full load. Never by
    Escape: a second one leaves the question about discarding lying over the page (docs/whatsapp-web.md,
    10.8).
    """
    deadline = Deadline.within(PUT_AWAY_SECONDS)
    snapshot = page.look(deadline)
    while is_attaching(snapshot) and not deadline.passed:
        button = _way_out(page, snapshot)
        if button is None:
            break
        page.press(button, deadline)
        before = _stage(snapshot)
        try:
            snapshot = page.until(
                lambda s, before=before: s if _stage(s) != before else None,  # type: ignore[misc]
                deadline.capped(STEP_SECONDS),
            )
        except WaitTimeout:
            break
    if is_attaching(snapshot):
        log.warning("A preview could not be closed: the page is loaded again")
        context.opened = None
        page.open(Deadline.within(context.settings.boot_timeout_seconds))


def _stage(snapshot: PageSnapshot) -> tuple[Popup, bool, bool]:
    return popup_of(snapshot), snapshot.preview is not None, snapshot.attach_menu


def _way_out(page: WhatsAppPage, snapshot: PageSnapshot) -> Button | None:
    """The next button to press on the way out; None if it is not found, or something else covers it."""
    popup = popup_of(snapshot)
    if popup is Popup.DISCARD:
        buttons = snapshot.dialogs[-1].buttons
        return next((button for button in buttons if "discard" in page.names_of(button.label)), None)
    if popup in NUISANCES:
        return closing_button(page, snapshot.dialogs[-1])
    if popup is not Popup.NONE:
        return None
    if snapshot.preview is not None:
        return snapshot.preview.close
    return snapshot.chat.attach if snapshot.chat else None
