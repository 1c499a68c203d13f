"""The state machine of an account's session: a table, and one function that looks it up."""

from enum import StrEnum

from whatsapp_tasks.domain.session_archives import WAITING
from whatsapp_tasks.errors import IllegalTransition


class SessionState(StrEnum):
    INIT = "INIT"
    QR_PENDING = "QR_PENDING"
    AUTHENTICATED = "AUTHENTICATED"
    SUSPECTED_BAN = "SUSPECTED_BAN"
    BANNED = "BANNED"
    CIRCUIT_OPEN = "CIRCUIT_OPEN"
    RESTRICTED = "RESTRICTED"
    ATTENTION = "ATTENTION"


class SessionEvent(StrEnum):
    STARTED = "started"  # a worker took the account and starts its browser
    QR_SHOWN = "qr_shown"  # the page asks to link a phone
    LOGGED_IN = "logged_in"  # the chat list is there
    LOGGED_OUT = "logged_out"  # the link screen replaced the chat list
    BAN_SIGNAL = "ban_signal"  # a ban text, or the chat list gone without a known reason
    BAN_CONFIRMED = "ban_confirmed"  # both signs of a ban after the quarantine
    RESTRICTION_SEEN = "restriction_seen"  # a temporary ban or the new-chat lock
    FAILURES_IN_ROW = "failures_in_row"  # the circuit opens, or is still open
    PROBE_ALLOWED = "probe_allowed"  # the circuit's time is over
    PAGE_UNKNOWN = "page_unknown"  # an unknown page
    SESSION_WAITS = "session_waits"  # no copy of the session may run now, so no browser is started
    PERSON_CLEARED = "person_cleared"  # an operator says: try again


S, E = SessionState, SessionEvent

MEANINGS: dict[SessionState, str] = {
    S.INIT: "the browser starts, or the page is loading",
    S.QR_PENDING: "a phone must be linked: scan the QR code or use a pairing code",
    S.AUTHENTICATED: "linked and ready; the only state in which chats are started",
    S.SUSPECTED_BAN: "something looks like a ban; quarantined until a second look",
    S.BANNED: "the ban was confirmed; only a person can end this state",
    S.CIRCUIT_OPEN: "too many failures in a row; waiting before one probe",
    S.RESTRICTED: "WhatsApp limits the account; chats that show a compose box can be written to",
    S.ATTENTION: "the page is unknown; nothing is sent until it is known",
}

PASSKEY_REQUIRED = "passkey_required"
"""A reason of ATTENTION: WhatsApp asks for a passkey before it links the phone."""

UNKNOWN_DIALOG = "unknown_dialog"
"""A reason of ATTENTION: a dialog that nobody knows covers the chats."""

_BY_REASON = {
    UNKNOWN_DIALOG: (
        "a dialog that is not known covers the page, and nothing is sent until a person has clicked it away: "
        "whatsapp-tasks hand"
    ),
    PASSKEY_REQUIRED: (
        "WhatsApp asks for a passkey before it links the phone; the page is not changed until a person "
        "continues or cancels: whatsapp-tasks passkey"
    ),
    **WAITING,
}


def meaning_of(state: SessionState, reason: str) -> str:
    """The meaning of the state for a person; for some reasons a more specific one."""
    return _BY_REASON.get(reason, MEANINGS[state])


# Events that any page may cause at any time, and failures in a row, which may come before the first page.
_ANYWHERE: dict[SessionEvent, SessionState] = {
    E.STARTED: S.INIT,
    E.QR_SHOWN: S.QR_PENDING,
    E.LOGGED_OUT: S.QR_PENDING,
    E.LOGGED_IN: S.AUTHENTICATED,
    E.RESTRICTION_SEEN: S.RESTRICTED,
    E.BAN_SIGNAL: S.SUSPECTED_BAN,
    E.PAGE_UNKNOWN: S.ATTENTION,
    E.SESSION_WAITS: S.ATTENTION,
    E.FAILURES_IN_ROW: S.CIRCUIT_OPEN,
}

TRANSITIONS: dict[SessionState, dict[SessionEvent, SessionState]] = {
    S.INIT: _ANYWHERE,
    S.QR_PENDING: _ANYWHERE,
    S.AUTHENTICATED: _ANYWHERE,
    S.SUSPECTED_BAN: {
        E.BAN_SIGNAL: S.SUSPECTED_BAN,
        E.BAN_CONFIRMED: S.BANNED,
        # A flicker: back to the state before, given by the page (or by the circuit, which stayed open).
        E.LOGGED_IN: S.AUTHENTICATED,
        E.LOGGED_OUT: S.QR_PENDING,
        E.QR_SHOWN: S.QR_PENDING,
        E.RESTRICTION_SEEN: S.RESTRICTED,
        E.FAILURES_IN_ROW: S.CIRCUIT_OPEN,
        E.PAGE_UNKNOWN: S.ATTENTION,  # the chat list stays away, and nothing says that it is a ban
        E.SESSION_WAITS: S.ATTENTION,
        E.STARTED: S.SUSPECTED_BAN,  # a restart does not end the quarantine
        E.PERSON_CLEARED: S.INIT,
    },
    # Only a person can end this state; after a restart of the worker the account is still banned.
    S.BANNED: {E.PERSON_CLEARED: S.INIT, E.STARTED: S.BANNED},
    # The page may look fine meanwhile, so a look does not close the circuit; only its time does.
    S.CIRCUIT_OPEN: {
        E.STARTED: S.CIRCUIT_OPEN,
        E.LOGGED_IN: S.CIRCUIT_OPEN,
        E.FAILURES_IN_ROW: S.CIRCUIT_OPEN,
        E.PROBE_ALLOWED: S.AUTHENTICATED,
        E.PERSON_CLEARED: S.INIT,
        E.LOGGED_OUT: S.QR_PENDING,
        E.QR_SHOWN: S.QR_PENDING,
        E.RESTRICTION_SEEN: S.RESTRICTED,
        E.BAN_SIGNAL: S.SUSPECTED_BAN,
        E.SESSION_WAITS: S.ATTENTION,
    },
    S.RESTRICTED: {**_ANYWHERE, E.PERSON_CLEARED: S.INIT},
    S.ATTENTION: {**_ANYWHERE, E.PERSON_CLEARED: S.INIT},
}

MAY_SEND = frozenset({S.AUTHENTICATED})
"""States in which new chats may be started."""
MAY_REPLY = frozenset({S.RESTRICTED})
"""States in which existing chats may be written to, if setting and kind of restriction allow it
(restrictions.py)."""


def next_state(state: SessionState, event: SessionEvent) -> SessionState:
    """The state after ``event``; raises IllegalTransition, which names both, if there is none."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalTransition(
            f"An account in the state {state} does not accept the event {event}."
        ) from None
