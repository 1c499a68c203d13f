"""The circuit breaker: after too many failures in a row nothing is sent for a while, then one probe.

A value and the functions that make the next one; whoever keeps it durable is stores/circuits.py.
"""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

FAILURES_ALLOWED = 5
"""In a row; the next one opens the circuit (the blueprint's "more than 5")."""
OPEN_SECONDS = 300.0
"""The first opening; each one that follows without a success between lasts twice as long."""
LONGEST_OPEN_SECONDS = 3600.0
PROBES_THAT_FAIL = 2
"""Recipients whose messages must fail before a circuit whose time was over opens again."""


class Phase(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PROBE = "probe"  # its time is over: what the next attempts come to decides


@dataclass(frozen=True)
class CircuitRules:
    failures_allowed: int = FAILURES_ALLOWED
    open_seconds: float = OPEN_SECONDS
    longest_seconds: float = LONGEST_OPEN_SECONDS


@dataclass(frozen=True)
class Circuit:
    """``failures``: in a row, now. ``openings``: without a success between; 0 means closed.

    ``recipients``: who had a part in the failures since it was closed or last opened, as digests. Each counts
    once: what one recipient or one text causes, however often it is tried, opens no circuit.
    """

    failures: int = 0
    openings: int = 0
    open_until_ms: int = 0
    recipients: tuple[str, ...] = ()

    def phase(self, now_ms: int) -> Phase:
        if not self.openings:
            return Phase.CLOSED
        return Phase.OPEN if now_ms < self.open_until_ms else Phase.PROBE

    def after_failure(self, rules: CircuitRules, now_ms: int, recipient: str = "") -> "Circuit":
        """Opens on the failure that is one too many; in a probe, when a second recipient fails too.

        ``recipient`` is the digest of who the attempt was for; "" for a failure of the page alone, which
        counts by itself. A failure while it is open (the page's, for nothing is sent) changes nothing.
        """
        phase = self.phase(now_ms)
        if phase is Phase.OPEN or recipient in self.recipients:
            return self
        recipients = (*self.recipients, recipient) if recipient else self.recipients
        counted = replace(self, failures=self.failures + 1, recipients=recipients)
        if phase is Phase.PROBE and recipient and len(recipients) < PROBES_THAT_FAIL:
            return counted
        if phase is Phase.CLOSED and self.failures < rules.failures_allowed:
            return counted
        return self.opened(rules, now_ms)

    def opened(self, rules: CircuitRules, now_ms: int) -> "Circuit":
        """Open from now on, whatever the count; for a cause that is not a failed attempt."""
        seconds = min(rules.open_seconds * 2.0 ** min(self.openings, 30), rules.longest_seconds)
        return Circuit(self.failures + 1, self.openings + 1, now_ms + int(seconds * 1000))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Circuit":
        fields = json.loads(text)
        return cls(**{**fields, "recipients": tuple(fields.get("recipients", ()))})


CLOSED = Circuit()
"""What a success makes of any circuit."""
