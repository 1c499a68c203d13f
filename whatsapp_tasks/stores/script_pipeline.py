"""Scripts for coroutines: EVALSHA over one connection, which those that run at once share.

What is asked in one pass of the event loop is one write; Redis reads, runs and answers it together, and with
``appendfsync always`` one fsync serves it all. Answers come in the order of the questions.
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

_READ_BYTES = 65_536
_MORE = object()
"""The rest of an answer is still to come."""


class ScriptPipeline:
    """Calls scripts from the coroutines of one event loop. Raises redis-py's errors.

    When Redis is silent for ``timeout_seconds`` to one of them, the connection is given up and all who wait
    are told: answers belong to questions by their order alone.
    """

    def __init__(self, redis_url: str, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._pool = redis.asyncio.ConnectionPool.from_url(
            redis_url,
            protocol=2,  # one answer to each question, and nothing that Redis says unasked
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            retry=Retry(NoBackoff(), 0),
        )
        self._line: _Line | None = None

    async def call(self, source: str, keys: Sequence[str], args: Sequence[Value]) -> Any:
        """The answer of the script: texts, whole numbers, None, and lists of these."""
        try:
            return await self._ask(("EVALSHA", sha_of(source), len(keys), *keys, *args))
        except ResponseError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
        # Nothing has run; Redis keeps it from now on.
        return await self._ask(("EVAL", source, len(keys), *keys, *args))

    async def close(self) -> None:
        """Ends the connection; the next call opens another."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    def _ask(self, command: tuple[Value, ...]) -> asyncio.Future[Any]:
        line = self._line
        if line is None or line.ended:
            connection = self._pool.make_connection()  # type: ignore[no-untyped-call]  # untyped there
            line = self._line = _Line(connection, self._timeout)
        return line.ask(hiredis.pack_command(command))  # type: ignore[arg-type]  # its stub means a tuple of one


class _Line:
    """One connection: from its making, before it is open, to its end."""

    def __init__(self, connection: Any, timeout_seconds: float) -> None:
        self.ended = False
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._timeout = timeout_seconds
        self._writer: asyncio.StreamWriter | None = None
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
        self._task = self._loop.create_task(self._run())

    def ask(self, request: bytes) -> asyncio.Future[Any]:
        """The answer that is to come."""
        if self._writer is not None and not self._to_write:
            self._loop.call_soon(self._write)
        self._to_write.append(request)
        answer = self._loop.create_future()
        self._waiting.append((answer, self._loop.time() + self._timeout))
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeout, self._look_at_the_time)
        return answer

    async def close(self) -> None:
        self._end(ConnectionError("The connection was closed"))
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self._connection.connect()
            self._writer = self._connection._writer
            self._write()
            while True:
                data = await self._connection._reader.read(_READ_BYTES)
                if not data:
                    raise ConnectionError("Redis closed the connection")
                self._read(data)
        except RedisError as error:
            self._end(error)
        except OSError as error:
            self._end(ConnectionError(str(error)))
        finally:
            # Not in order: nobody waits for answers any more, and TLS would wait for the other's goodbye.
            if (writer := self._connection._writer) is not None:
                writer.transport.abort()
            await self._connection.disconnect(nowait=True)

    def _write(self) -> None:
        if self._writer is not None and self._to_write and not self.ended:
            self._writer.write(b"".join(self._to_write))
            self._to_write.clear()

    def _read(self, data: bytes) -> None:
        self._reader.feed(data)
        while (answer := self._reader.gets()) is not _MORE:
            if not self._waiting:
                raise ConnectionError("Redis said more than it was asked")
            asked, _ = self._waiting.popleft()
            if asked.done():  # whoever asked has gone
                continue
            if isinstance(answer, ResponseError):
                asked.set_exception(answer)
            else:
                asked.set_result(answer)

    def _look_at_the_time(self) -> None:
        """Ends the connection when who has waited longest has waited too long; else looks again then."""
        self._timer = None
        if not self._waiting:
            return
        left = self._waiting[0][1] - self._loop.time()
        if left <= 0:
            self._end(TimeoutError("Redis did not answer in time"))
        else:
            self._timer = self._loop.call_later(left, self._look_at_the_time)

    def _end(self, error: RedisError) -> None:
        self.ended = True
        kind = TimeoutError if isinstance(error, TimeoutError) else ConnectionError
        if self._timer is not None:
            self._timer.cancel()
        while self._waiting:
            asked, _ = self._waiting.popleft()
            if not asked.done():
                asked.set_exception(kind(str(error)))
        if self._task is not asyncio.current_task():
            self._task.cancel()
