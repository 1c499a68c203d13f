"""A file while it is being received: in a folder of its own, and gone when it was stored or refused."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from whatsapp_tasks.clients.folder_store import forget_old
from whatsapp_tasks.clients.stored_objects import store_errors
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import ObjectStoreFailed, ObjectStoreFull

OLD_SECONDS = 6 * 3600
"""A draft that nobody has written to for this long was left by a process that was killed."""
SPARE_BYTES = 64 * 1024 * 1024
"""Must stay free on the disk: Redis and the browser's profile may be on it, too."""


def require_room(folder: Path, size: int) -> None:
    """Raises ObjectStoreFull if there is no room for ``size`` bytes, twice: the object store may be on the
    same disk. Raises OSError.
    """
    if shutil.disk_usage(folder).free < 2 * size + SPARE_BYTES:
        raise ObjectStoreFull


class Draft:
    """Bytes that arrive in pieces; ``path`` is a file of mode 0600. Methods raise ObjectStoreFailed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._hash = hashlib.sha256()
        with store_errors():
            self._file = path.open("wb")

    def write(self, piece: bytes) -> None:
        """Adds a piece."""
        self._hash.update(piece)
        self.size += len(piece)
        with store_errors():
            self._file.write(piece)

    def close(self) -> None:
        """Ends writing: all of it is in the file, or this raises. Doing it again changes nothing."""
        with store_errors():
            self._file.close()

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far, hex."""
        return self._hash.hexdigest()


class Drafts:
    """The drafts of all processes that share a data folder."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_dir.resolve() / "objects" / "drafts"  # one volume with the objects

    def begin(self, size: int) -> Draft:
        """An empty draft; call ``drop`` in any case. Raises ObjectStoreFull if there is no room."""
        with store_errors():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            require_room(self._folder, size)
            descriptor, name = tempfile.mkstemp(suffix=".part", dir=self._folder)  # mode 0600
            open(descriptor, "rb").close()
        return Draft(Path(name))

    @contextmanager
    def draft(self, size: int) -> Iterator[Draft]:
        """A draft that is dropped at the end."""
        draft = self.begin(size)
        try:
            yield draft
        finally:
            self.drop(draft)

    def drop(self, draft: Draft) -> None:
        """Deletes it; doing it again changes nothing."""
        with suppress(ObjectStoreFailed):  # a full disk
            draft.close()
        draft.path.unlink(missing_ok=True)

    def forget_old(self) -> None:
        """Deletes what killed processes have left."""
        with store_errors():
            forget_old(self._folder, "*.part", OLD_SECONDS)
