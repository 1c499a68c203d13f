"""What a look at the page means for the session: an event for its state machine, or nothing."""

from dataclasses import dataclass
from typing import assert_never

from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.quarantine import SecondLook, ban_signals, second_look
from whatsapp_tasks.domain.restrictions import Restriction, RestrictionKind, restriction_on
from whatsapp_tasks.domain.states import PASSKEY_REQUIRED, UNKNOWN_DIALOG, SessionEvent, SessionState

MISSING_SECONDS = 2.0
"""How long the chat list of a linked account must be missing to be a signal: while a page renders again,
parts of it are missing for a moment."""
UNKNOWN_SECONDS = 10.0
"""The same for an account that has not reached its chat list yet; then the page counts as unknown."""
LOCK_HELD_SECONDS = 600.0
"""How long the new-chat lock counts after it was last seen: it is shown only in chats without history."""

_QR_KINDS = frozenset(
    {
        PageKind.QR,
        PageKind.QR_EXPIRED,
        PageKind.PHONE_ENTRY,
        PageKind.PAIRING_CODE,
        PageKind.PAIRING_EXPIRED,
    }
)
_NEEDS_A_PERSON = {
    PageKind.UNSUPPORTED_BROWSER: "unsupported_browser",
    PageKind.SERVICE_UNAVAILABLE: "service_unavailable",
    PageKind.CLIENT_EXPIRED: "client_expired",
    PageKind.PROXY_BLOCKED: "proxy_blocked",
    PageKind.DISK_FULL: "disk_full",
    PageKind.PASSKEY: PASSKEY_REQUIRED,
}
_WHEN_THEY_STAY = {
    PageKind.COVERED: UNKNOWN_DIALOG,
    PageKind.CONFLICT: "used_elsewhere",  # "Use here" is pressed a few times an hour, then left to a person
}
IN_PASSING = frozenset({PageKind.UNKNOWN, *_WHEN_THEY_STAY})
"""Kinds of pages that count only when they stay: every page is incomplete for a moment."""
_LINKED = frozenset(
    {
        SessionState.AUTHENTICATED,
        SessionState.RESTRICTED,
        SessionState.CIRCUIT_OPEN,
        SessionState.SUSPECTED_BAN,
    }
)


@dataclass(frozen=True)
class KnownSession:
    """What was known about the session before the look. ``since_ms``: when ``state`` was entered."""

    state: SessionState
    since_ms: int
    was_linked: bool = False
    """Whether a phone was linked and nobody logged it out on purpose."""
    restriction: Restriction | None = None
    circuit_open: bool = False
    broken: str = ""
    """The missing element that sending needs, as a code: ``selector_missing_compose``."""


@dataclass(frozen=True)
class Sight:
    """An event and its reason. ``restriction`` is set for RESTRICTION_SEEN."""

    event: SessionEvent
    reason: str
    restriction: Restriction | None = None


def sight_of(
    page: PageSnapshot,
    before: KnownSession,
    *,
    now_ms: int,
    unknown_seconds: float,
    quarantine_seconds: float,
    lock_held_seconds: float = LOCK_HELD_SECONDS,
) -> Sight | None:
    """The event that the page means; None if it means nothing.

    ``unknown_seconds``: for how long the page has been one of IN_PASSING.
    """
    if before.state is SessionState.BANNED:
        return None
    if before.state is SessionState.SUSPECTED_BAN:
        verdict = second_look(
            page, suspected_ms=before.since_ms, now_ms=now_ms, quarantine_seconds=quarantine_seconds
        )
        if verdict is not SecondLook.CLEARED:
            return _suspected(verdict, ban_signals(page).reason)
    elif ban_signals(page).any:
        return _first_signal(page, before.state, unknown_seconds)
    stays = _WHEN_THEY_STAY.get(kind_of(page))
    if stays is not None:
        return _after(UNKNOWN_SECONDS, unknown_seconds, SessionEvent.PAGE_UNKNOWN, stays)
    return _ordinary(page, before, now_ms, lock_held_seconds)


def _suspected(verdict: SecondLook, reason: str) -> Sight | None:
    match verdict:
        case SecondLook.CONFIRMED:
            return Sight(SessionEvent.BAN_CONFIRMED, reason)
        case SecondLook.UNKNOWN:
            return Sight(SessionEvent.PAGE_UNKNOWN, reason)
        case SecondLook.HOLD | SecondLook.SUSPICIOUS | SecondLook.CLEARED:
            return None
        case unknown:
            assert_never(unknown)


def _first_signal(page: PageSnapshot, state: SessionState, unknown_seconds: float) -> Sight | None:
    signals = ban_signals(page)
    if signals.ban_text:
        return Sight(SessionEvent.BAN_SIGNAL, signals.reason)
    if state in _LINKED:
        return _after(MISSING_SECONDS, unknown_seconds, SessionEvent.BAN_SIGNAL, signals.reason)
    return _after(UNKNOWN_SECONDS, unknown_seconds, SessionEvent.PAGE_UNKNOWN, "page_unknown")


def _after(least: float, seconds: float, event: SessionEvent, reason: str) -> Sight | None:
    return Sight(event, reason) if seconds >= least else None


def _ordinary(
    page: PageSnapshot, before: KnownSession, now_ms: int, lock_held_seconds: float
) -> Sight | None:
    restriction = restriction_on(page, now_ms)
    if restriction is not None:
        return Sight(SessionEvent.RESTRICTION_SEEN, restriction.reason, restriction)
    kind = kind_of(page)
    if kind in _QR_KINDS:
        return _link_screen(before)
    if kind in _NEEDS_A_PERSON:
        return Sight(SessionEvent.PAGE_UNKNOWN, _NEEDS_A_PERSON[kind])
    if kind is PageKind.MAIN:
        return _main(before, now_ms, lock_held_seconds)
    return None


def _link_screen(before: KnownSession) -> Sight:
    if before.was_linked:
        return Sight(SessionEvent.LOGGED_OUT, "unexpected_logout")
    if before.state in _LINKED:
        return Sight(SessionEvent.LOGGED_OUT, "logged_out")  # a person asked for it
    return Sight(SessionEvent.QR_SHOWN, "link_a_phone")


def _main(before: KnownSession, now_ms: int, lock_held_seconds: float) -> Sight | None:
    """The chat list is shown. That does not close a circuit, and ends a lock only if it was last seen long
    ago.
    """
    if before.broken:
        return Sight(SessionEvent.PAGE_UNKNOWN, before.broken)
    if before.circuit_open:
        if before.state is SessionState.CIRCUIT_OPEN:
            return None
        return Sight(SessionEvent.FAILURES_IN_ROW, "circuit_open_still")
    lock = before.restriction
    if (
        lock is not None
        and lock.kind is not RestrictionKind.TEMPORARY_BAN
        and now_ms - lock.seen_ms < lock_held_seconds * 1000
    ):
        return Sight(SessionEvent.RESTRICTION_SEEN, lock.reason, lock)
    flicker = before.state is SessionState.SUSPECTED_BAN
    return Sight(SessionEvent.LOGGED_IN, "a_flicker" if flicker else "chat_list_shown")
