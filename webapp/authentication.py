"""Who calls: the API key, its scope, and the signature of every request.

The id of a key is no secret: it stands in lists and in each request. What proves a caller is the signature.

All is decided of a request as WSGI tells it, so that it holds for every server.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from webapp.services import AskRedisFirst, Services
from webapp.targets import signed_target
from whatsapp_tasks.domain.signatures import check_signature, signature_invalid
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.api_keys import ApiKey

Scope = Literal["send", "read", "admin"]


def authenticated(
    parts: Services,
    environ: Mapping[str, Any],
    body: Callable[[], bytes],
    *,
    may_ask_redis: bool = True,
) -> tuple[ApiKey, str | None]:
    """The caller's key, and the signature that proves it, unless a setting does without.

    Whatever is refused was held against the key as it is known here and then as Redis holds it: a secret that
    was added a moment ago counts at once, and a wrong signature costs the same work for a key that is in use
    and for one that does not exist. The time of an answer tells nobody which ids there are.

    Raises RequestRefused (401), and AskRedisFirst where that may not be done now.
    """
    named: str | None = environ.get("HTTP_X_API_KEY")
    if not named:
        raise RequestRefused(
            "api_key_missing", "Send your API key's id in the header X-Api-Key.", http_status=401
        )
    try:
        return _proven(parts, parts.keys.known(named), environ, body)
    except RequestRefused as error:
        if error.code not in ("signature_invalid", "api_key_invalid"):
            raise
    if not may_ask_redis:
        raise AskRedisFirst
    return _proven(parts, parts.keys.read(named), environ, body)


def require_scope(key: ApiKey, scope: Scope) -> None:
    """Raises RequestRefused (403) unless the key has the scope."""
    if not key.allows(scope):
        raise RequestRefused(
            "scope_missing",
            f"This needs an API key with the scope '{scope}'; yours has: {', '.join(key.scopes)}.",
            http_status=403,
        )


def _proven(
    parts: Services, key: ApiKey | None, environ: Mapping[str, Any], body: Callable[[], bytes]
) -> tuple[ApiKey, str | None]:
    signature = None
    if parts.settings.signature_required:
        signature = _signed(parts, key, environ, body())
    if key is None:
        raise RequestRefused("api_key_invalid", "This API key is not known.", http_status=401)
    return key, signature


def _signed(parts: Services, key: ApiKey | None, environ: Mapping[str, Any], body: bytes) -> str:
    """The signature, when one of the key's secrets made it for this request."""
    signature: str | None = environ.get("HTTP_X_SIGNATURE")
    settings = parts.settings
    check_signature(
        key.secrets if key is not None else (),
        signature=signature,
        timestamp=environ.get("HTTP_X_TIMESTAMP"),
        method=environ["REQUEST_METHOD"],
        target=signed_target(environ),
        body=body,
        now=parts.clock(),
        past_seconds=settings.signature_past_seconds,
        future_seconds=settings.signature_future_seconds,
    )
    if key is None or signature is None:
        raise signature_invalid()
    return signature
