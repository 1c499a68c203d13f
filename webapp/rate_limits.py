"""Request limits per address and per API key, counted in Redis; closed while Redis is away.

Each limit costs one round trip of its own: the address before anything is believed, the key once it is
proven to be the caller's. Whoever floods us with wrong signatures uses up his address, not somebody's key.

``POST /send`` is spared both round trips: the script that accepts the message counts in the same windows
(``windows``), and what is refused before it gets there is counted afterwards (``count``). It knows nothing of
Flask: it says who is counted.
"""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple, cast

import redis
from flask import Flask, current_app, g, request
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from redis.backoff import NoBackoff
from redis.retry import Retry

from webapp.proxies import caller_of
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.admission import Window

LIMITER_TIMEOUT_SECONDS = 0.2
"""A Redis that hangs must not cost each caller seconds before he is told so."""

PREFIX = "wa:limit"
EXTENSION = "whatsapp-tasks-limits"

_ADDRESS = "address"
_KEY = "key"


class RateLimited(RequestRefused):
    """More requests than a limit allows; carries the headers that say when to come back."""

    def __init__(self, limit: RateLimitItem, remaining: int, reset_at: float) -> None:
        wait = max(1, math.ceil(reset_at - time.time()))
        super().__init__(
            "rate_limited",
            f"More requests than allowed ({limit}). Wait as long as Retry-After says.",
            http_status=429,
            retry_after_seconds=wait,
        )
        self.headers = {
            "RateLimit-Limit": str(limit.amount),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(wait),
        }


class Counted(NamedTuple):
    """Whose request is counted: the address (``proxies.caller_of``), and the key once it is proven."""

    address: str
    key_id: str | None = None


class RequestLimits:
    """The limits of one application. Everything here raises limits' StorageError when Redis is away."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._pool = redis.ConnectionPool.from_url(
            settings.redis_url,
            socket_timeout=LIMITER_TIMEOUT_SECONDS,
            socket_connect_timeout=LIMITER_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self.limiter = Limiter(
            address,
            app=app,
            application_limits=[ApplicationLimit(settings.rate_limit_per_address, scope=_ADDRESS)],
            strategy="sliding-window-counter",
            storage_uri="redis://",
            storage_options={"connection_pool": self._pool, "wrap_exceptions": True, "key_prefix": PREFIX},  # type: ignore[dict-item]
            swallow_errors=False,
        )
        self.count_key = self.limiter.shared_limit(
            settings.rate_limit_per_key, scope=_KEY, key_func=_key, override_defaults=False
        )(_nothing)
        self._limits = {
            _ADDRESS: sorted(parse_many(settings.rate_limit_per_address)),
            _KEY: sorted(parse_many(settings.rate_limit_per_key)),
        }
        self.windows: Callable[[Counted], Sequence[Window]] = lru_cache(maxsize=10_000)(self._windows_of)
        """The windows of a request, for a script that counts it."""

    def _windows_of(self, who: Counted) -> Sequence[Window]:
        return tuple(_window(item, name, scope) for item, name, scope in self._of(who))

    def full(self, window: int, who: Counted) -> RateLimited:
        """What a request is refused with, when that window of ``windows`` is full; one round trip."""
        item, name, scope = self._of(who)[window]
        stats = self.limiter.limiter.get_window_stats(item, name, scope)
        return RateLimited(item, stats.remaining, stats.reset_time)

    def count(self, who: Counted) -> None:
        """Counts a request against its address and, if one is proven, its key; raises RateLimited."""
        for place, (item, name, scope) in enumerate(self._of(who)):
            if not self.limiter.limiter.hit(item, name, scope):
                raise self.full(place, who)

    def close(self) -> None:
        """Gives the connections back; the next request opens new ones."""
        self._pool.disconnect()

    def _of(self, who: Counted) -> Sequence[tuple[RateLimitItem, str, str]]:
        of_address = [(item, who.address, _ADDRESS) for item in self._limits[_ADDRESS]]
        if who.key_id is None:
            return of_address
        return of_address + [(item, who.key_id, _KEY) for item in self._limits[_KEY]]


def install(app: Flask, settings: Settings) -> RequestLimits:
    """Counts each request against its address, but for what is exempt."""
    app.extensions[EXTENSION] = limits = RequestLimits(app, settings)

    @app.before_request
    def _count_what_leads_nowhere() -> None:
        # The limiter knows endpoints alone: a wrong path or method has none, and is not free for that.
        # With Redis away it is told all the same: behind it is nothing to let through.
        if request.routing_exception is not None:
            with suppress(StorageError):
                limits.count(Counted(address()))

    return limits


def request_limits(app: Flask | None = None) -> RequestLimits:
    """The limits of the application; of that which serves this request, unless one is named."""
    return cast(RequestLimits, (app or current_app).extensions[EXTENSION])


def of_limiter(error: RateLimitExceeded) -> RequestRefused:
    """flask-limiter's refusal of this request in our words; one more round trip."""
    broken = request_limits().limiter.current_limit
    if broken is None:
        return RequestRefused("rate_limited", str(error.description), http_status=429, retry_after_seconds=1)
    return RateLimited(broken.limit, broken.remaining, broken.window[0])


def _window(item: RateLimitItem, name: str, scope: str) -> Window:
    # The names that limits' Redis storage gives them.
    current = f"{PREFIX}:{{{item.key_for(name, scope)}}}"
    return Window(f"{current}/-1", current, item.amount, item.get_expiry())


def address() -> str:
    """Under which name the address of this request is counted."""
    return caller_of(request.environ)


def _key() -> str:
    return str(g.api_key.id)


def _nothing() -> None:
    """What the limiter wraps: a place at which the key is counted."""
