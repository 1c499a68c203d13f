"""Heals a page that lives but does not get on: reloads it; opens another browser if that does not help.

A page that gives no answer needs no healing here: the watchdog of the browser has ended it at the deadline
of the look (nothing less works against every hang, docs/protection.md), and the next round opens another.
"""

import logging
import time

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.restrictions import RestrictionKind
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.session.context import AccountContext

log = logging.getLogger(__name__)

ERRORS_BEFORE_RESTART = 3
"""In a row, in a page that answers; each but the last is followed by a reload."""


class Healer:
    """Knows for how long the page has been where it is."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._seen = ""
        self._since = 0.0
        self._reloaded_stuck = False
        self._errors = 0
        self._next_hopeful_reload = 0.0

    def saw(self, page: WhatsAppPage, snapshot: PageSnapshot, state: SessionState) -> None:
        """After each look that succeeded. Raises BrowserErrors of a reload."""
        self._errors = 0
        now = time.monotonic()
        if self._stuck(snapshot, now):
            self._since = now
            if self._reloaded_stuck:
                self._reloaded_stuck = False
                self._context.keeper.restart("stuck")
            else:
                self._reloaded_stuck = True
                self._reload(page, "stuck")
        elif self._worth_a_reload(snapshot, state, now):
            self._next_hopeful_reload = now + self._context.settings.attention_reload_seconds
            self._reload(page, "hopeful")

    def page_error(self, page: WhatsAppPage) -> None:
        """A look failed in a page that answers. Raises BrowserErrors of a reload."""
        self._errors += 1
        if self._errors >= ERRORS_BEFORE_RESTART:
            self._errors = 0
            self._context.keeper.restart("page_error")
        else:
            self._reload(page, "page_error")

    def _stuck(self, snapshot: PageSnapshot, now: float) -> bool:
        """Whether the page has been loading for as long as a boot may take, without any change on it."""
        if kind_of(snapshot) is not PageKind.LOADING:
            self._seen, self._since, self._reloaded_stuck = "", now, False
            return False
        shows = f"{snapshot.ready} {snapshot.screen}"
        if shows != self._seen:
            self._seen, self._since = shows, now
        return now - self._since > self._context.settings.boot_timeout_seconds

    def _worth_a_reload(self, snapshot: PageSnapshot, state: SessionState, now: float) -> bool:
        """A page that nobody understands, a temporary ban that should be over: it may be better by now."""
        if state is SessionState.ATTENTION:
            # A page that is used elsewhere would be taken from its user; a reload ends a ceremony.
            due = kind_of(snapshot) not in (PageKind.MAIN, PageKind.CONFLICT, PageKind.PASSKEY)
        elif state is SessionState.RESTRICTED:
            ban = self._context.sessions.get().restriction
            due = (
                ban is not None
                and ban.kind is RestrictionKind.TEMPORARY_BAN
                and (ban.until_ms or 0) <= self._context.now_ms()
            )
        else:
            due = False
        if not due:
            self._next_hopeful_reload = now + self._context.settings.attention_reload_seconds
        return due and now >= self._next_hopeful_reload

    def _reload(self, page: WhatsAppPage, cause: str) -> None:
        context = self._context
        log.warning("The page is reloaded", extra={"account": context.account, "cause": cause})
        context.keeper.count(f"reload_{cause}")
        page.open(Deadline.within(context.settings.boot_timeout_seconds))
