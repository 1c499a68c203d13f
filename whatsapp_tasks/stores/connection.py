"""The connection to Redis: with timeouts, our own errors, and scripts called by name."""

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    BusyLoadingError,
    ConnectionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
)
from redis.retry import Retry

from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.script import Value, script, sha_of
from whatsapp_tasks.stores.script_pipeline import ScriptPipeline

log = logging.getLogger(__name__)

# Out of memory, disk full, too few replicas, a replica without its master, busy with somebody's script, ours
# ended by an operator before it wrote: Redis answers, but stores nothing.
_REFUSES_WRITES = re.compile(
    r"(?:^|caused error: )-?(OOM|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|LOADING|READONLY|BUSY)\b"
    r"|Script killed by user"
)
AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError, OutOfMemoryError)

MAX_CONNECTIONS = 1000
"""Of one process: one per busy thread. redis-py 8 raises an error at the 101st by default."""

LISTENING_SECONDS = 2.0
"""Until Redis confirms that we listen."""

START_ATTEMPTS = 5
START_FIRST_DELAY_SECONDS = 1.0


class Database:
    """The few Redis commands that the stores use, with text values, failing closed.

    Every method raises StoreUnavailable when Redis is unavailable or answers too late. Nothing is retried
    here: a script that ran although its answer was lost must not run again.
    """

    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    @classmethod
    def connect(cls, settings: Settings) -> "Database":
        """Connects lazily: nothing is sent before the first command."""
        return cls(
            redis.Redis.from_url(
                settings.redis_url,
                decode_responses=True,
                encoding_errors="replace",  # entries that others put on a queue may not be text
                socket_timeout=settings.redis_timeout_seconds,
                socket_connect_timeout=settings.redis_timeout_seconds,
                retry=Retry(NoBackoff(), 0),
                max_connections=MAX_CONNECTIONS,
            )
        )

    def run(
        self,
        name: str,
        keys: Mapping[str, str],
        args: Mapping[str, Value],
        more_keys: Sequence[str] = (),
        more_args: Sequence[Value] = (),
    ) -> Any:
        """Runs ``scripts/<name>.lua`` in one round trip; keys and arguments have the names in its head."""
        source = script(name).source
        bound_keys, bound_args = script(name).bound(keys, args, more_keys, more_args)
        with _failing_closed:
            try:
                return self.client.evalsha(sha_of(source), len(bound_keys), *bound_keys, *bound_args)
            except NoScriptError:  # nothing has run; from now on Redis has the script
                return self.client.eval(source, len(bound_keys), *bound_keys, *bound_args)

    def together(self, *commands: tuple[str | int | float, ...]) -> list[Any]:
        """Several commands as one transaction."""
        with _failing_closed, self.client.pipeline() as pipe:
            for command in commands:
                pipe.execute_command(*command)  # type: ignore[no-untyped-call]  # untyped there
            return list(pipe.execute())

    def do(self, *command: str | int | float) -> Any:
        """Runs any command; returns the answer as redis-py parses it."""
        with _failing_closed:
            return self.client.execute_command(*command)  # type: ignore[no-untyped-call]  # untyped there

    # Typed answers for the stores.

    def text(self, *command: str | int | float) -> str | None:
        answer = self.do(*command)
        return None if answer is None else str(answer)

    def texts(self, *command: str | int | float) -> list[str]:
        return [str(item) for item in self.do(*command)]

    def texts_or_none(self, *command: str | int | float) -> list[str | None]:
        return [None if item is None else str(item) for item in self.do(*command)]

    def number(self, *command: str | int | float) -> int:
        return int(self.do(*command) or 0)

    def record(self, key: str) -> dict[str, str]:
        return dict(self.do("HGETALL", key))

    # What no store keeps.

    def publish(self, channel: str, text: str) -> int:
        """Passes ``text`` to those who listen to ``channel`` now; returns how many they are."""
        return self.number("PUBLISH", channel, text)

    def listen(self, channel: str) -> "Listener":
        """From now on, what is published on ``channel``; to be closed."""
        return Listener(self.client, channel)


class Listener:
    """What is published on one channel from its creation on, on a connection of its own.

    Redis keeps none of it, neither in memory nor on disk: what comes while nobody listens is lost. Raises the
    errors of ``Database``.
    """

    def __init__(self, client: redis.Redis, channel: str) -> None:
        self._pubsub = client.pubsub()  # type: ignore[no-untyped-call]  # untyped there
        with _failing_closed:
            self._pubsub.subscribe(channel)
        # What is published before Redis confirms would be missed.
        if self._next(LISTENING_SECONDS) is None:
            self.close()
            raise StoreUnavailable

    def next(self, within_seconds: float) -> str | None:
        """The next text, None if none came in time."""
        message = self._next(within_seconds)
        return str(message["data"]) if message is not None and message["type"] == "message" else None

    def _next(self, within_seconds: float) -> dict[str, Any] | None:
        with _failing_closed:
            message: dict[str, Any] | None = self._pubsub.get_message(timeout=max(0.0, within_seconds))
        return message

    def close(self) -> None:
        """Listens no longer; may be called again."""
        self._pubsub.close()


class Pipeline:
    """Scripts and commands for coroutines of one event loop: concurrent calls share a round trip.

    Raises the same errors as ``Database``.
    """

    def __init__(self, scripts: ScriptPipeline) -> None:
        self._scripts = scripts

    @classmethod
    def connect(cls, settings: Settings) -> "Pipeline":
        """Connects lazily: nothing is sent before the first script."""
        return cls(ScriptPipeline(settings.redis_url, settings.redis_timeout_seconds))

    async def run(
        self,
        name: str,
        keys: Mapping[str, str],
        args: Mapping[str, Value],
        more_keys: Sequence[str] = (),
        more_args: Sequence[Value] = (),
    ) -> Any:
        """Runs ``scripts/<name>.lua``, once; see ``Database.run``."""
        bound_keys, bound_args = script(name).bound(keys, args, more_keys, more_args)
        with _failing_closed:
            return await self._scripts.call(script(name).source, bound_keys, bound_args)

    async def do(self, *command: Value) -> Any:
        """Any command; the answer as Redis gives it: texts, whole numbers, None, and lists of these."""
        with _failing_closed:
            return await self._scripts.do(*command)

    async def close(self) -> None:
        """Closes the connection; waiting calls get StoreUnavailable."""
        await self._scripts.close()


class _FailingClosed:
    """Turns redis-py's errors into ours. Not a generator, because it is entered thousands of times a
    second.
    """

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, AWAY) or (
            isinstance(error, ResponseError) and _REFUSES_WRITES.search(str(error))
        ):
            raise StoreUnavailable from error


_failing_closed = _FailingClosed()


def await_redis(database: Database, process: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Waits for Redis at the start of a process: 5 attempts, 1 s x 2^n between them (the blueprint's).

    Raises StoreUnavailable after the last one; the caller exits with code 1.
    """
    for attempt in range(1, START_ATTEMPTS + 1):
        try:
            database.do("PING")
        except StoreUnavailable as error:
            delay = START_FIRST_DELAY_SECONDS * 2 ** (attempt - 1)
            last = attempt == START_ATTEMPTS
            log.warning(
                "Redis is unavailable",
                extra={
                    "waiting": process,  # the name "process" is reserved by the log record and would raise
                    "attempt": attempt,
                    "of": START_ATTEMPTS,
                    "next_in_seconds": None if last else delay,
                    "cause": str(error.__cause__ or error),
                },
            )
            if last:
                raise
            sleep(delay)
        else:
            return
