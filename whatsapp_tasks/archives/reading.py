"""What an archive says of itself, and whether it is whole: for those who have no key."""

import hashlib
from pathlib import Path
from typing import IO

from whatsapp_tasks.domain.session_archives import MAGIC, MOST_HEADER_BYTES, ArchiveHeader, Refusal, refused

_CHUNK = 1 << 20


def read_header(archive: IO[bytes]) -> ArchiveHeader:
    """What the archive says of itself; ``archive`` is at the encrypted part then. Raises ArchiveRefused."""
    if archive.read(len(MAGIC)) != MAGIC:
        raise refused(Refusal.NOT_AN_ARCHIVE)
    line = archive.readline(MOST_HEADER_BYTES)
    if not line.endswith(b"\n"):
        raise refused(Refusal.NOT_AN_ARCHIVE if len(line) == MOST_HEADER_BYTES else Refusal.TRUNCATED)
    return ArchiveHeader.from_json(line)


def check_whole(archive: Path) -> ArchiveHeader:
    """The header of an archive whose encrypted part is what it says; needs no key. Raises ArchiveRefused,
    OSError.
    """
    with archive.open("rb") as file:
        header = read_header(file)
        size, digest = 0, hashlib.sha256()
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            digest.update(chunk)
    if size < header.size:
        raise refused(Refusal.TRUNCATED, f"{size} bytes of {header.size}")
    if size != header.size or digest.hexdigest() != header.sha256:
        raise refused(Refusal.DAMAGED)
    return header
