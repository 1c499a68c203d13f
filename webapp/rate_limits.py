"""Request limits per address and per API key, counted in Redis; closed while Redis is away.

Each limit costs one round trip of its own: the address before anything is believed, the key once it is
proven to be the caller's. Whoever floods us with wrong signatures uses up his address, not somebody's key.
"""

import time
from collections.abc import Callable

import redis
from flask import Flask, current_app, g, request
from flask_limiter import ApplicationLimit, Limiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from whatsapp_tasks.config import Settings

LIMITER_TIMEOUT_SECONDS = 0.2
"""A Redis that hangs must not cost each caller seconds before he is told so."""


def install(app: Flask, settings: Settings) -> Limiter:
    """Counts each request against its address. Raises limits' StorageError when Redis is away."""
    pool = redis.ConnectionPool.from_url(
        settings.redis_url,
        socket_timeout=LIMITER_TIMEOUT_SECONDS,
        socket_connect_timeout=LIMITER_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    limiter = Limiter(
        _address,
        app=app,
        application_limits=[ApplicationLimit(settings.rate_limit_per_address, scope="address")],
        strategy="sliding-window-counter",
        storage_uri="redis://",
        storage_options={"connection_pool": pool, "wrap_exceptions": True, "key_prefix": "wa:limit"},  # type: ignore[dict-item]
        swallow_errors=False,
    )
    count: Callable[[], None] = limiter.shared_limit(
        settings.rate_limit_per_key, scope="key", key_func=_key, override_defaults=False
    )(_nothing)
    app.extensions[COUNT_KEY] = count
    app.extensions[LIMITER] = limiter
    app.extensions[_POOL] = pool
    return limiter


def close(app: Flask) -> None:
    """Gives the limiter's connections back; the next request opens new ones."""
    app.extensions[_POOL].disconnect()


COUNT_KEY = "whatsapp-tasks-count-key"
LIMITER = "whatsapp-tasks-limiter"
_POOL = "whatsapp-tasks-limiter-pool"


def _address() -> str:
    return request.remote_addr or "unknown"


def _key() -> str:
    return str(g.api_key.id)


def _nothing() -> None:
    """What the limiter wraps: a place at which the key is counted."""


def rate_limit_headers() -> dict[str, str]:
    """Retry-After and the RateLimit headers for the limit that was broken; one more round trip."""
    limit = current_app.extensions[LIMITER].current_limit
    if limit is None:
        return {"Retry-After": "1"}
    wait = max(1, int(limit.reset_at - time.time()))
    return {
        "Retry-After": str(wait),
        "RateLimit-Limit": str(limit.limit.amount),
        "RateLimit-Remaining": str(limit.remaining),
        "RateLimit-Reset": str(wait),
    }
