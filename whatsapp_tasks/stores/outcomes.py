"""What the scripts may answer. A test holds each enum against its script's ``return`` lines, so that whoever
matches one with ``assert_never`` has thought of every answer.
"""

from enum import Enum, IntEnum, StrEnum
from typing import TypeVar

from whatsapp_tasks.errors import UnknownOutcome


class Accept(StrEnum):
    """``scripts/accept.lua``; only ACCEPTED brings a message into being."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REPLAYED = "replayed"
    ACCOUNT_UNKNOWN = "account_unknown"
    OPTED_OUT = "opted_out"
    LIMITED = "limited"
    CAPPED = "capped"


class Claim(StrEnum):
    """``scripts/claim.lua``; only CLAIMED allows the message to be typed."""

    CLAIMED = "claimed"
    SETTLE = "settle"
    OCCUPIED = "occupied"
    LEASE_LOST = "lease_lost"
    GONE = "gone"
    DONE = "done"
    PAUSED = "paused"
    LATER = "later"
    EXPIRED = "expired"
    OPTED_OUT = "opted_out"
    RESTRICTED = "restricted"
    CAPPED = "capped"


class Defer(StrEnum):
    """``scripts/defer.lua``."""

    OK = "ok"
    LEASE_LOST = "lease_lost"
    REFUSED = "refused"
    NO_PLACE = "no_place"


class Note(StrEnum):
    """``scripts/note.lua``."""

    OK = "ok"
    LEASE_LOST = "lease_lost"
    PAUSED = "paused"
    REFUSED = "refused"


class Advance(StrEnum):
    """``scripts/advance.lua``."""

    OK = "ok"
    LEASE_LOST = "lease_lost"
    GONE = "gone"
    REFUSED = "refused"


class Transition(StrEnum):
    """``scripts/transition.lua``."""

    OK = "ok"
    CHANGED = "changed"
    LEASE_LOST = "lease_lost"


class Receive(StrEnum):
    """``scripts/receive.lua``."""

    WRITTEN = "written"
    LEASE_LOST = "lease_lost"
    FORGOTTEN = "forgotten"


class Acquire(StrEnum):
    """``scripts/lease_acquire.lua``."""

    ACQUIRED = "acquired"
    HELD = "held"


class Attempt(StrEnum):
    """What came of an attempt to deliver an event: what ``scripts/webhook_settle.lua`` is called with."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DEAD = "dead"
    GONE = "gone"


class Applied(IntEnum):
    """The scripts that either do all they are for, or nothing."""

    NO = 0
    YES = 1


AnyOutcome = TypeVar("AnyOutcome", bound=Enum)


def outcome_of(kind: type[AnyOutcome], answer: object) -> AnyOutcome:
    """The answer of a script; raises UnknownOutcome for one that its enum does not have."""
    try:
        return kind(answer)
    except ValueError:
        raise UnknownOutcome(f"A script answered {answer!r}, which is no {kind.__name__}.") from None


def applied(answer: object) -> bool:
    """Whether a script did what it is for; raises UnknownOutcome."""
    return outcome_of(Applied, answer) is Applied.YES
