"""Used signatures: each signature is accepted once."""

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database


class Nonces:
    def __init__(self, database: Database) -> None:
        self._db = database

    def use(self, signature_digest: str, ttl_ms: int) -> bool:
        """False if it was used before."""
        return self._db.do("SET", keys.nonce(signature_digest), "1", "NX", "PX", ttl_ms) is not None
