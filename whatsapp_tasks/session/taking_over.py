"""Which copy of the session a browser starts with: the profile here, the newest archive, or none.

Rules: ``domain/session_archives.py``; why they are as they are: docs/sessions.md.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from whatsapp_tasks.archives.sealing import unpack
from whatsapp_tasks.browser.session_profile import is_part
from whatsapp_tasks.domain.full_disk import is_full
from whatsapp_tasks.domain.session_archives import (
    SENTENCES,
    SESSION_RESTORED,
    ArchiveHeader,
    ArchiveNumber,
    Refusal,
    check_fits,
    refused,
)
from whatsapp_tasks.domain.session_custody import Choice, Custody, Gap, Source, choose
from whatsapp_tasks.errors import (
    ArchiveRefused,
    BrowserStartFailed,
    LeaseLost,
    ObjectStoreFailed,
    ObjectStoreFull,
    SessionWaits,
)
from whatsapp_tasks.session.session_copies import SessionCopies

log = logging.getLogger(__name__)

STARTED = "browser_started"
RESTORED = SESSION_RESTORED


class TakingOver:
    """For the main thread of the worker that has the lease and the profile's lock."""

    def __init__(self, copies: SessionCopies) -> None:
        self._copies = copies
        self._vault = copies.vault
        self._record = copies.vault.record
        self._refused: dict[str, Refusal] = {}
        self.gaps: Sequence[Gap] = ()
        """Times of which the running copy knows nothing."""
        self._begun_under = 0

    @property
    def runs_under_our_lease(self) -> bool:
        """Whether the running browser was started under the lease that we have now. If not, another host may
        have had it in between.
        """
        return self._begun_under == self._copies.lease.fence

    def prepare(self) -> str:
        """Brings the copy of the session that may run into the profile, and records that it runs here. To be
        called before each start of a browser.

        Returns why the page will be new: ``STARTED`` or ``RESTORED``. Raises SessionWaits when no copy may
        run now, LeaseLost, StoreUnavailable, BrowserStartFailed when the disk fails.
        """
        try:
            return self._prepare()
        except ArchiveRefused as error:  # Redis names one that a newer version wrote
            raise SessionWaits(error.reason, str(error)) from error
        except OSError as error:
            if is_full(error):
                raise SessionWaits(Refusal.DISK_FULL, SENTENCES[Refusal.DISK_FULL]) from error
            raise BrowserStartFailed(f"The profile cannot be prepared: {error.strerror}") from error

    def _prepare(self) -> str:
        self._copies.lease.check()
        custody = self._vault.custody()
        choice = self._choose(custody)
        match choice.source:
            case Source.PROFILE:
                if not custody.ran == self._copies.lease.fence == self._begun_under:
                    self._begin(None)  # else it is a restart by the same worker
                return STARTED
            case Source.NEW:
                self._leave_behind(choice, custody)
                self._begin(None)
                return STARTED
            case Source.ARCHIVE:
                return self._from_archive(choice, custody)
            case Source.WAIT:
                assert choice.refusal is not None
                raise SessionWaits(choice.refusal, SENTENCES[choice.refusal])
            case unknown:
                assert_never(unknown)

    def _choose(self, custody: Custody) -> Choice:
        local = self._copies.profile.local()
        choice = choose(local, custody, None)
        numbers: list[ArchiveNumber] = []
        is_new_run = custody.ran != self._copies.lease.fence
        if choice.refusal is Refusal.STORE_AWAY or (is_new_run and choice.source is not Source.WAIT):
            try:
                numbers = self._vault.stored()
            except ObjectStoreFailed as error:
                if choice.refusal is Refusal.STORE_AWAY:
                    raise _store_away(error) from error
                log.warning("The vault could not be asked for archives", extra={"detail": str(error)})
            else:
                choice = choose(local, custody, numbers)
        fences = [custody.ran or 0, local.newest, *(number.fence for number in numbers)]
        if choice.archive is not None and custody.offer is None:
            fences.append(choice.archive.number.fence)
        self._outnumber(max(fences), custody)
        return choice

    def _outnumber(self, highest: int, custody: Custody) -> None:
        """Numbers only grow, although Redis may have lost its count: our fence becomes the highest one."""
        lease = self._copies.lease
        if lease.fence > highest or custody.ran == lease.fence == highest:
            return
        holder = lease.acquire(above=highest)
        if holder is not None:
            raise LeaseLost(f"The account is held by {holder} now.")

    def _leave_behind(self, choice: Choice, custody: Custody) -> None:
        if choice.set_aside:
            self._copies.profile.set_aside()
            log.warning("An old copy of the session was set aside")
        if custody.is_alive:
            log.error("No copy of the session is left; a phone must be linked again")

    def _from_archive(self, choice: Choice, custody: Custody) -> str:
        header = choice.archive
        assert header is not None
        by_a_person = custody.offer is not None
        if header.name in self._refused and not by_a_person:
            raise SessionWaits(self._refused[header.name], SENTENCES[self._refused[header.name]])
        begun = time.monotonic()
        try:
            self._restore(header, by_a_person=by_a_person)
        except ArchiveRefused as error:
            if by_a_person:
                self._drop_offer(header, error)
                return self._prepare()
            raise self._waiting(header, error) from error
        if by_a_person:  # only now is its number proven
            self._outnumber(header.number.fence, custody)
        now_ms = self._copies.now_ms()
        fence = self._copies.lease.fence
        # One that a person brought may be of another link, or of another service with its own numbers: it
        # knows nothing of what was sent here.
        known = header if not by_a_person else None
        self._begin(
            Gap(
                known.created_ms if known else 0,
                now_ms,
                from_fence=known.number.fence if known else 0,
                to_fence=fence,
            ),
            offer=custody.offer,
        )
        if by_a_person:
            self._keep_restored(header, custody)
        log.warning(
            "The session was restored from an archive",
            extra={
                "account": self._vault.account,
                "archive": str(header.number),
                "age_seconds": max(0, now_ms - header.created_ms) // 1000,
                "took_seconds": round(time.monotonic() - begun, 2),
                "by_a_person": by_a_person,
                "set_aside": choice.set_aside,
            },
        )
        return RESTORED

    def _keep_restored(self, header: ArchiveHeader, custody: Custody) -> None:
        """What a person brought becomes the newest archive at once, under our number: else the session would
        be on this disk alone until its first archive is made.
        """
        about = replace(
            header,
            number=ArchiveNumber(self._copies.lease.fence),
            created_ms=self._copies.now_ms(),
            sends=custody.sends,
            size=0,
            sha256="",
        )
        try:
            self._copies.keep(about, self._copies.profile.copy_to)
        except (ObjectStoreFailed, OSError) as error:
            log.warning("The restored session was not saved yet", extra={"error": type(error).__name__})
        else:
            self._vault.forget_offers()

    def _restore(self, header: ArchiveHeader, *, by_a_person: bool) -> None:
        copies = self._copies
        check_fits(header, account=self._vault.account, chromium=copies.chromium)
        try:
            with copies.drafts() as folder:
                file, parts = folder / "archive.session", folder / "parts"
                if by_a_person:
                    self._vault.fetch_offer(header, file)
                else:
                    self._vault.fetch(header.name, file)
                if unpack(file, copies.key, parts, allowed=is_part) != header:
                    raise refused(Refusal.NOT_AS_RECORDED)
                copies.profile.put_in_place(parts)
        except ObjectStoreFull:
            raise refused(Refusal.DISK_FULL) from None
        except ObjectStoreFailed as error:
            raise _store_away(error) from error

    def _waiting(self, header: ArchiveHeader, error: ArchiveRefused) -> SessionWaits:
        reason = Refusal(error.reason)
        if reason is not Refusal.DISK_FULL:
            self._refused[header.name] = reason  # not fetched again and again
        return SessionWaits(reason, str(error))

    def _drop_offer(self, header: ArchiveHeader, error: ArchiveRefused) -> None:
        log.error("The archive that a person brought is not used", extra={"detail": str(error)})
        self._record.drop_offer(self._copies.lease.fence, header, str(error))
        self._vault.forget_offers()

    def _begin(self, gap: Gap | None, offer: ArchiveHeader | None = None) -> None:
        profile, fence = self._copies.profile, self._copies.lease.fence
        profile.claim(fence)
        self._record.begin_run(fence, self._copies.key.recipient, gap, offer=offer)
        profile.confirm(fence)
        self._begun_under = fence
        self._refused.clear()
        self.gaps = self._record.gaps()


def _store_away(error: ObjectStoreFailed) -> SessionWaits:
    return SessionWaits(Refusal.STORE_AWAY, f"{SENTENCES[Refusal.STORE_AWAY]} ({error})")
