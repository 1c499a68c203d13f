"""What both kinds of object store share: names, files that are written whole, and errors."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from whatsapp_tasks.domain.full_disk import is_full
from whatsapp_tasks.errors import ObjectStoreFailed, ObjectStoreFull

CHUNK_BYTES = 256 * 1024
"""A file is copied in pieces of this size, however large it is."""

OBJECT_NAME = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9_-]+\.(?!part$)[a-z0-9]+", re.ASCII)
DRAFT = ".part"


class Readable(Protocol):
    """An open file, or the body of an answer."""

    def read(self, size: int = ..., /) -> bytes: ...


def checked_name(name: str) -> str:
    """The name, if it is one; raises ObjectStoreFailed."""
    if not OBJECT_NAME.fullmatch(name):
        raise ObjectStoreFailed("The object's name is invalid.")
    return name


def write_whole(file: Path, source: Readable, draft: Path | None = None) -> None:
    """Copies ``source`` to disk, then gives it its name in one step. Nothing is left after an error."""
    if draft is None:
        descriptor, name = tempfile.mkstemp(suffix=DRAFT, dir=file.parent)  # mode 0600
        draft = Path(name)
    else:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            shutil.copyfileobj(source, opened, CHUNK_BYTES)
            opened.flush()
            os.fsync(descriptor)
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns errors of the disk, and of S3, into ours."""
    try:
        yield
    except ObjectStoreFailed:
        raise
    except OSError as error:
        if is_full(error):
            raise ObjectStoreFull from error
        raise ObjectStoreFailed(f"{type(error).__name__}: {error.strerror}") from error
    except Exception as error:  # botocore's errors have no useful base in common with urllib3's
        if not type(error).__module__.startswith(("botocore", "urllib3", "boto3")):
            raise
        # Without its text: it may hold addresses and request ids of the store.
        raise ObjectStoreFailed(f"S3 failed: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    answer = getattr(error, "response", None)
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return str(code or type(error).__name__)
