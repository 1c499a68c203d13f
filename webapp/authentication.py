"""Who calls: the API key, its scope, and the signature of every request that changes something.

Where a blueprint is registered, its authentication is named: a ``Guard``, or ``OPEN`` for none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask import Blueprint, Flask, g, request

from webapp import bodies
from webapp.rate_limits import request_limits
from webapp.services import Services, services
from webapp.targets import signed_target
from whatsapp_tasks.dispatch import nonce_ttl_ms, signature_digest, signature_replayed
from whatsapp_tasks.domain.signatures import check_signature, signature_invalid
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.nonces import Nonces

Scope = Literal["send", "read", "admin"]

UNSIGNED = frozenset({"GET", "HEAD"})
"""They change nothing, so the key alone is enough."""

_NOBODY = ("an unknown key costs as much time as a wrong signature",)


@dataclass(frozen=True)
class Guard:
    """Which scope each method of a blueprint needs.

    ``in_dispatch``: that the signature is accepted once, and how many requests the key makes, is seen to by
    dispatch, in the round trip that accepts the message; the view hands both on.
    """

    scopes: Mapping[str, Scope]
    in_dispatch: bool = False

    def check(self) -> None:
        """Raises RequestRefused (401, 403) or RateLimitExceeded unless the caller may do this."""
        method = request.method
        parts = services()
        known = parts.keys.get(key_id(request.environ))
        key, signature = proven(parts, known, request.environ, method, bodies.raw)
        g.api_key = key
        if not self.in_dispatch:
            request_limits().count_key()
        require_scope(key, self.scopes["GET" if method == "HEAD" else method])
        g.signature = signature
        if signature is not None and not self.in_dispatch:
            ttl_ms = nonce_ttl_ms(parts.settings)
            if not Nonces(parts.database).use(signature_digest(signature), ttl_ms):
                raise signature_replayed()


OPEN: None = None
"""No authentication: said aloud where the blueprint is registered."""


def register(app: Flask, blueprint: Blueprint, guard: Guard | None) -> None:
    """Adds the blueprint to the application, with ``guard`` before each of its views."""
    app.register_blueprint(blueprint)
    if guard is not None:
        app.before_request_funcs.setdefault(blueprint.name, []).append(guard.check)


def caller() -> ApiKey:
    """The key that was proven to be the caller's."""
    key: ApiKey = g.api_key
    return key


def key_id(environ: Mapping[str, Any]) -> str:
    """The id of the key that the caller names; raises RequestRefused (401) for one who names none."""
    named: str | None = environ.get("HTTP_X_API_KEY")
    if not named:
        raise RequestRefused(
            "api_key_missing", "Send your API key's id in the header X-Api-Key.", http_status=401
        )
    return named


def proven(
    parts: Services,
    key: ApiKey | None,
    environ: Mapping[str, Any],
    method: str,
    body: Callable[[], bytes],
) -> tuple[ApiKey, str | None]:
    """The caller's key, which may not be known, and the signature that proves it where one is asked for;
    raises RequestRefused (401).

    Of a request as WSGI tells it, so that it holds above and below Flask.
    """
    signature = None
    if method not in UNSIGNED and parts.settings.signature_required:
        signature = _signed(key, method, parts, environ, body())
    if key is None:
        raise RequestRefused("api_key_invalid", "This API key is not known.", http_status=401)
    return key, signature


def require_scope(key: ApiKey, scope: Scope) -> None:
    """Raises RequestRefused (403) unless the key has the scope."""
    if not key.allows(scope):
        raise RequestRefused(
            "scope_missing",
            f"This needs an API key with the scope '{scope}'; yours has: {', '.join(key.scopes)}.",
            http_status=403,
        )


def _signed(key: ApiKey | None, method: str, parts: Services, environ: Mapping[str, Any], body: bytes) -> str:
    """The signature, when one of the key's secrets made it for this request."""
    signature: str | None = environ.get("HTTP_X_SIGNATURE")
    settings = parts.settings
    check_signature(
        key.secrets if key else _NOBODY,
        signature=signature,
        timestamp=environ.get("HTTP_X_TIMESTAMP"),
        method=method,
        target=signed_target(environ),
        body=body,
        now=parts.clock(),
        past_seconds=settings.signature_past_seconds,
        future_seconds=settings.signature_future_seconds,
    )
    if key is None or signature is None:
        raise signature_invalid()
    return signature
