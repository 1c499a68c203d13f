"""The menu of a message of the open chat (docs/whatsapp-web.md, 12.13)."""

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.open_chat import ChatMark
from whatsapp_tasks.session.typing import BOX_SECONDS, postponed
from whatsapp_tasks.session.waits import until_in_main

MENU_SECONDS = 3.0
NOT_THERE = frozenset({"no_box", "dialog"})
"""Why an order finds nothing to press: then the next way is tried."""


def open_menu(page: WhatsAppPage, mark: ChatMark, bubble_id: str) -> None:
    """Opens the menu of the message with this id, which is in view. Raises InputStopped and WaitTimeout, and
    SendPostponed if the page has become another.
    """
    deadline = Deadline.within(MENU_SECONDS)
    page.open_message_menu(mark, bubble_id, deadline)
    until_in_main(page, lambda s: True if s.message_menu else None, deadline, postponed("left"))


def close_menu(page: WhatsAppPage, mark: ChatMark) -> None:
    """A click into the box takes an open menu away, as any click beside it. Never by Escape, which closes the
    chat where no menu is open (12.3). Raises what ``open_menu`` raises.
    """
    if not page.look(Deadline.within(BOX_SECONDS)).message_menu:
        return
    page.focus(mark, Deadline.within(BOX_SECONDS), "compose")
    closed = Deadline.within(MENU_SECONDS)
    until_in_main(page, lambda s: True if not s.message_menu else None, closed, postponed("left"))
