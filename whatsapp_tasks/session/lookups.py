"""Makes sure that a number is not on WhatsApp before that is final.

The page shows one popup for every failure: an unknown number, a query that was lost, a server's hiccup
(docs/whatsapp-web.md, 2.1 and 11.6). It remembers what the server answered for as long as it is loaded, and
asks again what failed. So the number counts as unknown when a page loaded for it says so, somebody known is
found in the same page right after, and the page then still says so.
"""

import time
from collections.abc import Iterator

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.open_chat import OpenChat, Opening, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.phones import same_number
from whatsapp_tasks.errors import SendPostponed, SendRefused
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.navigation import Opened, dismiss, navigate

CONTROLS = 3


def confirm_unknown(context: AccountContext, page: WhatsAppPage, phone: str, popup: PageSnapshot) -> Opened:
    """What the page shows when ``phone`` is found after all. ``popup`` is the first one, closed by now.

    Raises SendRefused (``not_on_whatsapp``), SendPostponed (``page_offline``, ``lookup_unavailable``: nothing
    is known), and what navigating raises.
    """
    if not is_calm(popup):  # a page without a connection is not loaded again: it would not come back
        raise SendPostponed("page_offline", "The page is offline; the number could not be looked up.")
    time.sleep(context.settings.popup_second_look_seconds)
    again = _ask(context, page, phone, fresh=True)
    if again[0] is not Opening.INVALID:
        return again
    if not _somebody_is_found(context, page, phone):
        raise _unavailable()
    last = _ask(context, page, phone)
    if last[0] is not Opening.INVALID:
        return last
    if not (is_calm(again[1]) and is_calm(last[1])):
        raise _unavailable()
    raise SendRefused("not_on_whatsapp", "This phone number is not on WhatsApp.")


def _somebody_is_found(context: AccountContext, page: WhatsAppPage, phone: str) -> bool:
    for other in _known_phones(context, page, phone):
        outcome, snapshot = _ask(context, page, other)
        mark = mark_of(snapshot)
        if outcome is Opening.OPEN and mark is not None:
            context.opened = OpenChat(other, mark)  # else the next message there would not see it open
        if outcome in (Opening.OPEN, Opening.BARE, Opening.WRONG):
            return True
    return False


def _known_phones(context: AccountContext, page: WhatsAppPage, phone: str) -> Iterator[str]:
    """Some that were written to; the own one last, for it is not known whether the page asks for that."""
    others = [other for other in context.ledger.some_contacted(CONTROLS + 1) if not same_number(other, phone)]
    yield from others[:CONTROLS]
    own = page.own_phone(context.look_deadline())
    if own is not None and not same_number(own, phone):
        yield own


def _ask(context: AccountContext, page: WhatsAppPage, phone: str, *, fresh: bool = False) -> Opened:
    """Navigates, and closes the popup."""
    deadline = Deadline.within(context.settings.open_chat_timeout_seconds)
    outcome, snapshot = navigate(context, page, phone, fresh=fresh, deadline=deadline)
    if outcome is Opening.INVALID:
        dismiss(page, snapshot, deadline)
    return outcome, snapshot


def _unavailable() -> SendPostponed:
    return SendPostponed(
        "lookup_unavailable", "WhatsApp does not find this number, and cannot be relied on at present."
    )
