"""One GET for a file: from checked addresses only, within one deadline, and never more than so many bytes."""

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import collapse_rfc2231_value
from typing import Protocol
from urllib.parse import urlsplit

from whatsapp_tasks.clients.pinned_http import MOST_HEAD_BYTES, AddressRefused, Exchange, Late, Limits
from whatsapp_tasks.domain.file_fetches import (
    MOST_REDIRECTS,
    check_length,
    check_status,
    redirect_target,
    too_large,
)
from whatsapp_tasks.domain.file_names import name_in_header
from whatsapp_tasks.domain.webhooks import retry_after_seconds
from whatsapp_tasks.errors import FetchFailed

CHUNK_BYTES = 64 * 1024
USER_AGENT = "whatsapp-tasks-files/1"


class Sink(Protocol):
    """Where the bytes go."""

    size: int

    def write(self, piece: bytes) -> None: ...


@dataclass(frozen=True)
class Fetched:
    """``url`` is the one that had the file, after redirects; ``name`` is that of its Content-Disposition."""

    url: str
    name: str | None


def get_file(
    url: str,
    sink: Sink,
    *,
    allow_private: bool,
    limits: Limits,
    most_bytes: int,
    clock: Callable[[], float] = time.monotonic,
) -> Fetched:
    """Writes the file at ``url`` to ``sink``. Raises FetchFailed; then the sink may hold a part of it.

    Each redirect has to follow the same rules as the first URL. No cookie and no proxy is used.
    """
    deadline = clock() + limits.total_seconds
    for _ in range(MOST_REDIRECTS + 1):
        try:
            with Exchange(
                urlsplit(url), allow_private=allow_private, limits=limits, deadline=deadline, clock=clock
            ) as exchange:
                response = exchange.request("GET", {"User-Agent": USER_AGENT, "Accept": "*/*"})
                target = redirect_target(
                    response.status, url, response.getheader("Location"), allow_private=allow_private
                )
                if target is None:
                    exchange.socket.allow(MOST_HEAD_BYTES + 2 * most_bytes)  # also for the chunks' lines
                    _read(response, sink, most_bytes)
                    return Fetched(url, _name_in(response.headers))
        except AddressRefused:
            # Without the address: callers are not to learn which names of this network lead where.
            raise FetchFailed("file_url_address", "The URL leads to an address that is not public.") from None
        except http.client.IncompleteRead:
            raise _cut_off() from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, TimeoutError | Late) and clock() >= deadline:
                late = f"The file did not arrive within {limits.total_seconds:g} s."
                raise FetchFailed("file_url_slow", late, again=True) from error
            raise FetchFailed(
                "file_url_unreachable",
                f"The URL's server cannot be reached: {type(error).__name__}.",
                again=True,
            ) from error
        url = target
    raise FetchFailed("file_url_redirected", f"The URL redirects more than {MOST_REDIRECTS} times.")


def _read(response: http.client.HTTPResponse, sink: Sink, most_bytes: int) -> None:
    check_status(response.status, retry_after_seconds(response.getheader("Retry-After"), time.time()))
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise FetchFailed("file_url_failed", "The URL's server compresses the file, unasked.")
    if response.getheader("Transfer-Encoding", "chunked").strip().lower() != "chunked":
        raise FetchFailed("file_url_failed", "The URL's server sends the file in an unknown encoding.")
    length = check_length(response.getheader("Content-Length"), most_bytes)
    while piece := response.read(CHUNK_BYTES):
        if sink.size + len(piece) > most_bytes:
            raise too_large(most_bytes)
        sink.write(piece)
    if length is not None and sink.size != length:  # read() tells only of chunked answers
        raise _cut_off()


def _name_in(headers: http.client.HTTPMessage) -> str | None:
    """The name in Content-Disposition: ``filename*`` before ``filename``, as RFC 6266 (4.3) says."""
    try:
        given = headers.get_params([], "Content-Disposition")
        names = [value for name, value in given if name.lower() == "filename"]
        extended = next((name for name in names if isinstance(name, tuple)), None)
        if extended is not None:
            return collapse_rfc2231_value(extended)
    except ValueError:  # a malformed name is none
        return None
    return name_in_header(str(names[0])) if names else None


def _cut_off() -> FetchFailed:
    return FetchFailed("file_url_cut_off", "The file ended before its declared length.", again=True)
