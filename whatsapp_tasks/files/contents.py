"""The bytes of files: stored once, held by those who need them, deleted when nobody does."""

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from whatsapp_tasks.clients.object_store import ObjectStore, check_place, open_store
from whatsapp_tasks.config import Settings
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.file_names import with_extension
from whatsapp_tasks.domain.files import FileFacts, MessageFile
from whatsapp_tasks.errors import FileGone, FileUnreadable
from whatsapp_tasks.files.drafts import Draft, Drafts
from whatsapp_tasks.files.examination import convert_picture, shrink_picture
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.files import FOLDER, Content, FileRecords, is_older, new_object

log = logging.getLogger(__name__)

SWEPT_AT_ONCE = 100
DRAFT_OLD_SECONDS = 6 * 3600


@dataclass(frozen=True)
class HandedOver:
    """A file on this machine's disk, as WhatsApp is to get it."""

    path: Path = field(repr=False)
    """Its last part is the name that the recipient sees; with another extension if it was converted."""
    digest: str
    """SHA-256, hex, of these bytes."""
    size: int


@dataclass(frozen=True)
class Received:
    """A file that was received and examined, on this machine's disk."""

    path: Path = field(repr=False)
    digest: str
    size: int
    facts: FileFacts


class Contents:
    """The object store of files, and the records of who holds them."""

    def __init__(
        self,
        database: Database,
        store: ObjectStore,
        drafts: Drafts,
        *,
        kept_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.records = FileRecords(database)
        self.drafts = drafts
        self._store = store
        self._kept_ms = int(kept_seconds * 1000)
        self._clock = clock

    @classmethod
    def from_settings(
        cls, database: Database, settings: Settings, clock: Callable[[], float] = time.time
    ) -> "Contents":
        """Raises ConfigurationError if the packages for S3 are not installed."""
        folder = settings.data_dir.resolve() / "objects"
        store = open_store(settings.files, folder, settings.s3_endpoint, "WHATSAPP_FILES")
        assert store is not None, "files cannot be turned off"
        return cls(database, store, Drafts(settings), kept_seconds=settings.record_seconds, clock=clock)

    # storing

    def keep(self, received: Received, holder: str, until_ms: int) -> Content:
        """Stores a file, unless the same bytes are there already, and holds it. Raises ObjectStoreFailed or
        StoreUnavailable; what is left then is deleted by ``sweep_strays``.
        """
        digest, size, facts = received.digest, received.size, received.facts
        known = self.records.hold(digest, holder, until_ms, self._now_ms())
        if known is not None and self._store.size(known) == size:
            return Content(digest, known, size, facts)
        content = Content(digest, new_object(digest, self._now_ms()), size, facts)
        self._check_place()
        reach("before_file_stored")
        self._store.put_file(content.object, received.path)
        reach("after_file_stored")
        kept = self.records.keep(content, holder, until_ms, self._now_ms(), lost=known)
        if kept != content.object:  # somebody stored the same bytes meanwhile
            self._store.delete([content.object])
        return Content(digest, kept, size, facts)

    # handing over

    def write_to(self, content: Content, path: Path) -> None:
        """Writes the bytes to ``path``, and checks them.

        Raises FileGone if they are not there any more or are not the same, ObjectStoreFailed (also
        ObjectStoreFull) if the store is not there now.
        """
        if not self._store.get_file(content.object, path):
            self._check_place()
            raise FileGone
        if digest_of(path) != content.digest:
            path.unlink()
            raise FileGone("The file's bytes have changed in the object store.")

    def copied(self, digest: str) -> Draft:
        """A copy of the bytes on this machine's disk; drop it in the end.

        Raises what ``write_to`` raises, and StoreUnavailable.
        """
        content = self.records.content(digest)
        if content is None:
            raise FileGone
        draft = self.drafts.begin(content.size)
        try:
            self.write_to(content, draft.path)
        except BaseException:
            self.drafts.drop(draft)
            raise
        return draft

    def release(self, digest: str, holder: str) -> None:
        """The holder needs the bytes no more; they are deleted at once unless somebody else does. What a
        failure leaves is deleted by ``sweep``.
        """
        now_ms = self._now_ms()
        self.records.hold(digest, holder, now_ms, now_ms)
        left = self.records.let_go(digest, now_ms)
        if left is not None:
            self._store.delete([left])

    def hand_over(self, file: MessageFile, folder: Path) -> HandedOver:
        """Writes the file of a message into ``folder``, which is the caller's and empty, and checks it.

        Raises FileGone if its bytes are not there any more or are not the same, FileUnreadable if the picture
        cannot be converted, and ObjectStoreFailed (also ObjectStoreFull) or StoreUnavailable if the store is
        not there now.
        """
        path = folder / file.name
        self.write_to(self._content(file), path)
        if not file.is_converted:
            return HandedOver(path, file.digest, file.size)
        return _converted(path, folder)

    def thumbnail(self, file: MessageFile) -> bytes:
        """A small JPEG of a picture. Raises FileUnreadable for anything else, and what ``hand_over``
        raises.
        """
        content = self._content(file)
        with self.drafts.draft(file.size) as draft, self.drafts.draft(0) as small:
            self.write_to(content, draft.path)
            shrink_picture(draft.path, small.path)
            return small.path.read_bytes()

    def _content(self, file: MessageFile) -> Content:
        content = self.records.content(file.digest)
        if content is None:
            raise FileGone
        return content

    def _check_place(self) -> None:
        """See ``check_place``. The place is marked from then on."""
        check_place(self._store, FOLDER, "files (objects)", self.records.knows_any)
        if not self._store.is_marked():
            self._store.mark()

    # deleting

    def sweep(self, limit: int = SWEPT_AT_ONCE) -> int:
        """Deletes contents that nobody holds any more; returns their number. A process that is killed in
        between leaves an object to ``sweep_strays``.
        """
        now_ms = self._now_ms()
        found = [self.records.let_go(digest, now_ms) for digest in self.records.due(now_ms, limit)]
        objects = [name for name in found if name is not None]
        if objects:
            reach("before_file_deleted")
            self._store.delete(objects)
            log.info("Files that no message needs any more were deleted", extra={"files": len(objects)})
        return len(objects)

    def sweep_strays(self) -> int:
        """Deletes what killed processes have left: drafts, and objects that Redis does not know. Such an
        object must be older than records are kept, in case Redis was restored with older data.
        """
        self.drafts.forget_old()
        self._store.forget_drafts(FOLDER, DRAFT_OLD_SECONDS)
        before_ms = self._now_ms() - self._kept_ms
        strays = self.records.unknown([n for n in self._store.names(FOLDER) if is_older(n, before_ms)])
        self._store.delete(strays)
        if strays:
            log.warning("Files that nothing refers to were deleted", extra={"files": len(strays)})
        return len(strays)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _converted(path: Path, folder: Path) -> HandedOver:
    """Replaces the picture at ``path`` by a converted one."""
    descriptor, name = tempfile.mkstemp(dir=folder)  # mode 0600
    os.close(descriptor)
    draft = Path(name)
    try:
        target = folder / with_extension(path.name, convert_picture(path, draft))
        path.unlink()
        draft.replace(target)
    except OSError as error:
        raise FileUnreadable(f"The picture cannot be converted: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    return HandedOver(target, digest_of(target), target.stat().st_size)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
