"""A caller's connection: uvicorn's, with time limits for slow callers.

uvicorn has no limits for the head of a request, its body, or an answer that is not read. A slow caller gets
408 or is disconnected. When there are too many connections, or unfinished bodies use too much memory, the
slowest connections are closed first; those whose request is being handled stay.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, cast

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from webapp.joined_writes import JoinedWrites
from webapp.streamed import is_streamed

MOST_HEAD_BYTES = 65_536
HEAD_SECONDS = 30.0
"""From the first byte of a head, or the start of the connection, to the end of the head."""
BODY_SECONDS = 10.0
BODY_BYTES_PER_SECOND = 4096
"""A body must be complete within this time, plus one second for each so many received bytes."""
FILE_BYTES_PER_SECOND = 16_384
FILE_STALL_SECONDS = 30.0
"""The same for the body of a file, of which also something must arrive within this time."""
UNREAD_SECONDS = 60.0
"""An answer that is not read for this long is given up."""
LAST_UNREAD_SECONDS = 5.0
"""The same once the process ends."""
LINGER_SECONDS = 2.0
"""How much longer the rest of a refused body is read: a caller that is disconnected at once may never read
the reason."""
MOST_HELD_BYTES = 64 * 1024 * 1024
"""Memory of unfinished bodies, in one process."""

NO_REQUEST = "Invalid HTTP request received."

Part = Literal["head", "body", None]

_OF_UPGRADES = frozenset({b"upgrade", b"http2-settings"})


@dataclass
class OpenConnections:
    """All connections of this process. ``most``: their maximum, without those that are counted ``apart``:
    of listeners, which have a limit of their own (``event_hub.py``).
    """

    most: int = 512
    apart: Callable[[], int] = int
    held_bytes: int = 0
    all: set["Connection"] = field(default_factory=set)

    def has_room(self) -> bool:
        """Whether one more is accepted; if there are too many, the slowest one is closed for it."""
        return len(self.all) - self.apart() < self.most or self._end_slowest()

    def hold(self, size: int) -> None:
        """Adds to the memory of unfinished bodies, or subtracts from it."""
        self.held_bytes += size
        if self.held_bytes > MOST_HELD_BYTES:
            self._end_slowest()

    def _end_slowest(self) -> bool:
        """False if the requests of all connections are being handled."""
        waiting = [one for one in self.all if not one.is_busy]
        if not waiting:
            return False
        # Idle connections are harmless, so those in the middle of a request are closed first.
        min(waiting, key=lambda one: (one.part is None, one.received_at)).give_up()
        return True


class Connection(HttpToolsProtocol):
    """Follows uvicorn's callbacks: a request begins with its head, may have a body, and is complete."""

    open_connections = OpenConnections()

    part: Part = "head"
    """The part of a request that is being read; None between two requests."""
    since = 0.0
    """When this part began; between two requests, when the last request did."""
    _part_bytes = 0
    _held_bytes = 0
    _streamed = False
    """Whether the body goes to disk while it arrives."""
    received_at = 0.0
    """When the body of a file went on; for all else the same as ``since``."""
    _slow: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a complete request has arrived and its answer has not been sent."""
        return self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(cast(asyncio.Transport, JoinedWrites(transport, self.loop)))
        self.since = self.loop.time()
        if not self.open_connections.has_room():
            self._refuse(503, "Too many requests are being handled.")
            return
        self.open_connections.all.add(self)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.open_connections.all.discard(self)
        self._let_go()
        for timer in (self._slow, self._unread):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._go_on_without_upgrade(memoryview(data)[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response(NO_REQUEST)
        if self.part is None or self.transport.is_closing():
            return
        self._part_bytes += len(data)
        if self.part == "head" and self._part_bytes > MOST_HEAD_BYTES:
            self.send_400_response("The head of the request is too large.")
        elif self._streamed:
            self.received_at = self.loop.time()
        elif self.part == "body" and not self.cycle.response_complete:
            self._held_bytes += len(data)
            self.open_connections.hold(len(data))
        self._watch()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin("head")

    def on_headers_complete(self) -> None:
        if not self.parser.should_upgrade():
            self._begin("body")
            super().on_headers_complete()
            self._streamed = is_streamed(self.scope)

    def on_message_complete(self) -> None:
        if self.part == "head":  # of a request to upgrade, see on_headers_complete
            return
        self.part = None
        self._streamed = False
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None
        if self._held_bytes:
            self._let_go()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.part == "body" and self.cycle.response_complete:
            self._let_go()
            self.loop.call_later(LINGER_SECONDS, self._end_of_refused, self.cycle)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def shutdown(self) -> None:
        super().shutdown()
        if self.flow.write_paused:
            self.loop.call_later(LAST_UNREAD_SECONDS, self._end_unread)

    def give_up(self) -> None:
        """Closes the connection, because its caller is too slow or idle."""
        self.open_connections.all.discard(self)  # at once: the event loop reports the loss later
        if self.part is not None and self._owes_no_other_answer():
            self._refuse(408, "The request was not complete in time.")
        else:
            self.transport.close()

    def _owes_no_other_answer(self) -> bool:
        """Whether the next bytes are read as the answer to the current request."""
        if self.part == "body":
            return not self.cycle.response_started and not self.pipeline
        return self.cycle is None or self.cycle.response_complete

    def _go_on_without_upgrade(self, rest: memoryview) -> None:
        """Nothing is upgraded here (RFC 9110, 7.8), so the bytes after such a head are its body, as usual.
        The parser would take them for another protocol, so a new parser gets the same head without the
        upgrade.
        """
        while True:
            try:
                head = self._head_without_upgrade()
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
                self.parser.feed_data(head)
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]
            except httptools.HttpParserError:
                self.send_400_response(NO_REQUEST)
                return
            else:
                return

    def _head_without_upgrade(self) -> bytes:
        method = self.parser.get_method()
        if method == b"CONNECT":
            raise httptools.HttpParserError("this is not a proxy")
        lines = [b"%b %b HTTP/%b" % (method, self.url, self.parser.get_http_version().encode())]
        for name, value in self.headers:
            if name == b"connection":
                kept = [token for token in value.split(b",") if token.strip().lower() not in _OF_UPGRADES]
                lines.append(b"connection: " + b",".join(kept))
            elif name not in _OF_UPGRADES:
                lines.append(b"%b: %b" % (name, value))
        return b"\r\n".join((*lines, b"", b""))

    def _begin(self, part: Part) -> None:
        self.part = part
        self.since = self.received_at = self.loop.time()
        self._part_bytes = 0
        if self._slow is not None:  # the timer of the part before
            self._slow.cancel()
            self._slow = None

    def _watch(self) -> None:
        """Sets a timer only if the part did not arrive in one piece."""
        if self._slow is None and not self.transport.is_closing():
            self._slow = self.loop.call_later(max(0.0, self._until() - self.loop.time()), self._look)

    def _look(self) -> None:
        self._slow = None
        if self._until() > self.loop.time():
            self._watch()
        else:
            self.give_up()

    def _until(self) -> float:
        if self._streamed:
            if self.flow.read_paused:  # we are slow: the disk, or the object store
                self.received_at = self.loop.time()
            in_all = self.since + BODY_SECONDS + self._part_bytes / FILE_BYTES_PER_SECOND
            return min(in_all, self.received_at + FILE_STALL_SECONDS)
        if self.part == "body":
            return self.since + BODY_SECONDS + self._part_bytes / BODY_BYTES_PER_SECOND
        return self.since + HEAD_SECONDS

    def _let_go(self) -> None:
        self.open_connections.hold(-self._held_bytes)
        self._held_bytes = 0

    def _end_unread(self) -> None:
        if self.flow.write_paused:
            self.transport.abort()

    def _end_of_refused(self, cycle: object) -> None:
        if self.part == "body" and self.cycle is cycle and not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, status: int, why: str) -> None:
        """Answers without the application, as uvicorn does with 400, and closes the connection."""
        self.transport.write(
            STATUS_LINE[status] + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(why), why.encode())
        )
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()
