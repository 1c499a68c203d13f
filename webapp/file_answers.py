"""Answers that are files: read in pieces, however large they are, and never shown as a page of ours."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import BoundedSemaphore
from urllib.parse import quote

from flask import Response, request

from whatsapp_tasks.domain.received_media import MediaStatus
from whatsapp_tasks.errors import FileGone, RequestRefused
from whatsapp_tasks.files.contents import Contents

CHUNK_BYTES = 256 * 1024
SLOWEST_BYTES_PER_SECOND = 16_384
PATIENCE_SECONDS = 60.0
"""A caller who takes a file more slowly, after this time, is disconnected: meanwhile a copy of it is on the
disk. The rate is that of uploads (``connections.py``)."""
MOST_AT_ONCE = 16
"""Copies on the disk of one process, which may be large and are there until they are taken."""
RETRY_SECONDS = 5
_room = BoundedSemaphore(MOST_AT_ONCE)
HARMLESS = ("image/", "audio/", "video/")
"""Beginnings of types that are named in the answer."""
UNNAMED = frozenset({"image/svg+xml"})
ANY = "application/octet-stream"


class FileBody:
    """The bytes of a file in pieces. ``done`` is called once, when nobody reads any more."""

    def __init__(self, path: Path, done: Callable[[], None]) -> None:
        self._file = path.open("rb")
        self._done = done

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = b"" if self._file.closed else self._file.read(CHUNK_BYTES)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        if not self._file.closed:
            self._file.close()
            self._done()


def attachment(contents: Contents, status: MediaStatus) -> Response:
    """The stored file of a received message, to be saved, not shown: what could run in a browser has no type
    at all. Raises RequestRefused (``downloads_busy``), FileGone, ObjectStoreFailed and StoreUnavailable.
    """
    body: Iterable[bytes] = ()
    if request.method != "HEAD":
        body = _copy(contents, status.sha256)
    elif contents.records.content(status.sha256) is None:
        raise FileGone
    is_named = status.media_type.startswith(HARMLESS) and status.media_type not in UNNAMED
    response = Response(body, content_type=status.media_type if is_named else ANY, direct_passthrough=True)
    response.headers["Content-Length"] = str(status.bytes)
    name = quote(status.file_name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


def _copy(contents: Contents, digest: str) -> FileBody:
    if not _room.acquire(blocking=False):
        raise RequestRefused(
            "downloads_busy",
            f"{MOST_AT_ONCE} files are being downloaded at once by this process; no more are begun.",
            http_status=503,
            retry_after_seconds=RETRY_SECONDS,
        )
    try:
        draft = contents.copied(digest)
    except BaseException:
        _room.release()
        raise

    def done() -> None:
        contents.drafts.drop(draft)
        _room.release()

    return FileBody(draft.path, done)
