"""The circuit breaker: after too many failures in a row nothing is sent for a while, then one probe.

A value, and functions that return the next value; stores/circuits.py stores it.
"""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

FAILURES_ALLOWED = 5
"""So many in a row are allowed; the next one opens the circuit (the blueprint's "more than 5")."""
OPEN_SECONDS = 300.0
"""Duration of the first opening; each further one without a success in between lasts twice as long."""
LONGEST_OPEN_SECONDS = 3600.0
PROBES_THAT_FAIL = 2
"""Recipients whose messages must fail in a probe before the circuit opens again."""


class Phase(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PROBE = "probe"  # its time is over: the next attempts decide


@dataclass(frozen=True)
class CircuitRules:
    failures_allowed: int = FAILURES_ALLOWED
    open_seconds: float = OPEN_SECONDS
    longest_seconds: float = LONGEST_OPEN_SECONDS


@dataclass(frozen=True)
class Circuit:
    """``failures``: the current number in a row. ``openings``: without a success in between; 0 means closed.

    ``recipients``: digests of the recipients (or texts or files: ``faults.culprit``) of failed messages since
    it was closed or last opened. Each counts once, so that failures of one of them, however often it is
    tried, never open the circuit.
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
        """Opens on one failure too many; in a probe, when a second recipient fails too.

        ``recipient`` is the digest of the attempt's recipient; "" for a failure of the page alone, which
        always counts. A failure while the circuit is open changes nothing (only the page can fail then,
        because nothing is sent).
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
        """Open from now on, regardless of the count; for a cause that is not a failed attempt."""
        seconds = min(rules.open_seconds * 2.0 ** min(self.openings, 30), rules.longest_seconds)
        return Circuit(self.failures + 1, self.openings + 1, now_ms + int(seconds * 1000))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Circuit":
        fields = json.loads(text)
        return cls(**{**fields, "recipients": tuple(fields.get("recipients", ()))})


CLOSED = Circuit()
"""The circuit after a success."""
