"""Scripts for coroutines: EVALSHA over one connection, shared by concurrent calls.

The calls of one pass of the event loop are one write; Redis reads, runs and answers them together, and with
``appendfsync always`` one fsync covers them all. Answers come in the order of the calls.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

import hiredis
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError

from whatsapp_tasks.stores.script import Value, sha_of

_MORE = object()
"""Returned by the parser while an answer is incomplete."""


class ScriptPipeline:
    """Calls scripts from the coroutines of one event loop. Raises redis-py's errors.

    When Redis does not answer a call within ``timeout_seconds``, the connection is given up and all waiting
    calls fail, because answers are matched to calls by their order.
    """

    def __init__(self, redis_url: str, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._pool = redis.asyncio.ConnectionPool.from_url(
            redis_url,
            protocol=2,  # one answer to each command, and no push messages
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            retry=Retry(NoBackoff(), 0),
        )
        self._connection: _Connection | None = None

    async def call(self, source: str, keys: Sequence[str], args: Sequence[Value]) -> Any:
        """The answer of the script: texts, whole numbers, None, and lists of these."""
        try:
            return await self._ask(("EVALSHA", sha_of(source), len(keys), *keys, *args))
        except ResponseError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
        # Nothing has run; from now on Redis has the script.
        return await self._ask(("EVAL", source, len(keys), *keys, *args))

    async def do(self, *command: Value) -> Any:
        """The answer to any command."""
        return await self._ask(command)

    async def close(self) -> None:
        """Ends the connection; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _ask(self, command: tuple[Value, ...]) -> asyncio.Future[Any]:
        connection = self._connection
        if connection is None or connection.ended:
            redis_connection = self._pool.make_connection()  # type: ignore[no-untyped-call]  # untyped there
            connection = self._connection = _Connection(redis_connection, self._timeout)
        packed = hiredis.pack_command(command)  # type: ignore[arg-type]  # its stub means a tuple of one
        return connection.ask(packed)


class _Connection(asyncio.Protocol):
    """One connection, from its creation to its end; calls may be added before it is open.

    redis-py opens it. From then on answers are read where they arrive: its StreamReader would wake a task for
    each batch.
    """

    def __init__(self, redis_connection: Any, timeout_seconds: float) -> None:
        self.ended = False
        self._loop = asyncio.get_running_loop()
        self._redis = redis_connection
        self._timeout = timeout_seconds
        self._transport: asyncio.Transport | None = None
        self._to_write: list[bytes] = []
        self._waiting: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._reader = hiredis.Reader(
            protocolError=ConnectionError,
            replyError=ResponseError,
            encoding="utf-8",
            errors="replace",
            notEnoughData=_MORE,
        )
        self._timer: asyncio.TimerHandle | None = None
        self._opening = self._loop.create_task(self._open())

    def ask(self, request: bytes) -> asyncio.Future[Any]:
        """A future of the answer."""
        if self._transport is not None and not self._to_write:
            self._loop.call_soon(self._write)
        self._to_write.append(request)
        answer = self._loop.create_future()
        self._waiting.append((answer, self._loop.time() + self._timeout))
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeout, self._check_timeout)
        return answer

    async def close(self) -> None:
        self._end(ConnectionError("The connection was closed"))
        await asyncio.gather(self._opening, return_exceptions=True)

    def data_received(self, data: bytes) -> None:
        try:
            self._read(data)
        except RedisError as error:
            self._end(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(ConnectionError(str(exc) if exc else "Redis closed the connection"))

    async def _open(self) -> None:
        try:
            await self._redis.connect()
            if self.ended:  # by its timeout
                self._drop()
                return
            self._transport = self._redis._writer.transport
            self._transport.set_protocol(self)
            self._write()
        except RedisError as error:
            self._end(error)
        except OSError as error:
            self._end(ConnectionError(str(error)))
        except asyncio.CancelledError:  # `_end` gave it up
            self._drop()

    def _drop(self) -> None:
        """Aborts instead of closing: nobody waits for answers any more, and TLS would wait for the other
        side.
        """
        if (writer := self._redis._writer) is not None:
            writer.transport.abort()
            self._redis._close()

    def _write(self) -> None:
        if self._transport is not None and self._to_write and not self.ended:
            self._transport.write(b"".join(self._to_write))
            self._to_write.clear()

    def _read(self, data: bytes) -> None:
        self._reader.feed(data)
        while (answer := self._reader.gets()) is not _MORE:
            if not self._waiting:
                raise ConnectionError("Redis sent an answer without a command")
            waiting, _ = self._waiting.popleft()
            if waiting.done():  # the caller was cancelled
                continue
            if isinstance(answer, ResponseError):
                waiting.set_exception(answer)
            else:
                waiting.set_result(answer)

    def _check_timeout(self) -> None:
        """Ends the connection when the oldest call has waited too long; otherwise checks again at its
        deadline.
        """
        self._timer = None
        if not self._waiting:
            return
        left = self._waiting[0][1] - self._loop.time()
        if left <= 0:
            self._end(TimeoutError("Redis did not answer in time"))
        else:
            self._timer = self._loop.call_later(left, self._check_timeout)

    def _end(self, error: RedisError) -> None:
        self.ended = True
        kind = TimeoutError if isinstance(error, TimeoutError) else ConnectionError
        if self._timer is not None:
            self._timer.cancel()
        while self._waiting:
            waiting, _ = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(kind(str(error)))
        if not self._opening.done() and self._opening is not asyncio.current_task():
            self._opening.cancel()
        self._drop()
