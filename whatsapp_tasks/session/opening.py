"""Opens the chat with a phone, and makes sure that it is this chat."""

import logging
import time
from typing import Literal

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_snapshot import Chat, PageKind, PageSnapshot, Popup, kind_of, popup_of
from whatsapp_tasks.errors import SendPostponed, SendRefused, WaitTimeout
from whatsapp_tasks.session.context import AccountContext

log = logging.getLogger(__name__)

INSIDE_SECONDS = 15.0
"""For the running app to open a chat, before the page is loaded anew: mean 5 s, up to 9 s seen."""
DISMISS_SECONDS = 5.0

Outcome = Literal["open", "invalid", "nuisance", "gone"]


def open_chat(context: AccountContext, page: WhatsAppPage, phone: str, *, fresh: bool = False) -> Chat:
    """The open chat with ``phone``, its header checked. ``fresh`` loads the page anew.

    Raises SendRefused (``not_on_whatsapp``), SendPostponed, and the page's BrowserErrors; nothing was typed.
    """
    deadline = Deadline.within(context.settings.open_chat_timeout_seconds)
    known_title = context.sessions.chat_title(phone)
    invalid_before = False
    while True:
        outcome, snapshot = _navigate(context, page, phone, known_title, fresh=fresh, deadline=deadline)
        if outcome == "open":
            chat = snapshot.chat
            assert chat is not None
            if fresh and chat.title != known_title:
                # After a full load nothing else can be open: this title belongs to this phone.
                context.sessions.learn_chat_title(phone, chat.title)
            return chat
        if outcome == "gone":
            raise SendPostponed("page_not_ready", "The page left its main state while a chat was opened.")
        dismiss(page, snapshot, deadline)
        if outcome == "invalid":
            if invalid_before:
                raise SendRefused("not_on_whatsapp", "This phone number is not on WhatsApp.")
            if not snapshot.online:
                raise SendPostponed("page_offline", "The page is offline; the number could not be looked up.")
            # A failed query shows the same popup as a wrong number: believed only when a second look agrees.
            invalid_before = True
            time.sleep(min(context.settings.popup_second_look_seconds, deadline.remaining()))


def _navigate(
    context: AccountContext,
    page: WhatsAppPage,
    phone: str,
    known_title: str | None,
    *,
    fresh: bool,
    deadline: Deadline,
) -> tuple[Outcome, PageSnapshot]:
    def judge(snapshot: PageSnapshot) -> tuple[Outcome, PageSnapshot] | None:
        return _judge(snapshot, phone, known_title, any_title=fresh)

    if not fresh:
        before = page.until(_is_main, deadline.capped(context.settings.boot_timeout_seconds))
        if popup_of(before) in (Popup.WHATS_NEW, Popup.INVALID_NUMBER):
            dismiss(page, before, deadline)
        elif before.chat is not None and _judge(before, phone, known_title, any_title=False) is not None:
            return "open", before
        page.open_chat_inside(phone, deadline)
        try:
            return page.until(judge, deadline.capped(INSIDE_SECONDS))
        except WaitTimeout:
            log.info(
                "The app did not open the chat; loading the page anew", extra={"account": context.account}
            )
    page.open_chat_by_url(phone, deadline)
    try:
        return page.until(lambda s: _judge(s, phone, known_title, any_title=True), deadline)
    except WaitTimeout as error:
        raise SendPostponed("chat_not_opened", "The chat did not open in time.") from error


def _judge(  # noqa: PLR0911 - a row for each thing the page may show
    snapshot: PageSnapshot, phone: str, known_title: str | None, *, any_title: bool
) -> tuple[Outcome, PageSnapshot] | None:
    """None: not settled yet."""
    kind = kind_of(snapshot)
    if kind is PageKind.LOADING:
        return None
    if kind is not PageKind.MAIN:
        return "gone", snapshot
    match popup_of(snapshot):
        case Popup.STARTING_CHAT:
            return None
        case Popup.INVALID_NUMBER:
            return "invalid", snapshot
        case Popup.WHATS_NEW:
            return "nuisance", snapshot
        case Popup.OTHER:
            return None  # not ours to answer: its buttons may well say "Log out"
    chat = snapshot.chat
    if chat is None or not chat.title or (chat.compose is None and not chat.footer):
        return None
    if any_title or chat.is_with(phone, known_title):
        return "open", snapshot
    return None


def _is_main(snapshot: PageSnapshot) -> PageSnapshot | None:
    return snapshot if kind_of(snapshot) is PageKind.MAIN else None


def dismiss(page: WhatsAppPage, snapshot: PageSnapshot, deadline: Deadline) -> None:
    """Closes a dialog that is known to be harmless by its last button (OK, Continue, Close)."""
    if not snapshot.dialogs or not snapshot.dialogs[-1].buttons:
        return
    count = len(snapshot.dialogs)
    page.press(snapshot.dialogs[-1].buttons[-1], deadline)
    try:
        page.until(lambda s: True if len(s.dialogs) < count else None, deadline.capped(DISMISS_SECONDS))
    except WaitTimeout as error:
        raise SendPostponed("dialog_stays", "A dialog covers the page and does not go away.") from error
