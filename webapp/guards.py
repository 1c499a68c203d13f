"""Authentication before Flask's views.

Each blueprint is registered with its authentication: a ``Guard``, or ``OPEN`` for none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Flask, g, request

from webapp import bodies
from webapp.authentication import Scope, authenticated, require_scope
from webapp.rate_limits import request_limits
from webapp.services import services
from whatsapp_tasks.domain.signatures import signature_digest, signature_replayed
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.nonces import Nonces, nonce_ttl_ms

SAFE = frozenset({"GET", "HEAD"})
"""They change nothing. Their signature may be used again within its window: anybody who can replay it has
seen the answer, and a caller may send the same request twice in one second.
"""


@dataclass(frozen=True)
class Guard:
    """Which scope each method of a blueprint needs."""

    scopes: Mapping[str, Scope]

    def check(self) -> None:
        """Raises RequestRefused (401, 403) or RateLimitExceeded unless the caller may do this."""
        method = request.method
        parts = services()
        key, signature = authenticated(parts, request.environ, bodies.raw)
        g.api_key = key
        request_limits().count_key()
        require_scope(key, self.scopes["GET" if method == "HEAD" else method])
        if signature is not None and method not in SAFE:
            ttl_ms = nonce_ttl_ms(parts.settings)
            if not Nonces(parts.database).use(signature_digest(signature), ttl_ms):
                raise signature_replayed()


OPEN: None = None
"""No authentication; must be given explicitly when a blueprint is registered."""


def register(app: Flask, blueprint: Blueprint, guard: Guard | None) -> None:
    """Adds the blueprint to the application, with ``guard`` before each of its views."""
    app.register_blueprint(blueprint)
    if guard is not None:
        app.before_request_funcs.setdefault(blueprint.name, []).append(guard.check)


def caller() -> ApiKey:
    """The caller's key, proven by the signature."""
    key: ApiKey = g.api_key
    return key
