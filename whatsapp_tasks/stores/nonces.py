"""Used signatures: each signature is accepted once."""

from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database


class Nonces:
    def __init__(self, database: Database) -> None:
        self._db = database

    def use(self, signature_digest: str, ttl_ms: int) -> bool:
        """False if it was used before."""
        return self._db.do("SET", keys.nonce(signature_digest), "1", "NX", "PX", ttl_ms) is not None


def nonce_ttl_ms(settings: Settings) -> int:
    """A signature is remembered as long as its timestamp could still be accepted."""
    return int((settings.signature_past_seconds + settings.signature_future_seconds + 1) * 1000)
