"""The session of an account as a state machine: a table, and one function that looks it up."""

from enum import StrEnum

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
    LOGGED_OUT = "logged_out"  # the chat list was there and the link screen took its place
    BAN_SIGNAL = "ban_signal"  # a ban text, or the chat list gone without a known reason
    BAN_CONFIRMED = "ban_confirmed"  # still so after the quarantine
    RESTRICTION_SEEN = "restriction_seen"  # a temporary ban or the new-chat lock
    FAILURES_IN_ROW = "failures_in_row"  # the circuit opens, or is open still
    PROBE_ALLOWED = "probe_allowed"  # the circuit's time is over
    PAGE_UNKNOWN = "page_unknown"  # a page nobody recognises
    PERSON_CLEARED = "person_cleared"  # an operator says: try again


S, E = SessionState, SessionEvent

MEANINGS: dict[SessionState, str] = {
    S.INIT: "the browser starts, or the page is loading",
    S.QR_PENDING: "a phone must be linked: scan the QR code or use a pairing code",
    S.AUTHENTICATED: "linked and ready; the only state in which chats are started",
    S.SUSPECTED_BAN: "something looks like a ban; quarantined until a second look",
    S.BANNED: "the ban was confirmed; only a person leads out of here",
    S.CIRCUIT_OPEN: "too many failures in a row; waiting before one probe",
    S.RESTRICTED: "WhatsApp limits the account; replies may still be possible",
    S.ATTENTION: "the page is not one we know; nothing is sent until it is",
}

PASSKEY_REQUIRED = "passkey_required"
"""Reason of ATTENTION: WhatsApp asks for a passkey before it links the phone."""

_BY_REASON = {
    PASSKEY_REQUIRED: (
        "WhatsApp asks for a passkey before it links the phone; the page is left as it is until a person "
        "goes on or cancels: whatsapp-tasks passkey"
    ),
}


def meaning_of(state: SessionState, reason: str) -> str:
    """What the state means to a person, where the reason says more about it than the state."""
    return _BY_REASON.get(reason, MEANINGS[state])


# What any page may tell at any time, and a row of failures, which may come before the first page is seen.
_ANYWHERE: dict[SessionEvent, SessionState] = {
    E.STARTED: S.INIT,
    E.QR_SHOWN: S.QR_PENDING,
    E.LOGGED_OUT: S.QR_PENDING,
    E.LOGGED_IN: S.AUTHENTICATED,
    E.RESTRICTION_SEEN: S.RESTRICTED,
    E.BAN_SIGNAL: S.SUSPECTED_BAN,
    E.PAGE_UNKNOWN: S.ATTENTION,
    E.FAILURES_IN_ROW: S.CIRCUIT_OPEN,
}

TRANSITIONS: dict[SessionState, dict[SessionEvent, SessionState]] = {
    S.INIT: _ANYWHERE,
    S.QR_PENDING: _ANYWHERE,
    S.AUTHENTICATED: _ANYWHERE,
    S.SUSPECTED_BAN: {
        E.BAN_SIGNAL: S.SUSPECTED_BAN,
        E.BAN_CONFIRMED: S.BANNED,
        # A flicker: back to where it was, as the page (or the circuit, which was open all the time) tells.
        E.LOGGED_IN: S.AUTHENTICATED,
        E.LOGGED_OUT: S.QR_PENDING,
        E.QR_SHOWN: S.QR_PENDING,
        E.RESTRICTION_SEEN: S.RESTRICTED,
        E.FAILURES_IN_ROW: S.CIRCUIT_OPEN,
        E.PAGE_UNKNOWN: S.ATTENTION,  # the chat list stays away, and nothing says that it is a ban
        E.STARTED: S.SUSPECTED_BAN,  # a restart does not end the quarantine
        E.PERSON_CLEARED: S.INIT,
    },
    # Only a person leads out of here; a restarted worker finds the account as banned as before.
    S.BANNED: {E.PERSON_CLEARED: S.INIT, E.STARTED: S.BANNED},
    # The page may be fine meanwhile, so what is seen on it does not close the circuit; its time does.
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
    },
    S.RESTRICTED: {**_ANYWHERE, E.PERSON_CLEARED: S.INIT},
    S.ATTENTION: {**_ANYWHERE, E.PERSON_CLEARED: S.INIT},
}

MAY_SEND = frozenset({S.AUTHENTICATED})
"""Where chats are started."""
MAY_REPLY = frozenset({S.RESTRICTED})
"""Where chats that exist may go on, if the setting and the kind of restriction allow (restrictions.py)."""


def next_state(state: SessionState, event: SessionEvent) -> SessionState:
    """The state after ``event``; raises IllegalTransition naming both, and nothing changes."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalTransition(f"An account that is {state} has no way to take the event {event}.") from None
