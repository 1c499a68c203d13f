"""One POST to a webhook receiver: to a checked address, within one deadline for everything."""

import http.client
import io
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from whatsapp_tasks.domain.addresses import why_refused
from whatsapp_tasks.domain.webhooks import Answer, retry_after_seconds

log = logging.getLogger(__name__)

BODY_BYTES_READ = 16 * 1024
"""Bytes of the answer's body that are read, only to end the connection properly; the content is ignored."""
BODY_SECONDS = 1.0


@dataclass(frozen=True)
class Limits:
    """``total_seconds`` counts from resolving the name to the head of the answer."""

    connect_seconds: float = 5.0
    total_seconds: float = 15.0


class _Refused(Exception):
    """No address of the host may be connected to."""


class _Late(OSError):
    """The time for the whole request is over."""


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    allow_private: bool,
    limits: Limits,
    clock: Callable[[], float] = time.monotonic,
) -> Answer:
    """The receiver's answer; never raises because of a receiver or the network.

    It follows no redirect and uses no proxy and no cookie. The name is resolved once, the address is checked,
    and exactly this address is connected to, so it does not matter if the name resolves differently a moment
    later.
    """
    deadline = clock() + limits.total_seconds
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    timed: _TimedSocket | None = None
    try:
        timed = _TimedSocket(_connect(host, port, allow_private, limits, deadline, clock), deadline, clock)
        if parts.scheme == "https":
            timed.encrypt(_tls(), host)
        connection = _Connection(parts.netloc, timed)
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        retry_after = retry_after_seconds(response.getheader("Retry-After"), time.time())
        timed.deadline = min(deadline, clock() + BODY_SECONDS)
        with suppress(OSError, http.client.HTTPException, ValueError):
            response.read(BODY_BYTES_READ)
    except _Refused as error:
        return Answer(problem="address_refused", detail=str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(problem=_problem(error), detail=f"{type(error).__name__}: {error}"[:200])
    finally:
        if timed is not None:
            timed.end()
    return Answer(response.status, retry_after_seconds=retry_after)


def _problem(error: Exception) -> str:
    match error:
        case socket.gaierror():
            return "name_not_resolved"
        case ssl.SSLError():
            return "tls_failed"
        case TimeoutError() | _Late():
            return "timeout"
        case ConnectionRefusedError():
            return "connection_refused"
        case OSError():
            return "connection_lost"
        case _:
            return "malformed_answer"


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connect(  # noqa: PLR0917 - the parts of one connection
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
            raise _Late("no time left to connect")
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
    raise _Refused("; ".join(refusals[:3]) + ". Set allow_private on this webhook if the receiver is yours.")


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
        raise _Late("the name was not resolved in time")
    if failure:
        raise failure[0]
    return found


class _Connection(http.client.HTTPConnection):
    """HTTP over a connected socket."""

    def __init__(self, netloc: str, timed: "_TimedSocket") -> None:
        super().__init__(netloc)  # used only for the Host header
        self.sock: Any = timed
        self.auto_open = 0


class _TimedSocket:
    """A socket whose reads and writes share one deadline, however slowly the other side sends."""

    def __init__(self, sock: socket.socket, deadline: float, clock: Callable[[], float]) -> None:
        self._sock = sock
        self._clock = clock
        self.deadline = deadline

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        self._arm()
        self._sock = context.wrap_socket(self._sock, server_hostname=host)

    def end(self) -> None:
        self._sock.close()

    def receive_into(self, buffer: Any) -> int:
        self._arm()
        return self._sock.recv_into(buffer)

    def _arm(self) -> None:
        left = self.deadline - self._clock()
        if left <= 0:
            raise _Late("the time for the request is over")
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

    def __init__(self, timed: _TimedSocket) -> None:
        super().__init__()
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._timed.receive_into(buffer)
