"""The environ that Flask gets for a request from ASGI."""

import asyncio
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request

from tests.support.asgi_caller import AsgiAnswer, ask
from webapp import file_answers
from webapp.file_answers import FileBody
from webapp.threads import PROBES, THREADS, Threads

MOST = 1000


def asked(method: str, target: str, headers: dict[str, str], body: bytes = b"", **how: Any) -> list[Request]:
    """The requests that a WSGI application sees."""
    seen: list[Request] = []

    def wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
        seen.append(Request(environ))
        seen[0].get_data()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]

    asyncio.run(ask(Threads(wsgi, most_body_bytes=MOST), method, target, headers, body, **how))
    return seen


def answered(status: str, headers: list[tuple[str, str]], chunks: Iterable[bytes]) -> AsgiAnswer | None:
    def wsgi(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response(status, headers)
        return chunks

    return asyncio.run(ask(Threads(wsgi, most_body_bytes=MOST), "GET", "/", {}))


def test_a_request_is_told_whole() -> None:
    [seen] = asked(
        "POST", "/a%20b/%C3%BC%FF?x=%20&y=a+b", {"Content-Type": "text/x", "X-One": "é"}, b"body", pieces=3
    )
    assert (seen.method, seen.environ["QUERY_STRING"]) == ("POST", "x=%20&y=a+b")
    assert seen.environ["PATH_INFO"] == b"/a b/\xc3\xbc\xff".decode("latin-1")
    assert (seen.content_type, seen.content_length, seen.headers["X-One"]) == ("text/x", 4, "é")
    assert (seen.get_data(), seen.remote_addr, seen.scheme, seen.host) == (
        b"body",
        "127.0.0.1",
        "http",
        "localhost",
    )


def test_not_much_more_is_read_than_may_be() -> None:
    [seen] = asked("POST", "/", {}, b"x" * 10 * MOST, pieces=20)
    assert MOST < len(seen.environ["wsgi.input"].getvalue()) < 2 * MOST


@pytest.mark.parametrize(("name", "joined"), [("Cookie", "a=1;b=2"), ("X-Twice", "a=1,b=2")])
def test_several_lines_of_a_field_are_one_value(name: str, joined: str) -> None:
    [seen] = asked("GET", "/", {name: "a=1", name.lower(): "b=2"})
    assert seen.headers[name] == joined


def test_an_answer_is_sent_whole_and_closed() -> None:
    closed: list[bool] = []

    class Chunks(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    answer = answered(
        "404 NOT FOUND", [("X-One", "ü"), ("Set-Cookie", "a"), ("Set-Cookie", "b")], Chunks([b"a", b"b"])
    )
    assert answer == AsgiAnswer(404, [("x-one", "ü"), ("set-cookie", "a"), ("set-cookie", "b")], b"ab")
    assert closed == [True]


def test_nothing_is_held_for_a_caller_who_does_not_take_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A few bytes a minute kept a copy of the file on the disk for days."""
    monkeypatch.setattr(file_answers, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(file_answers, "CHUNK_BYTES", 4)
    path, done, taken = tmp_path / "file", [], []
    path.write_bytes(b"x" * 12)

    def wsgi(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "12")])
        return FileBody(path, lambda: done.append(True))

    async def stalling(event: dict[str, Any]) -> None:
        taken.append(event)
        if len(taken) == 3:
            await asyncio.Event().wait()

    async def ask_and_stall() -> None:
        scope = {"method": "GET", "raw_path": b"/", "query_string": b"", "headers": [], "scheme": "http"}
        await Threads(wsgi, most_body_bytes=MOST)({**scope, "http_version": "1.1"}, None, stalling)

    asyncio.run(ask_and_stall())
    assert [event.get("body") for event in taken] == [None, b"xxxx", b"xxxx"]
    assert done == [True]


def test_the_request_of_a_caller_who_left_while_he_spoke_is_none() -> None:
    assert asked("POST", "/", {}, b"body", pieces=4, leaves_after=2) == []


def test_a_field_with_an_underscore_is_no_field_of_wsgi() -> None:
    [seen] = asked("GET", "/", {"X-Forwarded-For": "192.0.2.1", "X_Forwarded_For": "192.0.2.2"})
    assert seen.headers["X-Forwarded-For"] == "192.0.2.1"


@pytest.mark.parametrize("probe", sorted(PROBES))
def test_a_probe_is_answered_while_all_threads_are_taken(probe: bytes) -> None:
    """Issue 12, row 14."""
    over = threading.Event()

    def wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            over.wait(60)
        start_response("200 OK", [])
        return [b""]

    async def probed() -> int:
        threads = Threads(wsgi, most_body_bytes=MOST)
        taken = [asyncio.create_task(ask(threads, "GET", "/slow", {})) for _ in range(2 * THREADS)]
        answer = await ask(threads, "GET", probe.decode(), {})
        assert not any(task.done() for task in taken)
        over.set()
        await asyncio.gather(*taken)
        assert answer is not None
        return answer.status

    assert asyncio.run(probed()) == 200
