"""Brings a message of the open chat into view by its id."""

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.errors import WaitTimeout

OLDER_SECONDS = 4.0
"""For older messages to load after the chat was scrolled up."""


def revealed(page: WhatsAppPage, bubble_id: str, *, pages: int, seconds: float) -> Bubble | None:
    """The message, in view; None if it does not load while the chat is scrolled up so many times, within so
    many seconds.
    """
    deadline = Deadline.within(seconds)
    oldest = ""
    for _ in range(pages):
        try:
            found = page.chats.reveal(bubble_id, oldest, deadline.capped(OLDER_SECONDS))
        except WaitTimeout:
            break
        if found.bubble is not None:
            return found.bubble
        oldest = found.oldest
    return None
