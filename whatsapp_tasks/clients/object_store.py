"""Object store for files: a folder, or an S3 bucket. It keeps evidence of failures and the files of messages.

Raises ObjectStoreFailed for every error: an outage of S3 must not look like one of the page. ObjectStoreFull,
a subclass, means that a folder's disk or quota is full.
"""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from whatsapp_tasks.clients.folder_store import MARK, FolderStore
from whatsapp_tasks.clients.s3_store import S3Store
from whatsapp_tasks.errors import ObjectStoreFailed
from whatsapp_tasks.extras import insist_on_extra

log = logging.getLogger(__name__)


class ObjectStore(Protocol):
    """Names are ``folder/name.kind`` in lower-case letters, digits and hyphens; evidence:
    ``account/id.jpg``.
    """

    def put(self, name: str, content: bytes) -> None:
        """Stores ``content`` so that nobody else can read it."""

    def get(self, name: str) -> bytes | None:
        """The stored content; None if it is not there (any more)."""

    def put_file(self, name: str, path: Path) -> None:
        """Stores the content of the file at ``path``, which stays. When this returns it is on disk, whole."""

    def get_file(self, name: str, path: Path) -> bool:
        """Writes the stored content to ``path`` (mode 0600), all of it or nothing; False if it is not there
        (any more).
        """

    def size(self, name: str) -> int | None:
        """Bytes of the stored content; None if it is not there (any more)."""

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted."""

    def delete(self, names: Iterable[str]) -> None:
        """Deletes these; missing ones are ignored."""

    def forget_drafts(self, folder: str, older_seconds: float) -> None:
        """Deletes what killed processes have left half-written in a folder, if it is older than this."""

    def is_marked(self) -> bool:
        """Whether this place was marked: the folder of a disk that is not mounted is another one."""

    def mark(self) -> None:
        """Marks this place, before something is stored in it for the first time."""


def open_store(
    place: str, folder: Path, s3_endpoint: str = "", setting: str = "WHATSAPP_EVIDENCE"
) -> ObjectStore | None:
    """The store for a setting: ``folder``, ``s3://bucket/prefix``; None for ``off``.

    Raises ConfigurationError, which names ``setting``, if the packages for S3 are not installed.
    """
    if place == "off":
        return None
    if place == "folder":
        return FolderStore(folder)
    insist_on_extra("s3", f"{setting}={place}")
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    return S3Store(bucket, prefix.strip("/"), s3_endpoint or None)


def check_place(store: ObjectStore, folder: str, named: str, was_used: Callable[[], bool]) -> None:
    """Raises ObjectStoreFailed if something was stored (``was_used``), and elsewhere: the place is on a disk
    that is not mounted, or is that of another machine. Nothing may be stored there, or said to be gone.

    ``folder``: what to look for in the place; ``named``: the place, for people.
    """
    if store.is_marked() or not was_used() or store.names(folder):
        return
    why = (
        f"The folder of {named} holds none, but some were stored. Mount it; or, to give them up, put an "
        f"empty file {MARK} into it."
    )
    log.error(why)
    raise ObjectStoreFailed(why)
