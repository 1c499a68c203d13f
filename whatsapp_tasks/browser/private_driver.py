"""Our own patched copy of chromedriver: the system's file is never touched, nothing is downloaded."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

PATCHED = b"undetected chromedriver"
"""The mark of a driver that undetected-chromedriver has patched."""


def private_driver(source: Path, cache: Path, patch: Callable[[Path], None]) -> Path:
    """The patched copy of `source` in `cache`, created if it is missing.

    Its name contains the hash of the source, so an upgraded driver gets a new copy. It is renamed into place
    when complete, because a file that is being written cannot be run ("Text file busy", a third of
    concurrent starts).

    Raises OSError if `source` cannot be read or `cache` cannot be written, ValueError if `patch` did not
    find what it replaces.
    """
    content = source.read_bytes()
    target = cache / f"chromedriver-{hashlib.sha256(content).hexdigest()[:16]}"
    if target.exists():
        return target

    def write(draft: Path) -> None:
        draft.write_bytes(content)
        patch(draft)
        if PATCHED not in draft.read_bytes():
            raise ValueError(f"{source} is not a chromedriver that undetected-chromedriver can patch")

    put_in_place(target, write)
    return target


def put_in_place(target: Path, write: Callable[[Path], None]) -> None:
    """Write an executable file atomically, creating its folder if necessary. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(handle)
    draft = Path(name)
    try:
        write(draft)
        draft.chmod(0o700)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
