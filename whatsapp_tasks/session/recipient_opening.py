"""Opens the chat of a message's recipient: by its phone, or, where that is not known, by its row in the list.

A row has only a title, which others choose. So the chat that it opens is trusted only once it shows what
proves it (``domain/chats.is_proved``), and not at all where several rows have the title. Then it is as good
as one that was opened by its phone: until any of its nodes is replaced (``domain/open_chat.py``).
"""

import logging
import time

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_names import title_name
from whatsapp_tasks.domain.chat_rows import is_group, rows_titled
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.chats import ChatRecord, is_proved
from whatsapp_tasks.domain.notices import closed_by
from whatsapp_tasks.domain.open_chat import OpenChat, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import NUISANCES, popup_of
from whatsapp_tasks.domain.received_messages import sighting_of
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.errors import SendPostponed, SendRefused, WaitTimeout
from whatsapp_tasks.session.attempt_evidence import take_picture
from whatsapp_tasks.session.chat_reading import NotRead
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.navigation import dismiss, leave_chat, until_main
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.session.row_opening import open_row

log = logging.getLogger(__name__)

PROOF_SECONDS = 5.0
"""For the messages of an open chat to show, or older ones after scrolling up."""
MOST_PAGES = 10
"""How often a chat is scrolled up to find a message that is known."""
MOST_SCREENS = 200
"""Of the chat list that are looked through for a row: some 2,000 chats."""
LISTED_SECONDS = 5.0
"""For a page that was just loaded to list its chats."""
DRAWN_SECONDS = 0.3
"""After scrolling, for the rows to be drawn; the page ignores presses on them for half of that
(docs/whatsapp-web.md, 12.2)."""
SHOWN = 1000
"""Bubbles of the open chat that are looked at."""


def open_recipient(
    context: AccountContext, page: WhatsAppPage, recipient: Recipient, *, fresh: bool = False
) -> Chat:
    """The open chat of ``recipient``; ``context.opened`` says so too. ``fresh`` loads the page again.

    Raises what ``open_chat`` raises; without a phone SendRefused (``chat_ambiguous``) and SendPostponed
    (``chat_not_listed``, ``chat_not_proved``) too; nothing was typed.
    """
    if recipient.phone is not None:
        return open_chat(context, page, recipient.phone, fresh=fresh)
    record = context.chats.get(recipient.chat or "")
    if record is None:
        raise SendRefused("chat_not_listed", "Nothing is known of this chat any more.")
    if record.phone is not None:  # it was learned since
        return open_chat(context, page, record.phone, fresh=fresh)
    if fresh:
        context.opened = None
        page.open(Deadline.within(context.settings.boot_timeout_seconds))
    return _open_known(context, page, record)


def note_closed(context: AccountContext, recipient: Recipient, chat: Chat) -> None:
    """Whether anything can be written to a recipient without a phone, whose chat is open. Raises
    LeaseLost.
    """
    code = closed_by(chat)
    if recipient.phone is not None or recipient.chat is None or code is None:
        return
    record = context.chats.get(recipient.chat)
    if record is not None and (code or record.closed):
        context.chats.note_closed(record, code, context.now_ms(), context.lease.fence)


def _open_known(context: AccountContext, page: WhatsAppPage, record: ChatRecord) -> Chat:
    deadline = Deadline.within(context.settings.open_chat_timeout_seconds)
    try:
        before = until_main(context, page, deadline)
    except WaitTimeout as error:
        raise SendPostponed("page_not_ready", "The page does not show the chats.") from error
    if popup_of(before) in NUISANCES:
        dismiss(page, before, deadline)
    opened, chat = context.opened, before.chat
    if opened is not None and opened.chat == record.id and opened.holds_in(before) and chat is not None:
        return chat
    try:
        group = _show_row(context, page, record)
        context.opened_chats.about_to_open(title_name(record.title))
        open_row(context, page, record.title)
    except NotRead as error:
        code = "chat_not_listed" if error.code == "row_not_found" else error.code
        raise SendPostponed(code, str(error)) from error
    finally:
        page.chats.show_list_top(context.look_deadline())
    return _trust(context, page, record, is_group=group)


def _show_row(context: AccountContext, page: WhatsAppPage, record: ChatRecord) -> bool:
    """Scrolls the list to the row of the chat; whether the row is one of a group."""
    listed = Deadline.within(LISTED_SECONDS)
    for screen in range(MOST_SCREENS):
        snapshot = page.look(context.look_deadline(), rows=True)
        found = rows_titled(snapshot.rows, record.title)
        if len(found) > 1:
            raise _ambiguous(context, record, f"{len(found)} chats in the list have its name")
        if found:
            if screen > 0 and page.chats.show_row(record.title, context.look_deadline()):
                time.sleep(DRAWN_SECONDS)
            return is_group(snapshot.rows, record.title)
        if not page.chats.show_list_further(context.look_deadline()):
            if listed.passed:
                break
            page.chats.show_list_top(context.look_deadline())
        time.sleep(DRAWN_SECONDS)
    raise SendPostponed("chat_not_listed", "The list shows no chat with the name that this one had last.")


def _trust(context: AccountContext, page: WhatsAppPage, record: ChatRecord, *, is_group: bool) -> Chat:
    """The open chat, once it is proved to be the one of the record."""
    snapshot, proved = _proved(page, record, is_group=is_group)
    mark, chat = mark_of(snapshot), snapshot.chat
    if not proved or mark is None or chat is None:
        take_picture(context, "chat_not_proved")
        leave_chat(context, page)
        if proved is False or len(_named_alike(context, record)) > 1:
            raise _ambiguous(context, record, "another chat has its name")
        raise SendPostponed("chat_not_proved", "The chat with its name shows none of its known messages.")
    page.chats.show_newest(context.look_deadline())
    context.opened = OpenChat(None, mark, record.id)
    return chat


def _proved(page: WhatsAppPage, record: ChatRecord, *, is_group: bool) -> tuple[PageSnapshot, bool | None]:
    """The open chat, and whether it is the one of the record; older messages are loaded until it is known."""

    def judged(snapshot: PageSnapshot) -> bool | None:
        if snapshot.chat is None:
            return None
        ours = [bubble.id for bubble in snapshot.chat.bubbles if bubble.outgoing is True]
        return is_proved(record, sighting_of(snapshot.chat, None, is_group=is_group), ours)

    oldest = ""
    for _ in range(MOST_PAGES):

        def seen(snapshot: PageSnapshot, oldest: str = oldest) -> PageSnapshot | None:
            bubbles = snapshot.chat.bubbles if snapshot.chat else ()
            is_older = bool(bubbles) and bubbles[0].id != oldest
            return snapshot if judged(snapshot) is not None or is_older else None

        try:
            snapshot = page.until(seen, Deadline.within(PROOF_SECONDS), bubbles=SHOWN)
        except WaitTimeout:
            break
        verdict = judged(snapshot)
        if verdict is not None:
            return snapshot, verdict
        oldest = snapshot.chat.bubbles[0].id if snapshot.chat else ""
        page.chats.show_older(Deadline.within(PROOF_SECONDS))
    return page.look(Deadline.within(PROOF_SECONDS)), None


def _ambiguous(context: AccountContext, record: ChatRecord, why: str) -> SendRefused:
    """``record`` cannot be told from others by its name; names those that are known by it."""
    log.warning(
        "A chat is not written to: others have its name",
        extra={"account": context.account, "chat": record.id},
    )
    return SendRefused(
        "chat_ambiguous", f"Nothing was sent: {why}. Known by it: {', '.join(_named_alike(context, record))}."
    )


def _named_alike(context: AccountContext, record: ChatRecord) -> list[str]:
    """The ids of the chats that are known by the record's title, its own among them."""
    return list(dict.fromkeys([record.id, *(chat.id for chat in context.chats.titled(record.title))]))
