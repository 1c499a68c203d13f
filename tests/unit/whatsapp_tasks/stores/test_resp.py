"""What is said to Redis, and what it answers, in RESP2."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from redis.exceptions import ConnectionError, ResponseError

from whatsapp_tasks.stores.resp import packed, parsed

VALUES = st.recursive(
    st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.text(st.characters(codec="utf-8"))),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


def written(value: Any) -> bytes:
    """As Redis would answer it."""
    if value is None:
        return b"$-1\r\n"
    if isinstance(value, int):
        return b":%d\r\n" % value
    if isinstance(value, str):
        raw = value.encode()
        return b"$%d\r\n%b\r\n" % (len(raw), raw)
    return b"*%d\r\n" % len(value) + b"".join(written(item) for item in value)


@given(VALUES)
def test_every_answer_is_read_whole_and_none_before_it_is_there(value: Any) -> None:
    data = written(value)
    assert parsed(data, 0) == (value, len(data))
    for cut in range(len(data)):
        with pytest.raises(IndexError):
            parsed(data[:cut], 0)


def test_words_errors_and_absent_lists() -> None:
    assert parsed(b"+OK\r\n", 0)[0] == "OK"
    assert parsed(b"*-1\r\n", 0)[0] is None
    error = parsed(b"-NOSCRIPT none\r\n", 0)[0]
    assert isinstance(error, ResponseError)
    assert str(error) == "NOSCRIPT none"
    with pytest.raises(ConnectionError, match="RESP2"):
        parsed(b"%0\r\n", 0)


@given(st.lists(st.text(st.characters(codec="utf-8")) | st.integers() | st.floats(allow_nan=False)))
def test_a_command_is_packed_as_redis_py_packs_it(args: list[Any]) -> None:
    theirs = Redis().connection_pool.make_connection().pack_command("EVALSHA", "sha", 2, "k1", "kü", *args)  # type: ignore[no-untyped-call]
    assert packed("EVALSHA", "sha", ["k1", "kü"], args) == b"".join(theirs)
