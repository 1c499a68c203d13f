"""API keys: the callers, their scopes, and the secrets that sign requests."""

import json
import secrets
from dataclasses import asdict, dataclass, field

from whatsapp_tasks.domain.authors import KEY_ID_PREFIX, NAMELESS
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

SCOPES = ("send", "read", "scan", "admin")


@dataclass(frozen=True)
class ApiKey:
    """``secrets`` holds one, or two during a rotation. They are stored in clear, because HMAC needs them."""

    id: str
    label: str
    scopes: tuple[str, ...]
    created_ms: int
    secrets: tuple[str, ...] = field(repr=False, default=())

    @property
    def author(self) -> str:
        """The name that others see as the author of an action: the label, never the id."""
        return self.label or NAMELESS

    def allows(self, scope: str) -> bool:
        return scope in self.scopes or "admin" in self.scopes


class ApiKeys:
    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, label: str, scopes: tuple[str, ...], now_ms: int) -> ApiKey:
        """A new key with its secret, 256 random bits; the caller shows the secret once."""
        key_id, secret = f"{KEY_ID_PREFIX}{secrets.token_hex(8)}", f"was_{secrets.token_urlsafe(32)}"
        key = ApiKey(key_id, label, scopes, now_ms, (secret,))
        self.put(key)
        return key

    def put(self, key: ApiKey) -> None:
        self._db.do("HSET", keys.API_KEYS, key.id, json.dumps(asdict(key)))

    def get(self, key_id: str) -> ApiKey | None:
        """The key or None, in the same time: the duration must not reveal which ids exist."""
        text = self._db.text("HGET", keys.API_KEYS, key_id)
        key = key_of(text or _NOBODY)
        return key if text else None

    def all(self) -> list[ApiKey]:
        return sorted(
            (key_of(text) for text in self._db.texts("HVALS", keys.API_KEYS)), key=lambda key: key.created_ms
        )

    def rotate(self, key: ApiKey) -> ApiKey:
        """Adds a secret; the previous one stays valid until the next rotation.

        Raises RequestRefused (``api_key_not_found``) if the key was revoked meanwhile.
        """
        now = self.get(key.id)
        if now is None:
            raise RequestRefused(
                "api_key_not_found", "There is no API key with this id; it may be revoked.", http_status=404
            )
        key = now
        fresh = f"was_{secrets.token_urlsafe(32)}"
        rotated = ApiKey(key.id, key.label, key.scopes, key.created_ms, (fresh, *key.secrets[:1]))
        self.put(rotated)
        return rotated

    def revoke(self, key_id: str) -> bool:
        return self._db.number("HDEL", keys.API_KEYS, key_id) == 1


_NOBODY = json.dumps(asdict(ApiKey("wak_0000000000000000", "nobody", ("read",), 0, ("was_" + "0" * 43,))))


def key_of(text: str) -> ApiKey:
    """The key in its stored form."""
    fields = json.loads(text)
    return ApiKey(**{**fields, "scopes": tuple(fields["scopes"]), "secrets": tuple(fields["secrets"])})
