"""What all calls of the client share: one connection, paths, pages, and waiting."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self, TypeVar
from urllib.parse import quote

from whatsapp_tasks.client.transport import Transport, answer_of

T = TypeVar("T")


class Calls:
    """Signed requests to one API, and what it takes to read their answers."""

    def __init__(
        self,
        base_url: str,
        key_id: str,
        secret: str,
        *,
        timeout_seconds: float = 15.0,
        patience_seconds: float = 30.0,
    ) -> None:
        self._transport = Transport(
            base_url, key_id, secret, timeout_seconds=timeout_seconds, patience_seconds=patience_seconds
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connections."""
        self._transport.close()

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Sends any signed request, repeated like all others; returns the JSON of the answer."""
        return answer_of(
            self._transport.request(method, path, body, query=query, idempotency_key=idempotency_key)
        )

    def download(self, path: str, accept: str = "image/*") -> bytes:
        """For answers that are not JSON: a QR code, a screenshot."""
        return self._transport.request("GET", path, accept=accept).content

    def _pages(self, path: str, query: Mapping[str, str | None]) -> Iterator[dict[str, Any]]:
        given = {name: value for name, value in query.items() if value is not None}
        cursor: str | None = None
        while True:
            page = self.call("GET", path, query=given if cursor is None else {**given, "cursor": cursor})
            yield page
            cursor = page["next_cursor"]
            if cursor is None:
                return


def again_and_again(ask: Callable[[], T], deadline: float, pause_seconds: float) -> Iterator[T]:
    """What ``ask`` returns, once at least, until the deadline of the monotonic clock."""
    while True:
        yield ask()
        if time.monotonic() > deadline:
            return
        time.sleep(pause_seconds)


def path_of(*parts: str) -> str:
    """A path from parts with any characters; a part of only dots would mean a parent folder. What is no
    character is refused by the API.
    """
    return "".join("/" + (_quoted(part) if part.strip(".") else "%2E" * len(part)) for part in parts)


def _quoted(part: str) -> str:
    return quote(part, safe="+", errors="surrogatepass")
