"""Runs Flask's requests from the event loop: each in a thread, after its body was read."""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote_to_bytes

from webapp import file_answers
from webapp.file_answers import FileBody
from webapp.targets import RAW_TARGET
from webapp.well_formed import ONE_VALUE, REPEATED

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

Scope = dict[str, Any]
"""A request in ASGI."""
Receive = Any
Send = Any

T = TypeVar("T")

THREADS = 32
"""Requests that wait for a screenshot, or for a Redis that hangs, must not block the others."""

PROBES = frozenset({b"/healthz", b"/readyz"})
PROBE_THREADS = 4
"""Separate threads for probes, so that they work however busy the process is."""


class Threads:
    """An ASGI application that runs a WSGI application. Each answer is complete before it is sent, except
    files, which are sent in pieces.
    """

    def __init__(self, wsgi: "WSGIApplication", *, most_body_bytes: int) -> None:
        self._wsgi = wsgi
        self._most_body_bytes = most_body_bytes
        self._pool = ThreadPoolExecutor(THREADS, "flask")
        self._probes = ThreadPoolExecutor(PROBE_THREADS, "probe")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive, self._most_body_bytes) if has_body(scope) else b""
        if body is None:
            return
        pool = self._probes if scope["raw_path"] in PROBES else self._pool
        loop = asyncio.get_running_loop()
        status, headers, content = await loop.run_in_executor(pool, self._call, environ_of(scope, body))
        start = {"type": "http.response.start", "status": status, "headers": headers}
        if isinstance(content, FileBody):
            await self._send_file(start, content, send)
        else:
            await send(start)
            await send({"type": "http.response.body", "body": content})

    async def _send_file(self, start: dict[str, Any], file: FileBody, send: Send) -> None:
        """A thread is held for each piece while it is read, none while the caller takes it; nothing is held
        for a caller who takes too long. The server disconnects whom an answer is not sent whole.
        """
        late = asyncio.get_running_loop().time() + file_answers.PATIENCE_SECONDS
        try:
            await send(start)
            while piece := await self.run(lambda: next(file, b"")):
                async with asyncio.timeout_at(late):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                late += len(piece) / file_answers.SLOWEST_BYTES_PER_SECOND
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            log.info("A caller took a file too slowly")
        finally:
            await self.run(file.close)

    async def run(self, call: Callable[[], T]) -> T:
        """The result or error of ``call``, run in one of the threads for Flask's requests."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def _call(self, environ: "WSGIEnvironment") -> tuple[int, list[tuple[bytes, bytes]], bytes | FileBody]:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
            started[:] = [(status, headers)]

        chunks: Iterable[bytes] = self._wsgi(environ, start_response)
        content = chunks if isinstance(chunks, FileBody) else _joined(chunks)
        [(status, headers)] = started
        return (
            int(status.partition(" ")[0]),
            [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            content,
        )


def _joined(chunks: Iterable[bytes]) -> bytes:
    try:
        return b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()


def raw_target(scope: Scope) -> str:
    """The raw path and query; ASGI does not report a ``?`` without a query."""
    path, query = scope["raw_path"], scope["query_string"]
    target: bytes = path + b"?" + query if query else path
    return target.decode("latin-1")


def has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


async def read_body(receive: Receive, most: int) -> bytes | None:
    """The body, but not much more than ``most`` bytes of it; None if the caller has disconnected."""
    body = b""
    more = True
    while more and len(body) <= most:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += event.get("body", b"")
        more = event.get("more_body", False)
    return body


@lru_cache(maxsize=1000)
def _wsgi_name(field: bytes) -> str | None:
    """The WSGI name of a header; None for a name with an underscore, which WSGI cannot distinguish from a
    hyphen.
    """
    if b"_" in field:
        return None
    name = field.decode("latin-1").upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


_ALWAYS: "WSGIEnvironment" = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.input_terminated": True,
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def _unescaped(path: bytes) -> bytes:
    return unquote_to_bytes(path) if b"%" in path else path


def environ_of(scope: Scope, body: bytes) -> "WSGIEnvironment":
    """The request's WSGI environ (PEP 3333)."""
    host, port = scope.get("server") or ("localhost", 80)
    environ: WSGIEnvironment = {
        **_ALWAYS,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": _unescaped(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        RAW_TARGET: raw_target(scope),
        "SERVER_PROTOCOL": "HTTP/" + scope["http_version"],
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = scope["client"][0], str(scope["client"][1])
    for field, raw_value in scope["headers"]:
        name = _wsgi_name(field)
        if name in environ:  # several lines of one field (RFC 9110, 5.3; for cookies RFC 9113, 8.2.3)
            separator = ";" if name == "HTTP_COOKIE" else ","
            environ[name] += separator + raw_value.decode("latin-1")
            if name in ONE_VALUE:
                environ[REPEATED] = field.decode("latin-1").title()
        elif name is not None:
            environ[name] = raw_value.decode("latin-1")
    return environ
