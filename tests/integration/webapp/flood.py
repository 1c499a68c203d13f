"""Many callers who hold things up: slow bodies, heads that never end, screenshots of a stopped worker.

They come again when they are let go, as long as the flood lasts. One thread for all the slow ones.
"""

import selectors
import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

import psutil
import requests

from tests.integration.webapp.signing import signed
from tests.support.http_server import HttpServer
from whatsapp_tasks.stores.api_keys import ApiKey

SLOW_BODIES = 300
IDLE_HEADS = 100
STUCK_SCREENSHOTS = 100
DROP_SECONDS = 0.5
"""Between two bytes of a slow body."""
BODY = (
    b"POST /send HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 500000\r\n\r\n"
)
HEAD = b"GET /accounts HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
SCREENSHOT = "/accounts/default/screenshot"


@dataclass
class Flood:
    """Against one served application, whose account's worker gives signs of life and no answers."""

    served: HttpServer
    key: ApiKey
    ended: Counter[str] = field(default_factory=Counter)
    """How often a caller's request ended, by its kind and its answer."""

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._open: dict[socket.socket, bytes] = {}
        self._pool = ThreadPoolExecutor(STUCK_SCREENSHOTS + 1)

    def __enter__(self) -> Self:
        self._pool.submit(self._hold_open)
        for _ in range(STUCK_SCREENSHOTS):
            self._pool.submit(self._look_at_screenshots)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._pool.shutdown()

    @property
    def held_open(self) -> int:
        """Slow connections that stand now."""
        return len(self._open)

    def _hold_open(self) -> None:
        selector = selectors.DefaultSelector()
        while not self._over.is_set():
            wanted = {BODY: SLOW_BODIES, HEAD: IDLE_HEADS}
            wanted = {kind: many - list(self._open.values()).count(kind) for kind, many in wanted.items()}
            for kind, many in wanted.items():
                for _ in range(many):
                    self._begin(kind, selector)
            for connection in [key.fileobj for key, _ in selector.select(DROP_SECONDS)]:
                self._end(connection, selector)  # type: ignore[arg-type]
            for connection, kind in list(self._open.items()):
                if kind is BODY:
                    self._drop(connection, selector)
        for connection in list(self._open):
            connection.close()

    def _begin(self, kind: bytes, selector: selectors.BaseSelector) -> None:
        try:
            connection = socket.create_connection(("127.0.0.1", self.served.port), timeout=10)
            connection.sendall(kind)
        except OSError as error:
            self.ended[f"connect: {type(error).__name__}"] += 1
            return
        connection.setblocking(False)
        self._open[connection] = kind
        selector.register(connection, selectors.EVENT_READ)

    def _drop(self, connection: socket.socket, selector: selectors.BaseSelector) -> None:
        try:
            connection.send(b"x")
        except OSError:
            self._end(connection, selector)

    def _end(self, connection: socket.socket, selector: selectors.BaseSelector) -> None:
        kind = "body" if self._open.pop(connection) is BODY else "head"
        try:
            told = connection.recv(1000)[9:12].decode()
        except OSError:
            told = ""
        self.ended[f"{kind}: {told or 'closed'}"] += 1
        selector.unregister(connection)
        connection.close()

    def _look_at_screenshots(self) -> None:
        with requests.Session() as session:
            while not self._over.is_set():
                headers = signed(self.key, "GET", SCREENSHOT)
                answer = session.get(self.served.url + SCREENSHOT, headers=headers, timeout=60)
                self.ended[f"screenshot: {answer.status_code}"] += 1
                self._over.wait(DROP_SECONDS)


def memory_mb(served: HttpServer) -> float:
    """Resident memory of the server's processes."""
    main = psutil.Process(served.pid)
    return sum(process.memory_info().rss for process in (main, *main.children(recursive=True))) / 1024**2
