"""``POST /files`` on the event loop: the body goes to disk piece by piece, in threads of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from webapp.answers import Answer
from webapp.rate_limits import RequestLimits
from webapp.services import Services
from webapp.uploads import UploadAttempt
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.files.drafts import Draft

T = TypeVar("T")

PIECE_BYTES = 256 * 1024
"""Memory of one upload, and what uvicorn has read ahead."""
MOST_AT_ONCE = 8
"""Uploads of one process. More are refused before their body is read: each needs room on the disk."""
BUSY_SECONDS = 2


class CallerGone(Exception):
    """The caller has disconnected."""


class UploadStream:
    """Receives uploads, several at once."""

    def __init__(self, parts: Services, limits: RequestLimits) -> None:
        self._parts = parts
        self._limits = limits
        # One more: whoever is refused does not wait for the disk and the store.
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE + 1, "upload")
        self._running = 0

    async def answer(self, environ: dict[str, Any], receive: Any, request_id: str) -> Answer | None:
        """The answer to one request; None if the caller has disconnected."""
        attempt = UploadAttempt(self._parts, self._limits, environ, request_id)
        if self._running >= MOST_AT_ONCE:
            return await self._run(attempt.refused, _busy())
        self._running += 1
        try:
            draft = await self._run(attempt.begin)
            await self._receive(attempt, draft, receive)
            return await self._run(attempt.finish)
        except CallerGone:
            return None
        except Exception as error:  # noqa: BLE001 - the table of problems decides, as for every view
            return await self._run(attempt.refused, error)
        finally:
            self._running -= 1
            await self._run(attempt.end)

    async def _receive(self, attempt: UploadAttempt, draft: Draft, receive: Any) -> None:
        piece, more = bytearray(), True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise CallerGone
            piece += event.get("body", b"")
            more = event.get("more_body", False)
            attempt.check_size(draft.size + len(piece))
            if len(piece) >= PIECE_BYTES or not more:
                await self._run(draft.write, bytes(piece))
                piece.clear()

    async def _run(self, call: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *arguments))


def _busy() -> RequestRefused:
    return RequestRefused(
        "uploads_busy",
        "Too many files are being uploaded now. Repeat the request with a new signature.",
        http_status=503,
        retry_after_seconds=BUSY_SECONDS,
    )
