"""Connections of callers who are slow, who are many, and who wish for another protocol."""

import asyncio
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from uvicorn import Config, Server

from webapp import connections
from webapp.connections import Connection, OpenConnections


class Served:
    """An application that answers with what it was asked, on connections of ours."""

    def __init__(self, most: int) -> None:
        self.open_connections = OpenConnections(most)
        self.asked: list[tuple[str, str, bytes]] = []
        self.hold = threading.Event()
        kind = type("Small", (Connection,), {"open_connections": self.open_connections})
        self._server = Server(
            Config(self._app, http=kind, ws="none", lifespan="off", interface="asgi3", log_config=None)
        )
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)
        self._thread.start()
        self._ends = ExitStack()

    def connect(self) -> socket.socket:
        port = self._listener.getsockname()[1]
        return self._ends.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))

    def stop(self) -> None:
        self.hold.set()
        self._ends.close()
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            body += event["body"]
            more = event["more_body"]
            if scope["path"] == "/too-large":
                break
        self.asked.append((scope["method"], scope["path"], body))
        size = 32 * 1024 * 1024 if scope["path"] == "/much" else 2
        headers = [(b"content-length", b"%d" % size)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while scope["path"] == "/busy" and not self.hold.is_set():
            await asyncio.sleep(0.01)
        await send({"type": "http.response.body", "body": b"x" * size})


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Served]]:
    """``serve(most=3, BODY_SECONDS=0.2)``"""
    made: list[Served] = []

    def start(most: int = 100, **bounds: float) -> Served:
        for name, value in bounds.items():
            monkeypatch.setattr(connections, name, value)
        made.append(Served(most))
        return made[-1]

    yield start
    for served in made:
        served.stop()


def rest(connection: socket.socket) -> bytes:
    """All that comes until the end; a reset is one too."""
    found = b""
    with suppress(ConnectionError):
        while piece := connection.recv(65_536):
            found += piece
    return found


GET = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"


@pytest.mark.parametrize("begun", [b"", b"GET /", POST, POST + b"123", POST + b"1234567890GET /"])
def test_whoever_does_not_go_on_is_told_so_and_let_go(begun: bytes, serve: Callable[..., Served]) -> None:
    """Issue 12, row 14."""
    served = serve(HEAD_SECONDS=0.3, BODY_SECONDS=0.3)
    connection = served.connect()
    connection.sendall(begun)
    assert b"HTTP/1.1 408 " in rest(connection)
    assert len(served.open_connections.all) == served.open_connections.held_bytes == 0


def test_a_drop_now_and_then_does_not_keep_a_body_open(serve: Callable[..., Served]) -> None:
    """Issue 12, row 14: each byte is an event, but not a second's worth."""
    served = serve(BODY_SECONDS=0.5)
    connection = served.connect()
    connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
    assert dripping(connection).startswith(b"HTTP/1.1 408 ")


def dripping(connection: socket.socket) -> bytes:
    """The answer to a caller who sends a byte now and then."""
    connection.settimeout(0.05)
    answer = b""
    while not answer:
        with suppress(TimeoutError):
            connection.sendall(b"x")
            answer = connection.recv(1000)
    return answer


def test_a_body_that_comes_fast_enough_has_the_time_it_needs(serve: Callable[..., Served]) -> None:
    served = serve(BODY_SECONDS=0.1, BODY_BYTES_PER_SECOND=10_000)
    connection = served.connect()
    size, piece = 100_000, 5000
    connection.sendall(
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size
    )
    never = threading.Event()
    for _ in range(size // piece):
        connection.sendall(b"x" * piece)
        never.wait(0.02)  # 0.4 s in all
    assert rest(connection).startswith(b"HTTP/1.1 200 ")
    assert served.asked == [("POST", "/", b"x" * size)]


def test_a_body_that_was_refused_is_not_read_for_ever(serve: Callable[..., Served]) -> None:
    served = serve(LINGER_SECONDS=0.2, BODY_SECONDS=600)
    connection = served.connect()
    connection.sendall(b"POST /too-large HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx")
    assert rest(connection).startswith(b"HTTP/1.1 200 ")


FILE = b"POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"


def test_a_file_that_stops_or_drips_is_given_up(serve: Callable[..., Served]) -> None:
    """issue 15, bad input: a truncated upload, and one that drips."""
    served = serve(FILE_STALL_SECONDS=0.3, BODY_SECONDS=600)
    connection = served.connect()
    connection.sendall(FILE + b"x" * 100_000)
    assert rest(connection).startswith(b"HTTP/1.1 408 ")
    served = serve(FILE_STALL_SECONDS=600, BODY_SECONDS=0.5)
    connection = served.connect()
    connection.sendall(FILE)
    assert dripping(connection).startswith(b"HTTP/1.1 408 ")


def test_a_file_that_goes_to_disk_is_no_memory_of_unfinished_bodies(serve: Callable[..., Served]) -> None:
    served = serve(MOST_HELD_BYTES=10_000)
    other, connection = served.connect(), served.connect()
    other.sendall(POST + b"12345")
    connection.sendall(FILE + b"x" * 500_000)
    connection.sendall(b"x" * 500_000)
    connection.settimeout(10)
    assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert served.open_connections.held_bytes < 1000
    other.sendall(b"67890")
    assert other.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_nobody_fetches_is_given_up(serve: Callable[..., Served]) -> None:
    served = serve(UNREAD_SECONDS=0.2)
    connection = served.connect()
    connection.sendall(b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n")
    until_empty(served)
    assert len(rest(connection)) < 32 * 1024 * 1024


def until_empty(served: Served) -> None:
    never = threading.Event()
    while not served.asked or served.open_connections.all:
        never.wait(0.01)


@pytest.mark.parametrize("slow", [b"", b"GET / HT", POST + b"1"])
def test_when_there_are_too_many_the_slowest_makes_room(slow: bytes, serve: Callable[..., Served]) -> None:
    """Issue 12, row 14."""
    served = serve(most=3)
    resting = served.connect()
    resting.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = b""
    while not answer.endswith(b"\r\n\r\nxx"):  # its body may come in a piece of its own
        answer += resting.recv(1000)
    assert answer.startswith(b"HTTP/1.1 200 ")
    first, second = served.connect(), served.connect()
    for connection in (first, second):
        connection.sendall(slow)
    for _ in range(5):
        quick = served.connect()
        quick.sendall(GET)
        assert rest(quick).startswith(b"HTTP/1.1 200 ")
    [ended, *_], _, _ = select.select([first, second], [], [], 20)
    assert b" 408 " in rest(ended)
    resting.sendall(GET)  # who rests does less harm than who is slow
    assert rest(resting).startswith(b"HTTP/1.1 200 ")


def test_what_is_under_way_is_never_cut_off_and_who_finds_no_room_is_reported(
    serve: Callable[..., Served],
) -> None:
    served = serve(most=2)
    busy = [served.connect() for _ in range(2)]
    for connection in busy:
        connection.sendall(b"GET /busy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert connection.recv(9) == b"HTTP/1.1 "
    assert rest(served.connect()).startswith(b"HTTP/1.1 503 ")
    served.hold.set()
    assert [rest(connection)[-2:] for connection in busy] == [b"xx"] * 2


def test_unfinished_bodies_take_bounded_memory(serve: Callable[..., Served]) -> None:
    """Issue 12, row 14."""
    served = serve(MOST_HELD_BYTES=100_000)
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    slow = [served.connect() for _ in range(4)]
    for connection in slow:
        connection.sendall(head + b"x" * 40_000)
        connection.settimeout(20)
    ended, _, _ = select.select(slow, [], [], 20)
    assert b" 408 " in rest(ended[0])
    assert served.open_connections.held_bytes <= 100_000 + 65_536


UPGRADES = {
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB",
    "websocket": b"Connection: keep-alive, upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x",
    "nonsense": b"connection:upgrade\r\nupgrade:x",
}
INSIDE = b"POST /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("pieces", [1, 2, 1000])
@pytest.mark.parametrize("wish", UPGRADES)
def test_a_body_after_a_wish_for_an_upgrade_is_a_body(
    wish: str, pieces: int, serve: Callable[..., Served]
) -> None:
    """Issue 12, row 13: it was executed as a second request."""
    served = serve()
    length = b"Content-Length: %d" % len(INSIDE)
    request = (
        b"POST /asked HTTP/1.1\r\nHost: a\r\n" + UPGRADES[wish] + b"\r\n" + length + b"\r\n\r\n" + INSIDE
    )
    connection = served.connect()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    size = -(-2 * len(request) // pieces)
    both = request + request
    for at in range(0, len(both), size):
        connection.sendall(both[at : at + size])
    connection.sendall(GET)
    assert rest(connection).count(b"HTTP/1.1 200 ") == 3
    assert served.asked == [("POST", "/asked", INSIDE)] * 2 + [("GET", "/", b"")]


def test_a_chunked_body_after_a_wish_for_an_upgrade_is_a_body(serve: Callable[..., Served]) -> None:
    served = serve()
    connection = served.connect()
    head = (
        b"POST /asked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + UPGRADES["h2c"] + b"\r\n\r\n"
    )
    connection.sendall(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(INSIDE), INSIDE) + GET)
    assert rest(connection).count(b"HTTP/1.1 200 ") == 2
    assert served.asked == [("POST", "/asked", INSIDE), ("GET", "/", b"")]


@pytest.mark.parametrize(
    "request_", [b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n" + INSIDE, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
)
def test_what_is_no_request_of_ours_is_refused(request_: bytes, serve: Callable[..., Served]) -> None:
    served = serve()
    connection = served.connect()
    connection.sendall(request_)
    assert rest(connection).startswith(b"HTTP/1.1 400 ")
    assert served.asked == []
