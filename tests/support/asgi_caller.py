"""Requests to an ASGI application without a server."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AsgiAnswer:
    """``headers`` in their order, their names in small letters."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        [value] = [value for known, value in self.headers if known == name.lower()]
        return value


async def ask(
    app: Any,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    pieces: int = 1,
    leaves_after: int | None = None,
) -> AsgiAnswer | None:
    """The application's answer to one request, whose body comes in so many ``pieces``; the caller leaves
    after some of them, if it is said of how many. None where nothing was answered.
    """
    path, _, query = target.partition("?")
    lines = [(b"host", b"localhost"), (b"content-length", b"%d" % len(body))]
    lines += [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": lines,
        "server": ("localhost", "80"),
        "client": ("127.0.0.1", "1234"),
        "state": {},
    }
    size = -(-len(body) // pieces) or 1
    events = [
        {"type": "http.request", "body": body[at : at + size], "more_body": at + size < len(body)}
        for at in range(0, len(body) or 1, size)
    ]
    if leaves_after is not None:
        events[leaves_after:] = [{"type": "http.disconnect"}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return events.pop(0)

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    await app(scope, receive, send)
    if not sent:
        return None
    start, *rest = sent
    assert [event["type"] for event in sent] == ["http.response.start", "http.response.body"]
    told = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    return AsgiAnswer(start["status"], told, b"".join(event["body"] for event in rest))
