"""Opens the chat with a phone, and makes sure that it is this chat."""

import logging
import time
from typing import Literal

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_snapshot import (
    NUISANCES,
    Button,
    Chat,
    Dialog,
    PageKind,
    PageSnapshot,
    Popup,
    kind_of,
    popup_of,
)
from whatsapp_tasks.errors import SendPostponed, SendRefused, WaitTimeout
from whatsapp_tasks.session.context import AccountContext

log = logging.getLogger(__name__)

INSIDE_SECONDS = 15.0
"""For the running app to open a chat, before the page is loaded anew: mean 5 s, up to 9 s seen."""
NAME_SECONDS = 1.0
"""After another chat with a name has appeared, until it is taken for one that only a full load can tell."""
DISMISS_SECONDS = 5.0

Outcome = Literal["open", "named", "wrong", "invalid", "nuisance", "gone"]
Judgement = tuple[Outcome, PageSnapshot]
LOCKS = frozenset({"restricted", "new_chats_used_up"})


def open_chat(context: AccountContext, page: WhatsAppPage, phone: str, *, fresh: bool = False) -> Chat:
    """The open chat with ``phone``, its header checked. ``fresh`` loads the page anew.

    Raises SendRefused (``not_on_whatsapp``), SendPostponed, and the page's BrowserErrors; nothing was typed.
    """
    deadline = Deadline.within(context.settings.open_chat_timeout_seconds)
    invalid_before = False
    while True:
        outcome, snapshot = _navigate(context, page, phone, fresh=fresh, deadline=deadline)
        match outcome:
            case "open":
                chat = snapshot.chat
                assert chat is not None
                return chat
            case "gone":
                raise SendPostponed("page_not_ready", "The page left its main state while a chat was opened.")
            case "wrong":
                raise SendPostponed("wrong_chat", "WhatsApp opened the chat of another number.")
        dismiss(page, snapshot, deadline)
        if outcome == "invalid":
            if not snapshot.online or "offline" in snapshot.texts:
                raise SendPostponed("page_offline", "The page is offline; the number could not be looked up.")
            if invalid_before:
                raise SendRefused("not_on_whatsapp", "This phone number is not on WhatsApp.")
            # A failed query shows the same popup as a wrong number: believed only when a second look agrees.
            invalid_before = True
            time.sleep(min(context.settings.popup_second_look_seconds, deadline.remaining()))


def _navigate(
    context: AccountContext, page: WhatsAppPage, phone: str, *, fresh: bool, deadline: Deadline
) -> Judgement:
    if not fresh:
        inside = _navigate_inside(context, page, phone, deadline)
        if inside is not None:
            return inside
    page.open_chat_by_url(phone, deadline)
    try:
        outcome, snapshot = page.until(lambda s: judge_opening(s, phone, None, any_name=True), deadline)
    except WaitTimeout as error:
        raise SendPostponed("chat_not_opened", "The chat did not open in time.") from error
    title = _title(snapshot)
    if outcome == "open" and "unknown_number" not in page.names_of(title):
        # After a full load nothing else can be open: this title belongs to this phone.
        context.sessions.learn_chat_title(phone, title)
    return outcome, snapshot


def _navigate_inside(
    context: AccountContext, page: WhatsAppPage, phone: str, deadline: Deadline
) -> Judgement | None:
    """None when a full load has to tell."""
    known_title = context.sessions.chat_title(phone)
    before = page.until(_is_main, deadline.capped(context.settings.boot_timeout_seconds))
    if kind_of(before) is PageKind.COVERED:
        return "gone", before
    if popup_of(before) in NUISANCES:
        dismiss(page, before, deadline)
    elif before.chat is not None:
        now = judge_opening(before, phone, known_title)
        if now is not None and now[0] == "open":
            return now
    page.open_chat_inside(phone, deadline)
    title = before.chat.title if before.chat else ""

    def settled(snapshot: PageSnapshot) -> Judgement | None:
        now = judge_opening(snapshot, phone, known_title)
        # The chat from before, or another one on the way, is no answer yet.
        return _sure(now) if _title(snapshot) == title else now

    try:
        found = page.until(settled, deadline.capped(INSIDE_SECONDS))
        if found[0] in ("named", "wrong"):
            found = page.until(lambda s: _sure(settled(s)), deadline.capped(NAME_SECONDS))
    except WaitTimeout:
        log.info("Only a full load can tell the chat", extra={"account": context.account})
        return None
    return found


def _sure(judgement: Judgement | None) -> Judgement | None:
    return None if judgement is not None and judgement[0] in ("named", "wrong") else judgement


def judge_opening(  # noqa: PLR0911 - a row for each thing the page may show
    snapshot: PageSnapshot, phone: str, known_title: str | None, *, any_name: bool = False
) -> Judgement | None:
    """What has become of opening the chat with ``phone``; None: not settled yet.

    ``named``: a chat whose header bears a name that is not known to be this phone's. ``any_name``: it is.
    """
    kind = kind_of(snapshot)
    if kind in (PageKind.LOADING, PageKind.COVERED):
        return None  # a dialog nobody knows is not ours to answer: its buttons may well say "Log out"
    if kind is not PageKind.MAIN:
        return "gone", snapshot
    match popup_of(snapshot):
        case Popup.STARTING_CHAT | Popup.CONNECTING | Popup.BAN:
            return None
        case Popup.INVALID_NUMBER:
            return "invalid", snapshot
        case Popup.WHATS_NEW | Popup.TOO_LONG | Popup.RESTRICTION:
            return "nuisance", snapshot
    chat = snapshot.chat
    if chat is None or not chat.title:
        return None
    if chat.compose is None and not (chat.notice and snapshot.texts & LOCKS):
        return None
    if chat.is_with_another(phone):
        return "wrong", snapshot
    if any_name or chat.is_with(phone, known_title):
        return "open", snapshot
    return "named", snapshot


def _title(snapshot: PageSnapshot) -> str:
    return snapshot.chat.title if snapshot.chat else ""


def _is_main(snapshot: PageSnapshot) -> PageSnapshot | None:
    return snapshot if kind_of(snapshot) in (PageKind.MAIN, PageKind.COVERED) else None


def dismiss(page: WhatsAppPage, snapshot: PageSnapshot, deadline: Deadline) -> None:
    """Closes the topmost dialog, one of NUISANCES, by its cross, else by its last button (OK, Continue)."""
    button = closing_button(page, snapshot.dialogs[-1]) if snapshot.dialogs else None
    if button is None:
        return
    count = len(snapshot.dialogs)
    page.press(button, deadline)
    try:
        page.until(lambda s: True if len(s.dialogs) < count else None, deadline.capped(DISMISS_SECONDS))
    except WaitTimeout as error:
        raise SendPostponed("dialog_stays", "A dialog covers the page and does not go away.") from error


def closing_button(page: WhatsAppPage, dialog: Dialog) -> Button | None:
    """The control that takes the dialog away, never one that says "Log out" in a language we know."""
    safe = [button for button in dialog.buttons if "log_out" not in page.names_of(button.label)]
    return next((button for button in safe if button.closes), safe[-1] if safe else None)
