"""Only the service's own user may read its files: logs name accounts, and the profile is the login itself."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whatsapp_tasks.errors import ConfigurationError

UMASK = 0o077


def keep_private() -> None:
    """From now on, files of this process and its children are 0600, and folders 0700. Call it first."""
    os.umask(UMASK)


def private_folder(folder: Path) -> Path:
    """Creates the folder if it is missing, and makes an existing one private, which also protects files of
    older versions inside. Raises OSError if it cannot be created.

    A folder of another user, such as a mounted volume, is not changed, because its owner decides; nor is a
    shared one (with the sticky bit, like that for temporary files).
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid == os.geteuid() and found.st_mode & UMASK and not found.st_mode & stat.S_ISVTX:
        folder.chmod(stat.S_IMODE(found.st_mode) & ~UMASK)
    return folder


class FileTaken(ConfigurationError):
    """There is a file of this name."""


class ReservedFile:
    """A new file of ours that is still empty."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self.filled = False

    def fill(self, source: Path) -> None:
        """Writes the content of ``source`` to the disk. Raises ConfigurationError if there is no room."""
        try:
            with source.open("rb") as content, os.fdopen(os.dup(self._descriptor), "wb") as file:
                shutil.copyfileobj(content, file)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _unwritable(self._path, error) from None
        self.filled = True


@contextmanager
def reserved_file(path: Path) -> Iterator[ReservedFile]:
    """A place for a file that is written later, and is never written over another one. It is gone at the end
    unless it was filled.

    Raises FileTaken, and ConfigurationError where none can be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileTaken(f"{path} exists already, and is not written over: choose another name.") from None
    except OSError as error:
        raise _unwritable(path, error) from None
    reserved = ReservedFile(path, descriptor)
    try:
        yield reserved
    finally:
        os.close(descriptor)
        if not reserved.filled:
            path.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(f"{path} cannot be written: {error.strerror}.")
