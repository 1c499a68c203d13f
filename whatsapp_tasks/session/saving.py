"""Archives of the running session: after linking, at orderly ends, and now and then at a quiet moment."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.domain.session_archives import ON_DISK_SECONDS, ArchiveHeader, ArchiveNumber
from whatsapp_tasks.errors import ArchiveRefused, BrowserError, ObjectStoreFailed, StoreError
from whatsapp_tasks.session.growing_pause import GrowingPause
from whatsapp_tasks.session.session_copies import LEASE_MARGIN_SECONDS, SessionCopies

log = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
AGAIN_LONGEST_SECONDS = 3600.0
"""The pause after an archive that could not be saved doubles from the first to this: a store that hangs holds
up the messages for as long as it is waited for.
"""
HELD_SECONDS = 5.0
"""At most, for the copying of a profile whose browser is held; then it goes on, and the copy is void."""

Copy = Callable[[Path], None]


class Saving:
    """For the main thread of the worker whose browser runs the session."""

    def __init__(self, copies: SessionCopies) -> None:
        self._copies = copies
        self._record = copies.vault.record
        self._number = ArchiveNumber()
        self._due = float("inf")
        self._again = GrowingPause(AGAIN_SECONDS, AGAIN_LONGEST_SECONDS)
        self._seen_under = 0
        """The fence under which the chats were seen first."""

    def logged_in(self, *, linked_anew: bool) -> None:
        """The page shows the chats. ``linked_anew``: a phone was just linked, which makes older archives
        useless. Raises StoreErrors.
        """
        custody, fence = self._copies.vault.custody(), self._copies.lease.fence
        # Where a person brought the session, what was restored under this number is the one archive of it.
        is_kept = custody.newest is not None and custody.newest.number.fence == fence
        if custody.ended or (linked_anew and not is_kept):
            self._record.linked_anew(fence)
            self._forget()
        self._due = min(self._due, time.monotonic() + ON_DISK_SECONDS)

    def changed_by_a_person(self) -> None:
        """They had the page: what they did there is in no archive, and not counted as sent."""
        self._due = min(self._due, time.monotonic() + ON_DISK_SECONDS)

    def look(self, page: Page, quiet_seconds: float) -> bool:
        """The page shows the chats. Saves the session if that is due, at a quiet moment. ``quiet_seconds``:
        for how long nothing was sent. False if that moment has been waited for too long: send nothing until
        it came.
        """
        now = time.monotonic()
        if self._seen_under != self._copies.lease.fence:  # in whatever state the account is: RESTRICTED too
            self._seen_under = self._copies.lease.fence
            self._due = min(self._due, now + ON_DISK_SECONDS)
        if now < self._due:
            return True
        if quiet_seconds < ON_DISK_SECONDS:
            return now < self._due + self._copies.settings.vault_seconds
        self._try(lambda folder: self._copy_held(page, folder))
        return True

    def save_closed(self) -> None:
        """The browser was closed in order: its profile is complete."""
        self._try(self._copies.profile.copy_to)

    def logged_out(self) -> None:
        """By the phone, or by WhatsApp: the archives are marked, and not used again. Raises StoreErrors."""
        self._end("logged_out", keep_archives=True)

    def deleted(self, reason: str) -> None:
        """Unlinked by a person, or banned: the archives are deleted. Raises StoreErrors."""
        self._end(reason, keep_archives=False)
        self._forget()

    def _try(self, copy: Copy) -> None:
        try:
            self._save(copy)
        except (ArchiveRefused, StoreError, BrowserError, ObjectStoreFailed, OSError) as error:
            self._due = time.monotonic() + self._again.take()
            log.warning(
                "The session was not saved; the archives from before stay",
                extra={"account": self._copies.vault.account, "detail": _reason(error)},
            )

    def _save(self, copy: Copy) -> None:
        copies, fence = self._copies, self._copies.lease.fence
        copies.lease.check(LEASE_MARGIN_SECONDS)
        custody = copies.vault.custody()
        if not custody.was_linked or custody.ended or custody.ran != fence:
            self._due = float("inf")
            return
        begun = time.monotonic()
        about = ArchiveHeader(
            copies.vault.account, self._next_number(fence), copies.chromium, copies.now_ms(), custody.sends
        )
        header = copies.keep(about, copy)
        self._due = time.monotonic() + copies.settings.vault_seconds
        self._again.reset()
        log.info(
            "The session was saved",
            extra={
                "archive": str(header.number),
                "bytes": header.size,
                "took_seconds": round(time.monotonic() - begun, 2),
            },
        )

    def _copy_held(self, page: Page, folder: Path) -> None:
        """All parts as they are at one moment: the browser's processes are stopped meanwhile."""
        with page.held(Deadline.within(HELD_SECONDS)):
            self._copies.profile.copy_to(folder)

    def _next_number(self, fence: int) -> ArchiveNumber:
        sequence = self._number.sequence + 1 if self._number.fence == fence else 1
        self._number = ArchiveNumber(fence, sequence)
        return self._number

    def _end(self, reason: str, *, keep_archives: bool) -> None:
        self._record.end(self._copies.lease.fence, reason, keep_archives=keep_archives)
        self._due = float("inf")
        log.warning("The session is over; its archives are not used again", extra={"reason": reason})

    def _forget(self) -> None:
        try:
            self._copies.vault.forget()
        except ObjectStoreFailed as error:
            # Redis names none of them any more; the next archive's writer deletes those it outdates.
            log.error("Archives could not be deleted", extra={"detail": str(error)})


def _reason(error: Exception) -> str:
    return error.strerror or "" if isinstance(error, OSError) else str(error)
