"""Looks at the page between messages: which state the session is in, and the QR code it shows."""

import logging
import time
from dataclasses import replace

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_snapshot import LOCKS
from whatsapp_tasks.domain.circuit import Phase
from whatsapp_tasks.domain.page_controls import Button
from whatsapp_tasks.domain.page_events import IN_PASSING, KnownSession, Sight, sight_of
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import NUISANCES, popup_of
from whatsapp_tasks.domain.restrictions import still_or_anew, tells_more
from whatsapp_tasks.domain.session_archives import SESSION_RESTORED
from whatsapp_tasks.domain.states import SessionEvent, SessionState, meaning_of, next_state
from whatsapp_tasks.errors import IllegalTransition
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.navigation import dismiss, leave_chat
from whatsapp_tasks.session.page_check import PageCheck
from whatsapp_tasks.stores.pauses import PauseReason

log = logging.getLogger(__name__)

USE_HERE_PER_HOUR = 3
UPDATE_EACH_SECONDS = 3600.0
"""A click on "Update available" reloads the page; one that stays in spite of it is left alone so long."""
DETAILS_EACH_SECONDS = 3600.0
"""How often the dialog that explains a lock is opened: only there the end of the lock is shown (10.6)."""
CROSS_EACH_SECONDS = 60.0
"""An unknown dialog that stays in spite of its cross is left alone so long."""
_EVIDENCE = frozenset({SessionState.SUSPECTED_BAN, SessionState.BANNED, SessionState.ATTENTION})


class Watcher:
    """Turns looks at the page into events of the session."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._unknown_since: float | None = None
        self._use_here: list[float] = []
        self._next_update = 0.0
        self._next_details = 0.0
        self._crossed, self._next_cross = "", 0.0
        self._check = PageCheck(context, context.selectors)
        self.state = SessionState.INIT
        """What this worker has seen; the session in Redis may be changed by a person meanwhile."""
        self.in_ceremony = False
        """Whether the last look saw a person link the phone by a passkey: nothing may reload the page."""

    def start(self, reason: str = "worker_started") -> None:
        """A worker took the account, or a new browser shows nothing yet."""
        session = self._context.sessions.get()
        self._apply(session.state, Sight(SessionEvent.STARTED, reason, session.restriction), force=True)

    def session_waits(self, reason: str) -> bool:
        """No copy of the session may run now; True if that is news."""
        session = self._context.sessions.get()
        if session.state is SessionState.ATTENTION and session.reason == reason:
            self.state = session.state
            return False
        self._apply(session.state, Sight(SessionEvent.SESSION_WAITS, reason), force=True)
        return True

    def look(self, page: WhatsAppPage, circuit: Phase, *, only_look: bool = False) -> PageSnapshot:
        """One look; the session's state and the QR code in Redis follow it. ``only_look``: nothing is done
        to the page.
        """
        context = self._context
        self._check.before_look(page)
        snapshot = page.look(context.look_deadline(), rows=True)
        kind = kind_of(snapshot)
        if kind is PageKind.PASSKEY and not self.in_ceremony:
            context.sessions.hide_qr()  # it was used
        self.in_ceremony = kind is PageKind.PASSKEY
        if kind is PageKind.QR and snapshot.qr:
            context.sessions.show_qr(snapshot.qr, context.now_ms())
        if not only_look:
            self.help(page, snapshot)
            self._check.saw(page, snapshot)
        session = context.sessions.get()
        sight = sight_of(
            snapshot,
            KnownSession(
                session.state,
                session.since_ms,
                session.was_linked,
                session.restriction,
                circuit_open=circuit is Phase.OPEN,
                broken=self._check.broken,
            ),
            now_ms=context.now_ms(),
            unknown_seconds=self._unknown_seconds(kind),
            quarantine_seconds=context.settings.quarantine_seconds,
            lock_held_seconds=context.settings.restriction_held_seconds,
        )
        self.state = session.state
        if session.state is SessionState.BANNED:  # also after a kill between the two writes
            context.pauses.set(PauseReason.BAN, context.actor, context.now_ms(), session.reason)
        if sight is not None:
            if sight.restriction is not None:
                sight = replace(sight, restriction=still_or_anew(session.restriction, sight.restriction))
            self._apply(session.state, sight)
            if self.state is SessionState.RESTRICTED and sight.restriction != session.restriction:
                if tells_more(session.restriction, sight.restriction):
                    self._apply(session.state, sight, announce=True)
                context.sessions.note_restriction(sight.restriction)
            if self.state in _EVIDENCE and self.state is not session.state:
                self._keep_evidence(page, sight.reason)
        return snapshot

    def circuit_turned(self, phase: Phase) -> None:
        """The circuit opened, or its time is over."""
        state = self._context.sessions.get().state
        if phase is Phase.OPEN:
            self._apply(state, Sight(SessionEvent.FAILURES_IN_ROW, "circuit_open"))
        elif state is SessionState.CIRCUIT_OPEN:
            self._apply(state, Sight(SessionEvent.PROBE_ALLOWED, "circuit_time_over"))

    def _apply(
        self, before: SessionState, sight: Sight, *, force: bool = False, announce: bool = False
    ) -> None:
        """``announce``: it is an event although the state stays."""
        context = self._context
        try:
            unchanged = next_state(before, sight.event) is before
        except IllegalTransition:
            self.state = before
            return  # for example: a page that looks fine says nothing about a confirmed ban
        if unchanged and not (force or announce):
            self.state = before
            return
        self.state = context.sessions.apply(
            sight.event,
            context.now_ms(),
            reason=sight.reason,
            actor=context.actor,
            fence=context.lease.fence,
            restriction=sight.restriction,
            announce=announce or sight.reason == SESSION_RESTORED,
        )
        self._follow_state(sight)
        log.log(
            logging.ERROR if self.state in _EVIDENCE else logging.INFO,
            "Session state changed",
            extra={"account": context.account, "from": before, "to": self.state, "reason": sight.reason},
        )

    def _follow_state(self, sight: Sight) -> None:
        context = self._context
        saving = context.vault.saving if context.vault is not None else None
        if self.state is SessionState.BANNED:
            context.pauses.set(PauseReason.BAN, context.actor, context.now_ms(), sight.reason)
            if saving is not None:
                saving.deleted("banned")
        elif sight.event is SessionEvent.LOGGED_OUT and saving is not None:
            saving.logged_out()
        elif self.state is SessionState.AUTHENTICATED:
            context.sessions.hide_qr()
            linked_anew = not context.sessions.get().was_linked
            if linked_anew:
                context.keeper.login_is_new()
                context.sessions.set_linked(True)
            if saving is not None:
                saving.logged_in(linked_anew=linked_anew)
            if context.caps is not None:
                context.caps.note_authenticated(context.now_ms())

    def _unknown_seconds(self, kind: PageKind) -> float:
        now = time.monotonic()
        if kind not in IN_PASSING:
            self._unknown_since = None
            return 0.0
        self._unknown_since = self._unknown_since or now
        return now - self._unknown_since

    def help(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """What a person would click without a thought; everything else is left to one."""
        kind = kind_of(snapshot)
        if kind is PageKind.QR_EXPIRED:
            self.renew_qr(page, snapshot)
        elif kind is PageKind.MAIN and popup_of(snapshot) in NUISANCES:
            dismiss(page, snapshot, self._look_deadline())
        elif kind is PageKind.COVERED:
            self._try_cross(page, snapshot)
        elif kind is PageKind.MAIN and snapshot.chat is not None and snapshot.chat.notice_texts & LOCKS:
            # Seen, and followed by the session's state; one that ended would still stand here, unchanged.
            leave_chat(self._context, page)
        elif kind is PageKind.MAIN:
            self._dismiss_banners(page, snapshot)
        elif kind is PageKind.CONFLICT:
            button = self.way_out(page, snapshot)
            now = time.monotonic()
            self._use_here = [at for at in self._use_here if now - at < 3600]
            if button is not None and len(self._use_here) < USE_HERE_PER_HOUR:
                self._use_here.append(now)
                page.press(button, self._look_deadline())

    def renew_qr(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """Asks for new codes once all six are used up."""
        if snapshot.qr_reload is not None:
            page.press(snapshot.qr_reload, self._look_deadline())

    def _try_cross(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """A dialog that nobody knows is closed by its cross, known by its icon: never by words, and never
        by Escape, which may mean "Log out" (docs/whatsapp-web.md, 11.3). If it stays, a person decides.
        """
        dialog = snapshot.dialogs[-1]
        cross, now = dialog.cross, time.monotonic()
        if cross is None or (dialog.text == self._crossed and now < self._next_cross):
            return
        self._crossed, self._next_cross = dialog.text, now + CROSS_EACH_SECONDS
        page.press(cross, self._look_deadline())

    def _dismiss_banners(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        now = time.monotonic()
        for banner in snapshot.banners:
            if "notifications_off" in banner.texts and banner.close is not None:
                page.press(banner.close, self._look_deadline())
                return  # what stands below it has moved
            if "restricted" in banner.texts and now >= self._next_details:
                self._next_details = now + DETAILS_EACH_SECONDS
                page.press(banner.button, self._look_deadline())  # the next look reads it and closes it
                return
            if "update_available" in banner.texts and now >= self._next_update:
                self._next_update = now + UPDATE_EACH_SECONDS
                page.press(banner.button, self._look_deadline())
                return

    @staticmethod
    def way_out(page: WhatsAppPage, snapshot: PageSnapshot) -> Button | None:
        """The control of a conflict that takes the session over: known by its words, not its position."""
        buttons = [button for dialog in snapshot.dialogs for button in dialog.buttons] or snapshot.buttons
        wanted = "use_here" if "use_here" in snapshot.texts else "refresh"
        for button in buttons:
            names = page.names_of(button.label)
            if wanted in names and "log_out" not in names:
                return button
        return None

    def _look_deadline(self) -> Deadline:
        return self._context.look_deadline()

    def _keep_evidence(self, page: WhatsAppPage, reason: str) -> None:
        """A picture of the page, for the person who has to judge it."""
        context = self._context
        if context.evidence is not None:
            context.evidence.keep(
                page.page,
                code=reason,
                detail=meaning_of(self.state, reason),
                state=self.state,
                now_ms=context.now_ms(),
            )
