"""Arms a reply: finds the message replied to in its chat, has the page quote it, and reads what is quoted.

First by the menu of the message; where that has no item that is certainly "Reply", by a double click beside
it (docs/whatsapp-web.md, 12.13). Nothing is typed here.
"""

import logging

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Quote
from whatsapp_tasks.domain.open_chat import OpenChat
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.replies import NOT_ARMED, Reply, goes_plain, is_quoted
from whatsapp_tasks.errors import InputStopped, SendPostponed, WaitTimeout
from whatsapp_tasks.session.message_menu import MENU_SECONDS, NOT_THERE, close_menu, open_menu
from whatsapp_tasks.session.revealing import revealed
from whatsapp_tasks.session.typing import BOX_SECONDS, disarm, empty_box, postponed
from whatsapp_tasks.session.waits import until_in_main
from whatsapp_tasks.stores.messages import Message

log = logging.getLogger(__name__)

REVEAL_SECONDS = 30.0
MOST_PAGES = 30
"""How often a chat is scrolled up: some 1,000 messages."""
ARMED_SECONDS = 3.0


def armed(page: WhatsAppPage, message: Message, opened: OpenChat) -> OpenChat:
    """The open chat in which what ``message`` replies to stands armed; as it was if it replies to nothing, or
    goes without (``ReplyPolicy``).

    Raises SendPostponed (``reply_not_armed``, or why the page did not let it be done), and the page's
    BrowserErrors; nothing is typed.
    """
    reply = message.reply
    if reply is None:
        return opened
    if goes_plain(reply, sum(entry.code == NOT_ARMED for entry in message.timeline)):
        log.warning("The message goes without its quotation", extra={"message_id": message.id})
        return opened
    empty_box(page, opened, Deadline.within(BOX_SECONDS))  # whatever stood armed before is another message
    target = _revealed(page, reply)
    reach("before_arming")
    quote = _arm(page, opened, reply, target)
    reach("after_arming")
    page.chats.scroll_to_end(Deadline.within(BOX_SECONDS))
    return opened.replying(quote)


def _revealed(page: WhatsAppPage, reply: Reply) -> Bubble:
    """The message replied to, in view."""
    target = revealed(page, reply.bubble_id, pages=MOST_PAGES, seconds=REVEAL_SECONDS)
    if target is None:
        raise SendPostponed(
            NOT_ARMED, "The message replied to is not in the part of the chat that was loaded."
        )
    return target


def _arm(page: WhatsAppPage, opened: OpenChat, reply: Reply, target: Bubble) -> Quote:
    """What stands armed, and is ``target``."""
    quote = _by_menu(page, opened, reply) or _by_double_click(page, opened, reply)
    if quote is None:
        raise SendPostponed(NOT_ARMED, "The page does not offer to reply to this message.")
    if not is_quoted(quote, target):
        disarm(page, opened, Deadline.within(BOX_SECONDS))
        raise SendPostponed(NOT_ARMED, "The page quotes another message than the one replied to.")
    return quote


def _by_menu(page: WhatsAppPage, opened: OpenChat, reply: Reply) -> Quote | None:
    """None if there is no menu, or nothing in it that is certainly "Reply"; then no menu is open."""
    try:
        open_menu(page, opened.mark, reply.bubble_id)
        page.press_reply(opened.mark, Deadline.within(MENU_SECONDS))
    except (InputStopped, WaitTimeout) as error:
        _unless_moved(error)
        _close_menu(page, opened)
        return None
    quote = _standing(page, opened)
    if quote is None:
        _close_menu(page, opened)
    return quote


def _by_double_click(page: WhatsAppPage, opened: OpenChat, reply: Reply) -> Quote | None:
    try:
        page.reply_beside(opened.mark, reply.bubble_id, Deadline.within(MENU_SECONDS))
    except (InputStopped, WaitTimeout) as error:
        _unless_moved(error)
        return None
    return _standing(page, opened)


def _unless_moved(error: InputStopped | WaitTimeout) -> None:
    """Raises SendPostponed if the chat itself is not what it was."""
    if isinstance(error, InputStopped) and error.reason not in NOT_THERE:
        raise postponed(error.reason) from error


def _close_menu(page: WhatsAppPage, opened: OpenChat) -> None:
    try:
        close_menu(page, opened.mark)
    except InputStopped as error:
        raise postponed(error.reason) from error
    except WaitTimeout as error:
        raise SendPostponed(NOT_ARMED, "The menu of the message does not close.") from error


def _standing(page: WhatsAppPage, opened: OpenChat) -> Quote | None:
    """What stands armed now, once something does."""

    def shown(snapshot: PageSnapshot) -> Quote | None:
        return snapshot.chat.quote if snapshot.chat and opened.holds_in(snapshot) else None

    try:
        return until_in_main(page, shown, Deadline.within(ARMED_SECONDS), postponed("left"))
    except WaitTimeout:
        return None
