"""Authentication: the API key, its scope, and the signature of every request.

The id of a key is not secret: it is shown in lists and sent in each request. The signature proves the caller.

All decisions use the request's WSGI environ, so they are the same for every server.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from webapp.services import AskRedisFirst, Services
from webapp.targets import signed_target
from whatsapp_tasks.domain.signatures import check_signature, signature_invalid
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.api_keys import ApiKey

Scope = Literal["send", "read", "scan", "admin", "any"]
"""What an operation asks for; ``any`` key has that one."""


def authenticated(
    parts: Services,
    environ: Mapping[str, Any],
    body: Callable[[], bytes],
    *,
    may_ask_redis: bool = True,
) -> tuple[ApiKey, str | None]:
    """The caller's key, and the signature that proves it, unless a setting turns signatures off.

    Before a refusal, the request is checked against the cached key and then against the key in Redis. So a
    new secret works at once, and a wrong signature takes the same work for an existing key and for an unknown
    one: the duration of an answer does not reveal which ids exist.

    Raises RequestRefused (401), and AskRedisFirst if Redis is needed but may not be used now.
    """
    named: str | None = environ.get("HTTP_X_API_KEY")
    if not named:
        raise RequestRefused(
            "api_key_missing", "Send the id of your API key in the header X-Api-Key.", http_status=401
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
    if scope != "any" and not key.allows(scope):
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
        raise RequestRefused("api_key_invalid", "This API key is unknown.", http_status=401)
    return key, signature


def _signed(parts: Services, key: ApiKey | None, environ: Mapping[str, Any], body: bytes) -> str:
    """The signature, if one of the key's secrets made it for this request; raises RequestRefused
    otherwise.
    """
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
