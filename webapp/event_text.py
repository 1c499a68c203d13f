"""Events as text/event-stream (WHATWG HTML, 9.2): blocks of lines, each ended by an empty line."""

from collections.abc import Mapping
from typing import Literal

from pydantic_core import to_json

from whatsapp_tasks.domain.events import Event, outline

CONTENT_TYPE = "text/event-stream"
HEADERS: Mapping[str, str] = {"X-Accel-Buffering": "no"}
"""nginx passes on each piece of the answer at once, instead of collecting them."""

End = Literal["closing", "too_slow", "key_revoked", "unavailable"]
"""Why a stream is ended by the service. After ``key_revoked`` another request is refused; after the others it
goes on with the place that was reached.
"""


def beginning(place: str, retry_ms: int) -> bytes:
    """The first block: how long to wait before the next request, and the place from which it goes on."""
    return f"retry: {retry_ms}\n".encode() + _place(place) + b"\n"


def heartbeat(place: str) -> bytes:
    """A comment, and the place reached: events that a listener did not ask for move it too. A block without
    data is not reported to the reader.
    """
    return b":\n" + _place(place) + b"\n"


def block_of(event: Event, place: str) -> bytes:
    """One event; ``place`` is where the listener is after it."""
    return _place(place) + b"event: " + event.type.encode() + b"\ndata: " + to_json(outline(event)) + b"\n\n"


def missed(account: str, after: str, place: str) -> bytes:
    """Events of the account after ``after`` are gone, nobody knows how many."""
    return _place(place) + b"event: missed\ndata: " + to_json({"account": account, "after": after}) + b"\n\n"


def changed(account: str) -> bytes:
    """Something of the account is new, for the console, which then looks at everything."""
    return b"event: changed\ndata: " + to_json({"account": account}) + b"\n\n"


def end(reason: End) -> bytes:
    """The last block."""
    return b"event: end\ndata: " + to_json({"reason": reason}) + b"\n\n"


def _place(place: str) -> bytes:
    return b"id: " + place.encode() + b"\n" if place else b""
