"""One POST to a webhook receiver: to a checked address, within one deadline for everything."""

import http.client
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from whatsapp_tasks.clients.pinned_http import AddressRefused, Exchange, Limits, problem_of
from whatsapp_tasks.domain.webhooks import Answer, retry_after_seconds

BODY_BYTES_READ = 16 * 1024
"""Bytes of the answer's body that are read, only to end the connection properly; the content is ignored."""
BODY_SECONDS = 1.0


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    allow_private: bool,
    limits: Limits,
    clock: Callable[[], float] = time.monotonic,
) -> Answer:
    """The receiver's answer; never raises because of a receiver or the network. It follows no redirect."""
    deadline = clock() + limits.total_seconds
    try:
        with Exchange(
            urlsplit(url), allow_private=allow_private, limits=limits, deadline=deadline, clock=clock
        ) as exchange:
            response = exchange.request("POST", headers, body)
            retry_after = retry_after_seconds(response.getheader("Retry-After"), time.time())
            exchange.socket.deadline = min(deadline, clock() + BODY_SECONDS)
            with suppress(OSError, http.client.HTTPException, ValueError):
                response.read(BODY_BYTES_READ)
    except AddressRefused as error:
        advice = "Set allow_private on this webhook if the receiver is yours."
        return Answer(problem="address_refused", detail=f"{error}. {advice}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(problem=problem_of(error), detail=_detail(error))
    return Answer(response.status, retry_after_seconds=retry_after)


def _detail(error: Exception) -> str:
    """For the log. What is no HTTP is not quoted: it may be the event itself, sent back."""
    name = type(error).__name__
    return f"{name}: {error}"[:200] if isinstance(error, OSError) else name
