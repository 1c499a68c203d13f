"""Makes sure that the page is one we can work with before a message depends on it: the scheduled form of
the doctor.

What an open chat must show is seen by every look. What no look can see while no chat is open is tried out
with the chat the account has with itself, in which nothing is read that someone else wrote.
"""

import logging
import time

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_parts import judge_parts, missing_in_chat
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.errors import WaitTimeout
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.selector_source import SelectorSource

log = logging.getLogger(__name__)

OWN_CHAT_SECONDS = 12.0
"""For the chat with oneself to open: up to 9 s seen (docs/whatsapp-web.md, 8)."""
HELD_SECONDS = 3.0
"""A page that redraws itself lacks this or that for a moment."""
AGAIN_SECONDS = 20.0
"""Between trials while something is amiss."""
SURE_SECONDS = 2.0
"""Until a trial that failed is repeated, before it is believed."""
FAILURES_BELIEVED = 2


class PageCheck:
    """What is amiss with the page, as far as known."""

    def __init__(self, context: AccountContext, source: SelectorSource) -> None:
        self._context = context
        self._source = source
        self._page: WhatsAppPage | None = None
        self._missing_since: float | None = None
        self._next_trial = 0.0
        self._chat_was_open = False
        self._failures = 0
        self._suspicious = False
        self.broken = ""
        """A code like ``selector_missing_compose``; empty while all is well."""

    def before_look(self, page: WhatsAppPage) -> None:
        """Selectors that changed come into force, on a new page the ones in force."""
        deadline = self._context.look_deadline()
        is_new = page is not self._page
        if is_new:
            self._page = page
            self._next_trial = 0.0
        if is_new or self._source.changed():
            if self._source.refresh(lambda selectors: page.check_selectors(selectors, deadline)):
                self._next_trial, self._suspicious = 0.0, True
            page.selectors = self._context.keeper.selectors = self._source.current

    def saw(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """After a look. May open the chat with oneself; raises BrowserErrors."""
        if kind_of(snapshot) is not PageKind.MAIN or popup_of(snapshot) is not Popup.NONE:
            self._missing_since = None
            return
        now = time.monotonic()
        if snapshot.chat is None and self._chat_was_open:
            self._next_trial = 0.0  # the page was reloaded: it may be another one
        self._chat_was_open = snapshot.chat is not None
        if snapshot.chat is not None:
            self._judge_open_chat(snapshot, now)
        elif self._context.settings.page_check_seconds and now >= self._next_trial:
            self._try_own_chat(page, snapshot)

    def _judge_open_chat(self, snapshot: PageSnapshot, now: float) -> None:
        missing = missing_in_chat(snapshot)
        if not missing:
            self._all_well()
            return
        self._missing_since = self._missing_since or now
        if self._suspicious or now - self._missing_since >= HELD_SECONDS:
            self._amiss(missing[0])

    def _try_own_chat(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        own = page.own_phone(self._context.look_deadline())
        self._next_trial = time.monotonic() + self._context.settings.page_check_seconds
        if own is None or not snapshot.online or snapshot.texts & {"offline", "connecting"}:
            return
        deadline = Deadline.within(OWN_CHAT_SECONDS)
        self._context.unanswered = snapshot.document
        page.open_chat_inside(own, deadline)
        try:
            page.until(_usable, deadline)
        except WaitTimeout:
            if self._answered_by_a_dialog(page):
                return  # the look-up failed, which says nothing about the parts of the page
            self._failures += 1
            self._next_trial = time.monotonic() + (AGAIN_SECONDS if self.broken else SURE_SECONDS)
            if self._suspicious or self._failures >= FAILURES_BELIEVED:
                self._amiss(self._first_missing(page))
            return
        self._context.unanswered = ""
        self._chat_was_open = True
        self._all_well()

    def _answered_by_a_dialog(self, page: WhatsAppPage) -> bool:
        """Return whether a dialog came instead of the chat. One in unknown words is removed by a reload."""
        snapshot = page.look(self._context.look_deadline())
        if kind_of(snapshot) is PageKind.COVERED:
            page.open(Deadline.within(self._context.settings.boot_timeout_seconds))
            return True
        return popup_of(snapshot) is not Popup.NONE

    def _first_missing(self, page: WhatsAppPage) -> str:
        deadline = self._context.look_deadline()
        snapshot = page.look(deadline)
        missing = missing_in_chat(snapshot)
        broken = [part.name for part in judge_parts(page.parts(deadline), snapshot) if part.broken]
        return (*missing, *broken, "main")[0]

    def _amiss(self, name: str) -> None:
        code = f"selector_missing_{name}"
        if code != self.broken:
            log.error("The page lacks what sending needs", extra={"selector": name})
        self.broken = code

    def _all_well(self) -> None:
        if self.broken:
            log.warning("The page has again what sending needs", extra={"was": self.broken})
        self.broken = ""
        self._missing_since = None
        self._failures = 0
        self._suspicious = False


def _usable(snapshot: PageSnapshot) -> bool | None:
    """Whether a chat is open with all its parts and a box to write in; None while that may still come."""
    chat = snapshot.chat
    return True if chat is not None and chat.compose is not None and not missing_in_chat(snapshot) else None
