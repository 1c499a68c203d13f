"""The circuit breaker's state, stored in Redis so that it survives restarts."""

from whatsapp_tasks.domain.circuit import CLOSED, Circuit
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import applied


class Circuits:
    """The circuit of one account."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    def get(self) -> Circuit:
        text = self._db.text("GET", self._keys.circuit)
        return Circuit.from_json(text) if text else CLOSED

    def put(self, circuit: Circuit, fence: int) -> None:
        """Called by the account's worker; raises LeaseLost."""
        answer = self._db.run(
            "put_fenced",
            {"target": self._keys.circuit, "lease": self._keys.lease},
            {"fence": fence, "value": circuit.to_json()},
        )
        if not applied(answer):
            raise LeaseLost

    def close(self) -> None:
        """Called for a person."""
        self._db.do("DEL", self._keys.circuit)
