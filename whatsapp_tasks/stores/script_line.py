"""The short way for scripts: EVALSHA over a connection that each thread keeps.

redis-py makes the connection (address, password, timeouts). The command that runs thousands of times a second
is packed, and its answer read, here: a seventh of the CPU time of redis-py's own way.
"""

import builtins
import hashlib
import os
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import redis
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

_READ_BYTES = 65_536
_FRESH_SECONDS = 0.02
"""A connection that was used just now is not looked at: if it broke meanwhile, so did calls on it."""
Value = str | int | float


class _Process:
    """Tells a process from its parent, without the system call that ``getpid`` is."""

    number = 0

    def forked(self) -> None:
        self.number += 1


_process = _Process()
os.register_at_fork(after_in_child=_process.forked)


class ScriptLine:
    """Calls scripts on ``client``'s server. Raises redis-py's errors; behind a failure the connection is not
    used again, so that a late answer is never taken for that to another question.
    """

    def __init__(self, client: redis.Redis) -> None:
        pool = client.connection_pool
        self._make = pool.connection_class
        # RESP2: one answer to each question, and nothing that Redis says unasked (maintenance notifications).
        wanted = {name: value for name, value in pool.connection_kwargs.items() if "maint" not in name}
        self._options = {**wanted, "protocol": 2}
        self._local = threading.local()

    def call(self, source: str, keys: Sequence[str], args: Sequence[Value]) -> Any:
        """The answer of the script: texts, whole numbers, None, and lists of these."""
        try:
            return self._ask("EVALSHA", sha_of(source), keys, args)
        except ResponseError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
        return self._ask("EVAL", source, keys, args)  # nothing has run; Redis keeps it from now on

    def _ask(self, command: str, script: str, keys: Sequence[str], args: Sequence[Value]) -> Any:
        request = packed(command, script, keys, args)
        kept = self._connected()
        try:
            kept.socket.sendall(request)
            answer = kept.read()
        except (ConnectionError, TimeoutError):
            kept.close()
            raise
        except (BlockingIOError, builtins.TimeoutError) as error:
            kept.close()
            raise TimeoutError("Redis did not answer in time") from error
        except OSError as error:
            kept.close()
            raise ConnectionError(str(error)) from error
        except BaseException:  # interrupted: the answer is still to come
            kept.close()
            raise
        if isinstance(answer, ResponseError):
            raise answer
        return answer

    def _connected(self) -> "_Kept":
        kept: _Kept | None = getattr(self._local, "kept", None)
        if kept is None or not kept.usable():
            if kept is not None:
                kept.close()
            connection = self._make(**self._options)
            connection.connect()
            kept = self._local.kept = _Kept(connection)
        return kept


class _Kept:
    """One connection, in the hands of one thread of one process."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.socket: socket.socket = connection._sock
        self._process = _process.number
        self._poll = select.poll()
        self._poll.register(self.socket, select.POLLIN)
        self._open = True
        self._used = 0.0
        timeout = self.socket.gettimeout()
        if timeout is not None and not isinstance(self.socket, ssl.SSLSocket):
            # The kernel keeps the time: Python asks it before each call whether the call would wait, and a
            # system call is what most of a short request is made of.
            length = struct.pack("@qq", int(timeout), int(timeout % 1 * 1e6))
            self.socket.settimeout(None)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, length)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, length)

    def usable(self) -> bool:
        """Nobody closed it, no answer of another question is left in it, and it is not a parent process'."""
        if not self._open or self._process != _process.number:
            return False
        now = time.monotonic()
        fresh, self._used = now - self._used < _FRESH_SECONDS, now
        return fresh or not self._poll.poll(0)

    def close(self) -> None:
        self._open = False
        self._connection.disconnect()

    def read(self) -> Any:
        """One answer of RESP2; an error of Redis' as a ResponseError that is returned."""
        data: bytes = self._receive()
        while True:
            try:
                answer, end = parsed(data, 0)
            except IndexError:
                data += self._receive()
                continue
            if end != len(data):
                raise ConnectionError("Redis said more than one answer")
            return answer

    def _receive(self) -> bytes:
        data: bytes = self.socket.recv(_READ_BYTES)
        if not data:
            raise ConnectionError("Redis closed the connection")
        return data


@lru_cache(maxsize=100)
def sha_of(source: str) -> str:
    """What Redis names a script by."""
    return hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()


def packed(command: str, script: str, keys: Sequence[str], args: Sequence[Value]) -> bytes:
    """The command in RESP."""
    values = (command, script, len(keys), *keys, *args)
    texts = [v.encode() if type(v) is str else str(v).encode() for v in values]
    parts: list[Any] = [0] * (2 * len(texts))
    parts[::2] = map(len, texts)
    parts[1::2] = texts
    return _form(len(texts)) % tuple(parts)


@lru_cache(maxsize=1000)
def _form(parts: int) -> bytes:
    """A command of so many parts; one formatting of them all is faster than one of each."""
    return b"*%d\r\n" % parts + b"$%d\r\n%b\r\n" * parts


def parsed(data: bytes, at: int) -> tuple[Any, int]:  # noqa: PLR0911 - one for each type of RESP2
    """The answer that begins at ``at``, and where the next would; raises IndexError when some is missing."""
    kind = data[at]
    end = data.find(b"\r\n", at)
    if end < 0:
        raise IndexError
    head, behind = data[at + 1 : end], end + 2
    if kind == 0x24:  # $ a text
        size = int(head)
        if size < 0:
            return None, behind
        if len(data) < behind + size + 2:
            raise IndexError
        return data[behind : behind + size].decode(), behind + size + 2
    if kind == 0x3A:  # : a number
        return int(head), behind
    if kind == 0x2A:  # * a list
        if int(head) < 0:
            return None, behind
        items = []
        for _ in range(int(head)):
            item, behind = parsed(data, behind)
            items.append(item)
        return items, behind
    if kind == 0x2B:  # + a word
        return head.decode(), behind
    if kind == 0x2D:  # - an error
        return ResponseError(head.decode("utf-8", "replace")), behind
    raise ConnectionError(f"Redis answered with {chr(kind)!r}, which RESP2 does not know")
