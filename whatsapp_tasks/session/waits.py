"""Waiting for something on the page with chats, no longer than there is such a page."""

from collections.abc import Callable
from typing import TypeVar

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import SendError

T = TypeVar("T")

STILL_MAIN = frozenset({PageKind.MAIN, PageKind.COVERED, PageKind.LOADING})
"""A page that loads, or lies under a dialog, may be the one with chats again in a moment."""


def until_in_main(
    page: WhatsAppPage,
    wanted: Callable[[PageSnapshot], T | None],
    deadline: Deadline,
    left: SendError,
) -> T:
    """Like ``page.until``; raises ``left`` as soon as the page has become something else: a ban, a QR code.

    Raises WaitTimeout when the deadline passes first.
    """

    def look(snapshot: PageSnapshot) -> tuple[T | None] | None:
        found = wanted(snapshot)
        if found is not None:
            return (found,)
        return None if kind_of(snapshot) in STILL_MAIN else (None,)

    (answer,) = page.until(look, deadline)
    if answer is None:
        raise left
    return answer
