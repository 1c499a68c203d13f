"""The object store in a folder of this machine."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from whatsapp_tasks.clients.stored_objects import (
    DRAFT,
    OBJECT_NAME,
    checked_name,
    store_errors,
    write_whole,
)

MARK = "whatsapp-tasks.store"
"""A file in the folder of a store."""


class FolderStore:
    """Files that only this user may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """See ``ObjectStore``. The file is written atomically."""
        file = self._file(name)
        with store_errors():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = file.with_suffix(DRAFT)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(content)
            draft.replace(file)

    def get(self, name: str) -> bytes | None:
        """See ``ObjectStore``."""
        with store_errors():
            try:
                return self._file(name).read_bytes()
            except FileNotFoundError:
                return None

    def put_file(self, name: str, path: Path) -> None:
        """See ``ObjectStore``."""
        file = self._file(name)
        with store_errors(), path.open("rb") as source:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(file, source, file.with_suffix(DRAFT))
            _sync_folder(file.parent)

    def get_file(self, name: str, path: Path) -> bool:
        """See ``ObjectStore``."""
        with store_errors():
            try:
                source = self._file(name).open("rb")
            except FileNotFoundError:
                return False
            with source:
                write_whole(path, source)
            return True

    def size(self, name: str) -> int | None:
        """See ``ObjectStore``."""
        with store_errors():
            try:
                return self._file(name).stat().st_size
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> list[str]:
        """See ``ObjectStore``."""
        with store_errors():
            files = (self._folder / folder).glob("*")
            found = (f"{folder}/{file.name}" for file in files if file.suffix != DRAFT)
            return sorted(name for name in found if OBJECT_NAME.fullmatch(name))

    def delete(self, names: Iterable[str]) -> None:
        """See ``ObjectStore``."""
        with store_errors():
            for name in names:
                self._file(name).unlink(missing_ok=True)

    def forget_drafts(self, folder: str, older_seconds: float) -> None:
        """See ``ObjectStore``."""
        with store_errors():
            forget_old(self._folder / folder, f"*{DRAFT}", older_seconds)

    def is_marked(self) -> bool:
        """See ``ObjectStore``."""
        with store_errors():
            return (self._folder / MARK).exists()

    def mark(self) -> None:
        """See ``ObjectStore``."""
        with store_errors():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self._folder / MARK).touch(0o600)

    def _file(self, name: str) -> Path:
        return self._folder / checked_name(name)


def forget_old(folder: Path, pattern: str, older_seconds: float) -> None:
    """Deletes files that were last written to more than ``older_seconds`` ago. Raises OSError."""
    for file in folder.glob(pattern):
        try:
            if time.time() - file.stat().st_mtime > older_seconds:
                file.unlink()
        except FileNotFoundError:  # another process was faster
            continue


def _sync_folder(folder: Path) -> None:
    """Brings a new name in ``folder`` to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
