"""Files that callers hand in: examined, stored, and kept until a message uses them or their time is over."""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from whatsapp_tasks.domain.file_types import check_type
from whatsapp_tasks.domain.files import decide_kind
from whatsapp_tasks.errors import FileUnreadable, ObjectStoreFailed, RequestRefused, StoreUnavailable
from whatsapp_tasks.files.contents import Contents, Received
from whatsapp_tasks.files.drafts import Draft
from whatsapp_tasks.files.examination import examine
from whatsapp_tasks.stores.files import Upload

log = logging.getLogger(__name__)

SWEEP_SECONDS = 60.0


@dataclass(frozen=True)
class Offer:
    """What a caller says about a file before its bytes; ``owner`` is the id of its API key."""

    owner: str
    name: str = field(repr=False, default="")
    declared_type: str | None = None


class Uploads:
    """The way of a file into the service."""

    def __init__(
        self, contents: Contents, *, kept_seconds: float, clock: Callable[[], float] = time.time
    ) -> None:
        self.contents = contents
        self._kept_ms = int(kept_seconds * 1000)
        self._clock = clock
        self._next_sweep = 0.0

    def add(self, offer: Offer, draft: Draft) -> Upload:
        """Raises RequestRefused (nothing is kept), ObjectStoreFailed or StoreUnavailable."""
        received = examined(draft, name=offer.name, declared=offer.declared_type)
        decide_kind(received.facts, received.size, None)  # refuses what cannot be sent in any way
        now_ms = int(self._clock() * 1000)
        until_ms = now_ms + self._kept_ms
        upload_id = upload_id_of(offer.owner, received.digest, offer.name)
        content = self.contents.keep(received, f"u:{upload_id}", until_ms)
        upload = Upload(upload_id, offer.owner, offer.name, content, now_ms, until_ms)
        self.contents.records.add_upload(upload)
        self._sweep_now_and_then()
        return upload

    def _sweep_now_and_then(self) -> None:
        """Files that nobody needs any more go also where no webhooks worker runs. Failing here must not fail
        the upload, which is done.
        """
        if time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + SWEEP_SECONDS
        try:
            self.contents.sweep()
            self.contents.drafts.forget_old()
        except (ObjectStoreFailed, StoreUnavailable) as error:
            log.warning("Files were not deleted", extra={"detail": str(error)})


def upload_id_of(owner: str, digest: str, name: str) -> str:
    """Equal for the same bytes with the same name by the same key, so that uploading twice changes
    nothing.
    """
    words = [owner.encode(), digest.encode(), name.encode()]
    return hashlib.sha256(b"upload" + b"".join(b"%d:%b" % (len(w), w) for w in words)).hexdigest()[:32]


def examined(draft: Draft, *, name: str | None, declared: str | None) -> Received:
    """A file that has arrived, and what it is. Raises RequestRefused if it is empty, or not what it is said
    to be, and ObjectStoreFailed if the disk did not take all of it.
    """
    draft.close()
    if draft.size == 0:
        raise RequestRefused("file_empty", "The file is empty.")
    try:
        facts = examine(draft.path)
    except FileUnreadable as error:
        raise RequestRefused("file_unreadable", str(error)) from error
    check_type(facts.media_type, name=name, declared=declared)
    return Received(draft.path, draft.digest, draft.size, facts)
