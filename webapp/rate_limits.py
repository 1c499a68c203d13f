"""Request limits per address and per API key, counted in Redis; fails closed while Redis is unavailable.

Each limit costs one round trip: the address is counted before authentication, the key after it. So a flood of
wrong signatures uses up the limit of its address, not of somebody's key.

``POST /send`` saves both round trips: the script that accepts the message counts in the same windows
(``windows``), and a request that is refused before that is counted afterwards (``count``). It does not depend
on Flask: it passes the caller to be counted.
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

LIMITER_TIMEOUT_SECONDS = 0.5
"""If Redis hangs, callers must get the error quickly; a busy machine, or an fsync, may take 0.2 s."""

PREFIX = "wa:limit"
EXTENSION = "whatsapp-tasks-limits"

_ADDRESS = "address"
_KEY = "key"


class RateLimited(RequestRefused):
    """More requests than a limit allows; carries the headers that say when to try again."""

    def __init__(self, limit: RateLimitItem, remaining: int, reset_at: float) -> None:
        wait = max(1, math.ceil(reset_at - time.time()))
        super().__init__(
            "rate_limited",
            f"More requests than allowed ({limit}). Wait for the time in Retry-After.",
            http_status=429,
            retry_after_seconds=wait,
        )
        self.headers = {
            "RateLimit-Limit": str(limit.amount),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(wait),
        }


class Counted(NamedTuple):
    """The caller to be counted: the address (``proxies.caller_of``), and the key if it is proven."""

    address: str
    key_id: str | None = None


class RequestLimits:
    """The limits of one application. Everything here raises limits' StorageError if Redis is unavailable."""

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
        self.windows: Callable[[Counted], Sequence[Window]] = lru_cache(maxsize=10_000)(self._build_windows)
        """The windows of a request, for a script that counts it."""

    def _build_windows(self, who: Counted) -> Sequence[Window]:
        return tuple(_window(item, name, scope) for item, name, scope in self._of(who))

    def full(self, window: int, who: Counted) -> RateLimited:
        """The error for a request when this window of ``windows`` is full; one round trip."""
        item, name, scope = self._of(who)[window]
        stats = self.limiter.limiter.get_window_stats(item, name, scope)
        return RateLimited(item, stats.remaining, stats.reset_time)

    def count(self, who: Counted) -> None:
        """Counts a request against its address and its key, if that is proven; raises RateLimited."""
        for index, (item, name, scope) in enumerate(self._of(who)):
            if not self.limiter.limiter.hit(item, name, scope):
                raise self.full(index, who)

    def count_proven(self, who: Counted) -> None:
        """Counts a request against its key, after its address was counted; raises RateLimited."""
        counted = len(self._limits[_ADDRESS])
        for index, (item, name, scope) in enumerate(self._of(who)):
            if index >= counted and not self.limiter.limiter.hit(item, name, scope):
                raise self.full(index, who)

    def close(self) -> None:
        """Closes the connections; the next request opens new ones."""
        self._pool.disconnect()

    def _of(self, who: Counted) -> Sequence[tuple[RateLimitItem, str, str]]:
        of_address = [(item, who.address, _ADDRESS) for item in self._limits[_ADDRESS]]
        if who.key_id is None:
            return of_address
        return of_address + [(item, who.key_id, _KEY) for item in self._limits[_KEY]]


def install(app: Flask, settings: Settings) -> RequestLimits:
    """Counts each request against its address, except for exempt views."""
    app.extensions[EXTENSION] = limits = RequestLimits(app, settings)

    @app.before_request
    def _count_what_leads_nowhere() -> None:
        # The limiter knows only endpoints: a wrong path or method has none, but must be counted too.
        # While Redis is unavailable it is answered anyway, because there is nothing to protect.
        if request.routing_exception is not None:
            with suppress(StorageError):
                limits.count(Counted(address()))

    return limits


def request_limits(app: Flask | None = None) -> RequestLimits:
    """The limits of ``app``, or of the application that serves this request."""
    return cast(RequestLimits, (app or current_app).extensions[EXTENSION])


def of_limiter(error: RateLimitExceeded) -> RequestRefused:
    """flask-limiter's refusal of this request as our own error; one more round trip."""
    broken = request_limits().limiter.current_limit
    if broken is None:
        return RequestRefused("rate_limited", str(error.description), http_status=429, retry_after_seconds=1)
    return RateLimited(broken.limit, broken.remaining, broken.window[0])


def _window(item: RateLimitItem, name: str, scope: str) -> Window:
    # The names that limits' Redis storage gives them.
    current = f"{PREFIX}:{{{item.key_for(name, scope)}}}"
    return Window(f"{current}/-1", current, item.amount, item.get_expiry())


def address() -> str:
    """The name under which the address of this request is counted."""
    return caller_of(request.environ)


def _key() -> str:
    return str(g.api_key.id)


def _nothing() -> None:
    """A function for the limiter to wrap, so that it counts the key."""
