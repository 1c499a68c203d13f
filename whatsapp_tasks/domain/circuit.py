"""The circuit breaker: after too many failures in a row nothing is sent for a while, then one probe.

A value and the functions that make the next one; whoever keeps it durable is stores/circuits.py.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from whatsapp_tasks.errors import BrowserError, SendError, SendPostponed, SendUnsettled

FAILURES_ALLOWED = 5
"""In a row; the next one opens the circuit (the blueprint's "more than 5")."""
OPEN_SECONDS = 300.0
"""The first opening; each one that follows without a success between lasts twice as long."""
LONGEST_OPEN_SECONDS = 3600.0


class Phase(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PROBE = "probe"  # its time is over: the next end of an attempt decides


@dataclass(frozen=True)
class CircuitRules:
    failures_allowed: int = FAILURES_ALLOWED
    open_seconds: float = OPEN_SECONDS
    longest_seconds: float = LONGEST_OPEN_SECONDS


@dataclass(frozen=True)
class Circuit:
    """``failures``: in a row, now. ``openings``: without a success between; 0 means closed."""

    failures: int = 0
    openings: int = 0
    open_until_ms: int = 0

    def phase(self, now_ms: int) -> Phase:
        if not self.openings:
            return Phase.CLOSED
        return Phase.OPEN if now_ms < self.open_until_ms else Phase.PROBE

    def after_failure(self, rules: CircuitRules, now_ms: int) -> "Circuit":
        """Opens on the failure that is one too many, and on any failure of a probe.

        A failure while it is open (the page's, for nothing is sent) changes nothing.
        """
        phase = self.phase(now_ms)
        if phase is Phase.OPEN:
            return self
        if phase is Phase.CLOSED and self.failures < rules.failures_allowed:
            return Circuit(self.failures + 1)
        return self.opened(rules, now_ms)

    def opened(self, rules: CircuitRules, now_ms: int) -> "Circuit":
        """Open from now on, whatever the count; for a cause that is not a failed attempt."""
        seconds = min(rules.open_seconds * 2.0 ** min(self.openings, 30), rules.longest_seconds)
        return Circuit(self.failures + 1, self.openings + 1, now_ms + int(seconds * 1000))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Circuit":
        return cls(**json.loads(text))


CLOSED = Circuit()
"""What a success makes of any circuit."""


def speaks_of_us(error: SendError | BrowserError) -> bool:
    """Whether the failure tells something of us or of the page. A number that is not on WhatsApp does not,
    nor does a pause that came while a message was typed.
    """
    match error:
        case SendPostponed(about_us=about_us):
            return about_us
        case SendUnsettled():
            return True
        case SendError():
            return False
    return True
