"""Requests that different programs might read differently are refused before everything else."""

from typing import Any

import pytest
from werkzeug.exceptions import NotFound

from webapp.threads import environ_of
from webapp.well_formed import check
from whatsapp_tasks.errors import RequestRefused


def environ(*headers: tuple[str, str], method: str = "POST", path: bytes = b"/send") -> dict[str, Any]:
    """Of a request with these lines, as the server passes it on."""
    lines = [("host", "localhost"), *headers]
    scope = {
        "method": method,
        "scheme": "http",
        "http_version": "1.1",
        "raw_path": path,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in lines],
        "client": ("127.0.0.1", 1234),
    }
    return environ_of(scope, b"{}")


@pytest.mark.parametrize(
    "name",
    [
        *("Idempotency-Key", "X-Api-Key", "X-Timestamp", "X-Signature", "X-Content-SHA256"),
        *("Content-Disposition", "Content-Type"),
    ],
)
def test_a_header_with_one_value_comes_once(name: str) -> None:
    """Joined with a comma it would be another key, and the message would be sent once more."""
    check(environ((name, "a")))
    with pytest.raises(RequestRefused, match="once") as refused:
        check(environ((name, "a"), (name, "a")))
    assert refused.value.http_status == 400


def test_a_header_with_many_values_may_come_in_lines() -> None:
    check(environ(("Accept", "a"), ("Accept", "b"), ("Cookie", "a=1"), ("Cookie", "b=2")))


@pytest.mark.parametrize("encoding", ["gzip", "deflate, gzip", "GZIP", "br", "identity, gzip"])
def test_a_compressed_body_is_refused_and_not_sent_compressed(encoding: str) -> None:
    with pytest.raises(RequestRefused, match="Content-Encoding") as refused:
        check(environ(("Content-Encoding", encoding)))
    assert (refused.value.code, refused.value.http_status) == ("content_type_unsupported", 415)
    check(environ(("Content-Encoding", encoding), method="GET"))


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_body_as_it_is_may_say_so(encoding: str) -> None:
    check(environ(("Content-Encoding", encoding)))


@pytest.mark.parametrize(
    "path",
    [b"/messages%2Fx", b"/accounts%2fdefault%2Fpause", b"/%6fpt-outs/+4930%2f1", b"/opt-outs%2F+49301"],
)
def test_an_escaped_slash_separates_nothing(path: bytes) -> None:
    """A proxy that refuses /accounts/ to callers from outside let /accounts%2fdefault pass."""
    with pytest.raises(NotFound):
        check(environ(path=path))


@pytest.mark.parametrize("path", [b"/opt-outs/+4930%2F1", b"/messages/%61", b"/%73end", b"/messages%3Abatch"])
def test_other_escapes_are_read(path: bytes) -> None:
    check(environ(path=path))
