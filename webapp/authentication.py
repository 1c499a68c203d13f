"""Who calls: the API key, its scope, and the signature of every request.

The id of a key is no secret: it stands in lists and in each request. What proves a caller is the signature.

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

SAFE = frozenset({"GET", "HEAD"})
"""They change nothing. Their signature may come again within its window: who could repeat it has seen the
answer, and a caller may well look twice in one second.
"""


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
        key, signature = _proven_by_redis(parts, request.environ, method)
        g.api_key = key
        if not self.in_dispatch:
            request_limits().count_key()
        require_scope(key, self.scopes["GET" if method == "HEAD" else method])
        g.signature = signature
        if signature is not None and method not in SAFE and not self.in_dispatch:
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
    """The caller's key, which may not be known, and the signature that proves it, unless a setting does
    without; raises RequestRefused (401).

    Of a request as WSGI tells it, so that it holds above and below Flask.
    """
    signature = None
    if parts.settings.signature_required:
        signature = _signed(key, method, parts, environ, body())
    if key is None:
        raise RequestRefused("api_key_invalid", "This API key is not known.", http_status=401)
    return key, signature


def _proven_by_redis(parts: Services, environ: Mapping[str, Any], method: str) -> tuple[ApiKey, str | None]:
    """As ``proven``, for a key that this process need not know yet.

    Whatever is refused was held against the key as it is known here and then as Redis holds it: a secret that
    was added a moment ago counts at once, and a wrong signature costs the same work for a key that is in use
    and for one that does not exist. The time of an answer tells nobody which ids there are.
    """
    named = key_id(environ)
    try:
        return proven(parts, parts.keys.known(named), environ, method, bodies.raw)
    except RequestRefused as error:
        if error.code not in ("signature_invalid", "api_key_invalid"):
            raise
    return proven(parts, parts.keys.read(named), environ, method, bodies.raw)


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
        key.secrets if key is not None else (),
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
