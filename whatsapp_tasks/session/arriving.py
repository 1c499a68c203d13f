"""Files of received messages on this machine's disk, between the browser and the object store."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whatsapp_tasks.browser.downloads import Downloaded
from whatsapp_tasks.clients.stored_objects import store_errors
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.files import UNKNOWN_TYPE, FileFacts
from whatsapp_tasks.domain.received_media import Found
from whatsapp_tasks.errors import FileUnreadable, ObjectStoreFailed
from whatsapp_tasks.files.contents import Contents, Received, digest_of
from whatsapp_tasks.files.drafts import require_room
from whatsapp_tasks.files.examination import examine


def arriving_folder(settings: Settings, account: str) -> Path:
    """Where a worker of the account keeps files until they are stored."""
    return settings.data_dir.resolve() / "arriving" / account


class Arriving:
    """Nobody else may read them, nothing opens them but ``files/examination.py``, and none stays."""

    def __init__(self, contents: Contents | None, folder: Path) -> None:
        self._contents = contents
        self._folder = folder

    def sweep(self) -> None:
        """Deletes what a worker that died has left."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def folder(self, most_bytes: int) -> Iterator[Path]:
        """An empty folder for one file of at most so many bytes. Raises ObjectStoreFull if the disk has no
        room for it, ObjectStoreFailed if the folder cannot be made.
        """
        folder = self._folder / secrets.token_hex(8)
        with store_errors():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            require_room(self._folder, most_bytes)
            folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def examined(self, downloaded: Downloaded) -> Found:
        """What the browser has written, by its content. Raises ObjectStoreFailed."""
        with store_errors():
            size = downloaded.path.stat().st_size
            return Found(size, digest_of(downloaded.path), _facts(downloaded.path), downloaded.name)

    def keep(self, downloaded: Downloaded, found: Found, holder: str, until_ms: int) -> None:
        """Stores it; ``holder`` holds it until then. Raises ObjectStoreFailed and StoreUnavailable."""
        if self._contents is None:
            raise ObjectStoreFailed("This worker has no store of files.")
        received = Received(downloaded.path, found.digest, found.size, found.facts)
        self._contents.keep(received, holder, until_ms)


def _facts(path: Path) -> FileFacts:
    """What cannot be examined is a file of an unknown type."""
    try:
        return examine(path)
    except FileUnreadable:
        return FileFacts(UNKNOWN_TYPE)
