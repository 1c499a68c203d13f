"""A receiver of webhooks: a real HTTP server on 127.0.0.1 that can misbehave on request."""

import json
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def envelope(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def status(self) -> str:
        """Of the message whose event this is."""
        return str(self.envelope["data"].get("status", ""))


Behaviour = Callable[["Exchange"], None]


class Receiver:
    """``behave`` decides each answer; ``received`` is the ground truth, in order of arrival."""

    def __init__(self, behave: Behaviour | None = None) -> None:
        self.behave: Behaviour = behave or answer(204)
        self.received: list[Received] = []
        self.under_way = 0
        self.most_under_way = 0
        self.changed = threading.Condition()
        self.released = threading.Event()
        """Ends every ``hang``."""
        self._server = _Server(("127.0.0.1", 0), Exchange)
        self._server.receiver = self
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, condition: Callable[[list[Received]], bool], seconds: float = 15) -> list[Received]:
        """All requests, once ``condition`` holds of them; fails the test when it does not in time."""
        with self.changed:
            done = self.changed.wait_for(lambda: condition(self.received), seconds)
            assert done, f"{len(self.received)} received: {[r.path for r in self.received][-5:]}"
            return list(self.received)

    def wait_for_count(self, count: int, seconds: float = 15) -> list[Received]:
        return self.wait_for(lambda received: len(received) >= count, seconds)


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer."""

    protocol_version = "HTTP/1.1"
    server: "_Server"
    counted = 0
    """1 while this request counts as under way."""

    @property
    def receiver(self) -> Receiver:
        return self.server.receiver

    def do_POST(self) -> None:
        receiver = self.receiver
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.request_seen = Received(self.command, self.path, headers, body, time.monotonic())
        with receiver.changed:
            receiver.received.append(self.request_seen)
            receiver.under_way += 1
            self.counted = 1
            receiver.most_under_way = max(receiver.most_under_way, receiver.under_way)
            receiver.changed.notify_all()
        try:
            receiver.behave(self)
        except OSError:
            self.close_connection = True  # the sender has hung up, as it should on some of these
        finally:
            self._is_over()

    do_GET = do_POST  # a redirect that was followed would come as one

    def _is_over(self) -> None:
        """No longer under way. Counted once, whoever says it first."""
        with self.receiver.changed:
            self.receiver.under_way -= self.counted
            self.counted = 0

    def reply(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Over before its last byte is out: the sender may send the next one as soon as it has read it."""
        self._is_over()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that hangs up is no error of ours."""


# behaviours


def answer(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Behaviour:
    return lambda exchange: exchange.reply(status, headers, body)


def slow(seconds: float, status: int = 204) -> Behaviour:
    """Answers after that long; a wait that ends with the test."""

    def behave(exchange: Exchange) -> None:
        exchange.receiver.released.wait(seconds)
        exchange.reply(status)

    return behave


def hang(exchange: Exchange) -> None:
    """Never answers."""
    exchange.receiver.released.wait(60)
    exchange.close_connection = True


def hang_up(exchange: Exchange) -> None:
    """Closes without a word."""
    exchange.close_connection = True
    exchange.connection.close()


def drip(exchange: Exchange) -> None:
    """A byte of the head now and then: each read is in time, the whole is not."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 600:
        exchange.wfile.write(bytes([byte]))
        exchange.wfile.flush()
        if exchange.receiver.released.wait(0.1):
            return


def endless(exchange: Exchange) -> None:
    """A good head, and a body without end."""
    exchange.send_response(200)
    exchange.send_header("Content-Length", str(10**12))
    exchange.end_headers()
    while not exchange.receiver.released.is_set():
        exchange.wfile.write(b"x" * 65536)


def garbage(exchange: Exchange) -> None:
    """No HTTP at all."""
    exchange.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    exchange.close_connection = True
