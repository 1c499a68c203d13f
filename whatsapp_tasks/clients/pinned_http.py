"""HTTP to a checked address: the name is resolved once, and exactly the address that was checked is used.

So it does not matter if the name resolves differently a moment later. No proxy and no cookie is used, and all
reads and writes of one request share one deadline.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult

from whatsapp_tasks.domain.addresses import why_refused

MOST_HEAD_BYTES = 65_536
"""Of the head of an answer, with the interim ones before it."""

_SWITCHING_PROTOCOLS = HTTPStatus.SWITCHING_PROTOCOLS


@dataclass(frozen=True)
class Limits:
    """``total_seconds`` counts from resolving the name; to the head of a receiver's answer, or to the end of
    a file.
    """

    connect_seconds: float = 5.0
    total_seconds: float = 15.0


class AddressRefused(Exception):
    """No address of the host may be connected to."""


class Late(OSError):
    """The time for the whole request is over."""


class TooLong(http.client.HTTPException):
    """The answer has more bytes than may be read."""


class Exchange:
    """One request over a connection of its own; a context manager."""

    def __init__(
        self,
        parts: SplitResult,
        *,
        allow_private: bool,
        limits: Limits,
        deadline: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connects. Raises AddressRefused, OSError or ValueError."""
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._parts = parts
        self.socket = TimedSocket(
            connect(host, port, allow_private, limits, deadline, clock), deadline, clock
        )
        try:
            if parts.scheme == "https":
                self.socket.encrypt(tls(), host.removesuffix("."))  # no certificate has the root's dot
        except BaseException:
            self.socket.end()
            raise

    def __enter__(self) -> "Exchange":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.end()

    def request(
        self, method: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> http.client.HTTPResponse:
        """The head of the answer. Raises OSError, HTTPException or ValueError."""
        parts = self._parts
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = Connection(parts.netloc, self.socket)
        self.socket.allow(MOST_HEAD_BYTES)
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        # Interim answers come before the final one (RFC 9110, 15.2); of them http.client knows only 100.
        while _SWITCHING_PROTOCOLS < response.status < HTTPStatus.OK:
            response.headers = None  # type: ignore[assignment]  # so that it reads the next head
            response.begin()
        return response


def problem_of(error: Exception) -> str:
    """One word for an error of the network or of the other side."""
    match error:
        case socket.gaierror():
            return "name_not_resolved"
        case ssl.SSLError():
            return "tls_failed"
        case TimeoutError() | Late():
            return "timeout"
        case ConnectionRefusedError():
            return "connection_refused"
        case OSError():
            return "connection_lost"
        case _:
            return "malformed_answer"


@cache
def tls() -> ssl.SSLContext:
    """Checks certificates against those that the system trusts."""
    return ssl.create_default_context()


def connect(  # noqa: PLR0917 - the parts of one connection
    host: str,
    port: int,
    allow_private: bool,
    limits: Limits,
    deadline: float,
    clock: Callable[[], float],
) -> socket.socket:
    """A connection to the first allowed address that answers; raises _Refused or OSError."""
    refusals, failure = [], None
    for family, address in _resolve(host, port, min(limits.connect_seconds, deadline - clock())):
        refusal = why_refused(address[0], allow_private=allow_private)
        if refusal is not None:
            refusals.append(f"{host} resolves to {address[0]}, which {refusal}")
            continue
        left = min(limits.connect_seconds, deadline - clock())
        if left <= 0:
            raise Late("no time left to connect")
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(left)
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    if failure is not None:
        raise failure
    raise AddressRefused("; ".join(refusals[:3]))


def _resolve(host: str, port: int, seconds: float) -> list[tuple[int, Any]]:
    """The host's addresses, resolved in a thread, because the system's resolver has no timeout."""
    found: list[tuple[int, Any]] = []
    failure: list[OSError] = []

    def resolve() -> None:
        try:
            for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append((family, address))
        except OSError as error:
            failure.append(error)
        except UnicodeError:  # a label that is empty or too long
            failure.append(socket.gaierror(socket.EAI_NONAME, "the name is malformed"))

    resolver = threading.Thread(target=resolve, name="resolve", daemon=True)
    resolver.start()
    resolver.join(max(seconds, 0.0))
    if resolver.is_alive():
        raise Late("the name was not resolved in time")
    if failure:
        raise failure[0]
    return found


class Connection(http.client.HTTPConnection):
    """HTTP over a connected socket."""

    def __init__(self, netloc: str, timed: "TimedSocket") -> None:
        super().__init__(netloc)  # used only for the Host header
        self.sock: Any = timed
        self.auto_open = 0


class TimedSocket:
    """A socket whose reads and writes share one deadline, however slowly the other side sends; and that reads
    only so many bytes, however fast.
    """

    def __init__(self, sock: socket.socket, deadline: float, clock: Callable[[], float]) -> None:
        self._sock = sock
        self._clock = clock
        self.deadline = deadline
        self._allowed = 0

    def allow(self, size: int) -> None:
        """From now on so many bytes may be read."""
        self._allowed = size

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        self._arm()
        self._sock = context.wrap_socket(self._sock, server_hostname=host)

    def end(self) -> None:
        self._sock.close()

    def receive_into(self, buffer: Any) -> int:
        if self._allowed <= 0:
            raise TooLong
        self._arm()
        size = self._sock.recv_into(buffer, min(len(buffer), self._allowed))
        self._allowed -= size
        return size

    def _arm(self) -> None:
        left = self.deadline - self._clock()
        if left <= 0:
            raise Late("the time for the request is over")
        self._sock.settimeout(left)

    # the methods of a socket that http.client uses

    def sendall(self, data: bytes) -> None:
        self._arm()
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self), 8192)

    def close(self) -> None:
        """Does nothing: http.client closes after the head, but the body must still be read. See ``end``."""


class _TimedReader(io.RawIOBase):
    """The reading end of a timed socket."""

    def __init__(self, timed: TimedSocket) -> None:
        super().__init__()
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._timed.receive_into(buffer)
