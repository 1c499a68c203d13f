"""The possible outcomes of the scripts. A test compares each enum with its script's ``return`` lines, so a
``match`` with ``assert_never`` handles every outcome.
"""

from enum import Enum, IntEnum, StrEnum
from typing import TypeVar

from whatsapp_tasks.errors import UnknownOutcome


class Accept(StrEnum):
    """``scripts/accept.lua``; only ACCEPTED creates a message."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REPLAYED = "replayed"
    ACCOUNT_UNKNOWN = "account_unknown"
    OPTED_OUT = "opted_out"
    FILE_GONE = "file_gone"
    NO_REPEAT = "no_repeat"
    LIMITED = "limited"
    CAPPED = "capped"


class PutTemplate(StrEnum):
    """``scripts/template_put.lua``; FULL keeps nothing."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FULL = "full"


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
    OPTED_OUT = "opted_out"
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


class WriteInbox(StrEnum):
    """``scripts/inbox_write.lua``."""

    WRITTEN = "written"
    LEASE_LOST = "lease_lost"


class SettleMedia(StrEnum):
    """``scripts/inbox_media_settle.lua``."""

    SETTLED = "settled"
    CHANGED = "changed"
    GONE = "gone"
    LEASE_LOST = "lease_lost"


class BeginCheck(StrEnum):
    """``scripts/number_check_begin.lua``."""

    ACCEPTED = "accepted"
    ACCOUNT_UNKNOWN = "account_unknown"
    FULL = "full"


class TakeNumber(StrEnum):
    """``scripts/number_check_take.lua``; only TAKEN allows a look-up."""

    TAKEN = "taken"
    KNOWN = "known"
    OPTED_OUT = "opted_out"
    GIVEN_UP = "given_up"
    HELD = "held"
    CAPPED = "capped"
    CHANGED = "changed"
    LEASE_LOST = "lease_lost"


class SettleNumber(StrEnum):
    """``scripts/number_check_settle.lua``."""

    SETTLED = "settled"
    GONE = "gone"
    LEASE_LOST = "lease_lost"


class Acquire(StrEnum):
    """``scripts/lease_acquire.lua``."""

    ACQUIRED = "acquired"
    HELD = "held"


class OpenView(StrEnum):
    """``scripts/hand_open.lua``."""

    OPENED = "opened"
    TAKEN = "taken"


class Attempt(StrEnum):
    """The result of an attempt to deliver an event: an argument of ``scripts/webhook_settle.lua``."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DEAD = "dead"
    GONE = "gone"


class Applied(IntEnum):
    """For scripts that either do everything or nothing."""

    NO = 0
    YES = 1


AnyOutcome = TypeVar("AnyOutcome", bound=Enum)


def outcome_of(kind: type[AnyOutcome], answer: object) -> AnyOutcome:
    """The outcome of a script; raises UnknownOutcome if the enum does not have it."""
    try:
        return kind(answer)
    except ValueError:
        raise UnknownOutcome(f"A script returned {answer!r}, which is not a known {kind.__name__}.") from None


def applied(answer: object) -> bool:
    """Whether a script did its work; raises UnknownOutcome."""
    return outcome_of(Applied, answer) is Applied.YES
