"""Files of this service are for its own user alone: logs name accounts, the profile is the login itself."""

import os
import stat
from pathlib import Path

UMASK = 0o077


def keep_private() -> None:
    """What this process and its children write from now on is 0600, and folders 0700. Their first act."""
    os.umask(UMASK)


def private_folder(folder: Path) -> Path:
    """The folder, made where it is missing, and closed to others where it was open: what older versions wrote
    inside is out of reach then too. Raises OSError where it cannot be made.

    One that belongs to another user, such as a mounted volume, stays as it is, for its owner decides; so does
    one that is meant for all (with the sticky bit, as that for temporary files).
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid == os.geteuid() and found.st_mode & UMASK and not found.st_mode & stat.S_ISVTX:
        folder.chmod(stat.S_IMODE(found.st_mode) & ~UMASK)
    return folder
