"""Only the service's own user may read its files: logs name accounts, and the profile is the login itself."""

import os
import stat
from pathlib import Path

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
