"""Answers that are files: read in pieces, however large they are, and never shown as a page of ours."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from flask import Response, request

from whatsapp_tasks.domain.received_media import MediaStatus
from whatsapp_tasks.files.contents import Contents

CHUNK_BYTES = 256 * 1024
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
        piece = self._file.read(CHUNK_BYTES)
        if not piece:
            raise StopIteration
        return piece

    def close(self) -> None:
        if not self._file.closed:
            self._file.close()
            self._done()


def attachment(contents: Contents, status: MediaStatus) -> Response:
    """The stored file of a received message, to be saved, not shown: what could run in a browser has no type
    at all. Raises FileGone, ObjectStoreFailed and StoreUnavailable.
    """
    draft = contents.copied(status.sha256)
    body = FileBody(draft.path, lambda: contents.drafts.drop(draft))
    if request.method == "HEAD":  # then nobody reads it
        body.close()
    is_named = status.media_type.startswith(HARMLESS) and status.media_type not in UNNAMED
    response = Response(body, content_type=status.media_type if is_named else ANY, direct_passthrough=True)
    response.headers["Content-Length"] = str(status.bytes)
    name = quote(status.file_name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
