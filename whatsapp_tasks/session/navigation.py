"""Asks the page for the chat with a phone, and reads from it what has become of that."""

import logging

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.files_shown import is_attaching
from whatsapp_tasks.domain.open_chat import ChatMark, Opening, judge_opening, mark_of
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import NUISANCES, popup_of
from whatsapp_tasks.errors import SendPostponed, WaitTimeout
from whatsapp_tasks.session.attempt_evidence import take_picture
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.putting_away import closing_button, put_away
from whatsapp_tasks.session.waits import until_in_main

log = logging.getLogger(__name__)

INSIDE_SECONDS = 15.0
"""For the running app to open a chat, before the page is loaded again: mean 5 s, up to 9 s seen."""
SURE_SECONDS = 1.0
"""A chat that names another number, or has no compose box yet, may be one on the way to the right one, and a
dialog one that is gone in a moment."""
DISMISS_SECONDS = 5.0
LEAVE_SECONDS = 10.0

Opened = tuple[Opening, PageSnapshot]


def navigate(
    context: AccountContext, page: WhatsAppPage, phone: str, *, fresh: bool, deadline: Deadline
) -> Opened:
    """Asks the page for the chat with ``phone`` and returns what has become of it."""
    if not fresh:
        inside = _navigate_inside(context, page, phone, deadline)
        if inside is not None:
            return inside
    context.opened = None
    page.open_chat_by_url(phone, deadline)
    try:
        return _outcome(page, phone, None, deadline)
    except WaitTimeout as error:
        take_picture(context, "chat_not_opened")
        page.open(Deadline.within(context.settings.boot_timeout_seconds))  # it shall not open later
        raise SendPostponed("chat_not_opened", "The chat did not open in time.") from error


def _navigate_inside(
    context: AccountContext, page: WhatsAppPage, phone: str, deadline: Deadline
) -> Opened | None:
    """None when only a full load can identify the chat."""
    before = until_main(context, page, deadline)
    if is_attaching(before):  # an attempt that died, or somebody by hand, has left it
        put_away(context, page)
        before = until_main(context, page, deadline)
    if kind_of(before) is PageKind.COVERED:
        return Opening.GONE, before
    if popup_of(before) in NUISANCES:
        dismiss(page, before, deadline)
    opened, context.opened = context.opened, None
    if opened is not None and opened.is_with(phone):
        if opened.holds_in(before):
            context.opened = opened
            return judge_opening(before, phone, None) or Opening.BARE, before
        return None  # it is open under another title: asked for again it would not move
    if context.unanswered == before.document:
        return None
    try:
        found = ask_inside(context, page, phone, before, deadline.capped(INSIDE_SECONDS))
    except WaitTimeout:
        log.info("Reloading to identify the chat", extra={"account": context.account})
        return None
    if found[0] is Opening.INVALID and opened is not None and opened.holds_in(found[1]):
        context.opened = opened  # the popup answered, over a chat of which no node was replaced
    return found


def until_main(context: AccountContext, page: WhatsAppPage, deadline: Deadline) -> PageSnapshot:
    """The page once it shows the chats. Raises SendPostponed, WaitTimeout."""
    return until_in_main(
        page,
        _is_main,
        deadline.capped(context.settings.boot_timeout_seconds),
        SendPostponed("page_not_ready", "The page does not show the chats."),
    )


def ask_inside(
    context: AccountContext, page: WhatsAppPage, phone: str, before: PageSnapshot, deadline: Deadline
) -> Opened:
    """Asks the running page for the chat. Raises WaitTimeout: then nothing else may be asked of this load."""
    context.unanswered = before.document
    page.open_chat_inside(phone, deadline)
    found = _outcome(page, phone, mark_of(before), deadline)
    if found[0] not in (Opening.COVERED, Opening.GONE, Opening.NUISANCE):
        context.unanswered = ""
    return found


def _outcome(page: WhatsAppPage, phone: str, before: ChatMark | None, deadline: Deadline) -> Opened:
    """What the page shows once it is settled. Raises WaitTimeout."""
    in_passing = (Opening.WRONG, Opening.BARE, Opening.COVERED)

    def seen(snapshot: PageSnapshot) -> Opened | None:
        outcome = judge_opening(snapshot, phone, before)
        return None if outcome is None else (outcome, snapshot)

    def other(snapshot: PageSnapshot) -> Opened | None:
        found = seen(snapshot)
        return None if found is None or found[0] in in_passing else found

    found = page.until(seen, deadline)
    if found[0] not in in_passing:
        return found
    try:
        return page.until(other, Deadline.within(SURE_SECONDS))
    except WaitTimeout:
        return page.until(seen, deadline)


def leave_chat(context: AccountContext, page: WhatsAppPage) -> None:
    """Leaves the open chat for the one with oneself, which nobody else writes to; else by a full load.

    Never by Escape: on the screens that cover the page it runs "Log out" (docs/whatsapp-web.md, 11.3).
    """
    context.opened = None
    deadline = Deadline.within(LEAVE_SECONDS)
    own = page.own_phone(deadline)
    if own is not None:
        try:
            before = page.look(deadline)
            outcome, snapshot = ask_inside(context, page, own, before, deadline)
        except WaitTimeout:
            pass
        else:
            if outcome is Opening.OPEN:
                return
            if outcome in (Opening.INVALID, Opening.NUISANCE):
                dismiss(page, snapshot, Deadline.within(DISMISS_SECONDS))
    page.open(Deadline.within(context.settings.boot_timeout_seconds))


def _is_main(snapshot: PageSnapshot) -> PageSnapshot | None:
    return snapshot if kind_of(snapshot) in (PageKind.MAIN, PageKind.COVERED) else None


def dismiss(page: WhatsAppPage, snapshot: PageSnapshot, deadline: Deadline) -> None:
    """Closes the topmost dialog, one of NUISANCES, by its cross, else by its last safe button."""
    button = closing_button(page, snapshot.dialogs[-1]) if snapshot.dialogs else None
    if button is None:
        return
    count = len(snapshot.dialogs)
    page.press(button, deadline)
    try:
        page.until(lambda s: True if len(s.dialogs) < count else None, deadline.capped(DISMISS_SECONDS))
    except WaitTimeout as error:
        raise SendPostponed("dialog_stays", "A dialog covers the page and does not go away.") from error
