"""The circuit breaker of one account at work: counts, opens, lets one probe through, closes."""

import hashlib
import logging

from whatsapp_tasks.domain.circuit import CLOSED, Circuit, CircuitRules, Phase
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.stores.pauses import PauseReason

log = logging.getLogger(__name__)


class Breaker:
    """The store has the truth; the pause ``circuit`` and the session's state follow it."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        settings = context.settings
        self._rules = CircuitRules(
            settings.circuit_failures, settings.circuit_open_seconds, settings.circuit_longest_seconds
        )

    def failed(self, code: str, culprit: str) -> None:
        """An attempt failed in a way that may say something of the page; ``culprit`` counts once, see
        ``faults.culprit``.
        """
        before = self._context.circuits.get()
        recipient = hashlib.sha256(culprit.encode()).hexdigest()[:16] if culprit else ""
        self._put(before, before.after_failure(self._rules, self._context.now_ms(), recipient), code)

    def open(self, code: str) -> Circuit:
        """Opens for a cause that is not a row of failed attempts."""
        before = self._context.circuits.get()
        after = before.opened(self._rules, self._context.now_ms())
        self._put(before, after, code)
        return after

    def succeeded(self) -> None:
        """A message reached WhatsApp: whatever was counted is over."""
        before = self._context.circuits.get()
        if before != CLOSED:
            self._put(before, CLOSED, "")
            if before.openings:
                log.info("The circuit is closed again", extra={"account": self._context.account})

    def reconcile(self) -> Phase:
        """Brings the pause in step with the circuit: also after a kill between two writes."""
        context = self._context
        circuit, phase = context.circuits.get(), Phase.CLOSED
        if circuit.openings:
            phase = circuit.phase(context.now_ms())
        if phase is Phase.OPEN:
            note = f"failures in a row: {circuit.failures}; opening {circuit.openings}"
            context.pauses.set(PauseReason.CIRCUIT, context.actor, context.now_ms(), note)
        else:
            context.pauses.clear(PauseReason.CIRCUIT, context.actor, context.now_ms())
        return phase

    def _put(self, before: Circuit, after: Circuit, code: str) -> None:
        context = self._context
        if after == before:
            return
        context.circuits.put(after, context.lease.fence)
        if after.openings > before.openings:
            self.reconcile()
            log.error(
                "The circuit opens: nothing is sent for a while",
                extra={
                    "account": context.account,
                    "code": code,
                    "failures": after.failures,
                    "seconds": (after.open_until_ms - context.now_ms()) // 1000,
                },
            )
