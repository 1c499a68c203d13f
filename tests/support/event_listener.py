"""A listener of ``GET /events``, over a real socket."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from tests.support.http_server import HttpServer

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Block:
    """What a block of lines says; an event without data is one that browsers do not report."""

    id: str = ""
    event: str = ""
    data: Any = None
    retry: str = ""
    is_comment: bool = False


class EventListener:
    """Opened by ``open``; reads blocks one by one. ``close_all`` at the end of a test."""

    opened: ClassVar[list["EventListener"]] = []

    def __init__(self, response: http.client.HTTPResponse, connection: http.client.HTTPConnection) -> None:
        self.opened.append(self)
        self.response = response
        self._connection = connection
        self.last_id = ""

    @classmethod
    def open(
        cls,
        server: HttpServer,
        headers: Mapping[str, str],
        target: str = "/events",
        *,
        receive_buffer: int | None = None,
    ) -> Self:
        """``receive_buffer``: bytes that the kernel keeps for one that does not read."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
        if receive_buffer is not None:
            connection.sock = socket.socket()
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            connection.sock.settimeout(PATIENCE_SECONDS)
            connection.sock.connect(("127.0.0.1", server.port))
        connection.request("GET", target, headers=dict(headers))
        return cls(connection.getresponse(), connection)

    @property
    def code(self) -> str:
        """Of a refusal."""
        return str(json.loads(self.response.read())["code"])

    def blocks(self) -> Iterator[Block]:
        """Until the answer ends."""
        lines: list[str] = []
        while line := self.response.readline().decode():
            assert line.endswith("\n")
            if line != "\n":
                lines.append(line[:-1])
                continue
            block = _block(lines)
            self.last_id = block.id or self.last_id
            lines = []
            yield block
        assert not lines

    def next(self) -> Block:
        """The next event; what browsers do not report is left out."""
        return next(block for block in self.blocks() if block.event)

    def take(self, many: int) -> list[Block]:
        """So many events."""
        return [self.next() for _ in range(many)]

    def begin(self) -> Self:
        """Reads the first block."""
        block = next(self.blocks())
        assert block.retry
        return self

    @classmethod
    def close_all(cls) -> None:
        while cls.opened:
            cls.opened.pop().close()

    def close(self) -> None:
        self.response.close()
        self._connection.close()


def listen(
    server: HttpServer, headers: Mapping[str, str], target: str = "/events", last_id: str = ""
) -> EventListener:
    """A listener that has read the first block; ``headers`` are signed for the target."""
    resumed = {"Last-Event-ID": last_id} if last_id else {}
    listener = EventListener.open(server, {**headers, **resumed}, target)
    assert listener.response.status == 200, listener.response.read()
    return listener.begin()


def _block(lines: list[str]) -> Block:
    fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
    return Block(
        fields.get("id", ""),
        fields.get("event", ""),
        json.loads(fields["data"]) if "data" in fields else None,
        fields.get("retry", ""),
        any(line.startswith(":") for line in lines),
    )
