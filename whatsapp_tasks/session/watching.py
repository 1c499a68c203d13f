"""Looks at the page between messages: which state the session is in, and the QR code it shows."""

import logging
import time

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_snapshot import Button, PageKind, PageSnapshot, Popup, kind_of, popup_of
from whatsapp_tasks.domain.states import SessionEvent, SessionState, next_state
from whatsapp_tasks.errors import IllegalTransition
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.opening import dismiss

log = logging.getLogger(__name__)

UNKNOWN_SECONDS = 10.0
"""A page nobody recognises counts only when it stays: every page is half built for a moment."""
USE_HERE_PER_HOUR = 3

_EVENT: dict[PageKind, tuple[SessionEvent, str]] = {
    PageKind.QR: (SessionEvent.QR_SHOWN, "link_a_phone"),
    PageKind.QR_EXPIRED: (SessionEvent.QR_SHOWN, "link_a_phone"),
    PageKind.PAIRING_CODE: (SessionEvent.QR_SHOWN, "link_a_phone"),
    PageKind.MAIN: (SessionEvent.LOGGED_IN, "chat_list_shown"),
    PageKind.TEMPORARY_BAN: (SessionEvent.RESTRICTION_SEEN, "temporary_ban"),
    PageKind.UNSUPPORTED_BROWSER: (SessionEvent.PAGE_UNKNOWN, "unsupported_browser"),
    PageKind.SERVICE_UNAVAILABLE: (SessionEvent.PAGE_UNKNOWN, "service_unavailable"),
    PageKind.CLIENT_EXPIRED: (SessionEvent.PAGE_UNKNOWN, "client_expired"),
    PageKind.UNKNOWN: (SessionEvent.PAGE_UNKNOWN, "page_unknown"),
}

_LINKED = frozenset({SessionState.AUTHENTICATED, SessionState.RESTRICTED, SessionState.CIRCUIT_OPEN})


class Watcher:
    """Turns looks at the page into events of the session."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._unknown_since: float | None = None
        self._use_here: list[float] = []
        self.state = SessionState.INIT

    def start(self) -> None:
        """A worker took the account."""
        self._apply(SessionEvent.STARTED, "worker_started", force=True)

    def look(self, page: WhatsAppPage) -> PageSnapshot:
        """One look; the session's state and the QR code in Redis follow it."""
        context = self._context
        snapshot = page.look(Deadline.within(context.settings.look_timeout_seconds))
        kind = kind_of(snapshot)
        if kind is PageKind.QR and snapshot.qr:
            context.sessions.show_qr(snapshot.qr, context.now_ms())
        self._help(page, kind, snapshot)
        if kind is PageKind.UNKNOWN:
            now = time.monotonic()
            self._unknown_since = self._unknown_since or now
            if now - self._unknown_since < UNKNOWN_SECONDS:
                return snapshot
        else:
            self._unknown_since = None
        if kind in _EVENT:
            event, reason = _EVENT[kind]
            if event is SessionEvent.QR_SHOWN and self.state in _LINKED:
                event, reason = SessionEvent.LOGGED_OUT, "unexpected_logout"
            self._apply(event, reason)
        return snapshot

    def _apply(self, event: SessionEvent, reason: str, *, force: bool = False) -> None:
        context = self._context
        before = context.sessions.get().state
        try:
            unchanged = next_state(before, event) == before
        except IllegalTransition:
            self.state = before
            return  # for example: a page that looks fine says nothing about a confirmed ban
        if unchanged and not force:
            self.state = before
            return
        self.state = context.sessions.apply(
            event, context.now_ms(), reason=reason, actor=context.actor, fence=context.lease.fence
        )
        if self.state is SessionState.AUTHENTICATED:
            context.sessions.hide_qr()
        log.info(
            "Session state changed",
            extra={"account": context.account, "from": before, "to": self.state, "reason": reason},
        )

    def _help(self, page: WhatsAppPage, kind: PageKind, snapshot: PageSnapshot) -> None:
        """What a person would click without a thought: a new QR code, "Use here" a few times an hour."""
        deadline = Deadline.within(self._context.settings.look_timeout_seconds)
        if kind is PageKind.QR_EXPIRED:
            button = snapshot.buttons[0] if snapshot.buttons else None
            if button is not None:
                page.press(button, deadline)
        elif kind is PageKind.MAIN and popup_of(snapshot) is Popup.WHATS_NEW:
            dismiss(page, snapshot, deadline)
        elif kind is PageKind.CONFLICT:
            now = time.monotonic()
            self._use_here = [at for at in self._use_here if now - at < 3600]
            button = _use_here_button(snapshot)
            if button is not None and len(self._use_here) < USE_HERE_PER_HOUR:
                self._use_here.append(now)
                page.press(button, deadline)


def _use_here_button(snapshot: PageSnapshot) -> Button | None:
    """The last button of the dialog (Close · Use here, or Log out · Use here)."""
    for dialog in snapshot.dialogs:
        if dialog.buttons:
            return dialog.buttons[-1]
    return snapshot.buttons[-1] if snapshot.buttons else None
