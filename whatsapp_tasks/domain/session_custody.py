"""Which copy of a session may run.

Two copies must never run, nor an old one again after a newer one has run: so each browser that starts on a
session takes the fence of its worker's lease as its *number*. Redis and the profile both keep the number that
ran last (docs/sessions.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber, Refusal


@dataclass(frozen=True)
class Custody:
    """What Redis knows of an account's session."""

    ran: int | None = None
    """The number that ran last; None: none, or Redis has lost it."""
    newest: ArchiveHeader | None = None
    """The newest archive."""
    sends: int = 0
    """How many messages were handed to the page, ever: counted with the intent, before Enter."""
    attempt_open: bool = False
    """Whether one of them has no result yet: it is settled by the chat, and never typed again blindly."""
    was_linked: bool = False
    ended: str = ""
    """Why the session is over: logged_out, unlinked, banned. Its copies are of no use any more."""
    offer: ArchiveHeader | None = None
    """An archive that a person wants to be used next: a new one, or one that is stale or unproven."""

    @property
    def is_alive(self) -> bool:
        """Whether a phone is linked."""
        return self.was_linked and not self.ended

    @property
    def is_left(self) -> bool:
        """The same, or a person brought a session that no page has shown yet."""
        return (self.was_linked or self.newest is not None) and not self.ended

    def sent_since(self, archive: ArchiveHeader) -> int:
        """How many messages an archive does not know of, without the one that has no result yet."""
        return max(0, self.sends - archive.sends - self.attempt_open)


@dataclass(frozen=True)
class LocalProfile:
    """The profile on this machine's disk. ``numbers``: under which it ran last; two while a start is not
    confirmed by Redis; none in a profile of before there was a vault.
    """

    numbers: frozenset[int] = frozenset()
    has_session: bool = False

    @property
    def newest(self) -> int:
        return max(self.numbers, default=0)


class Source(StrEnum):
    """Where the session comes from that a browser starts with."""

    PROFILE = "profile"
    ARCHIVE = "archive"
    NEW = "new"  # there is none: the page shows a QR code
    WAIT = "wait"  # there is one, but it may not be used now: a person decides, or the vault comes back


@dataclass(frozen=True)
class Choice:
    """``archive``: what to restore, or what would be. ``set_aside``: the profile here is an old copy."""

    source: Source
    archive: ArchiveHeader | None = None
    refusal: Refusal | None = None
    set_aside: bool = False


_PROFILE, _NEW = Choice(Source.PROFILE), Choice(Source.NEW)


def choose(profile: LocalProfile, custody: Custody, stored: Sequence[ArchiveNumber] | None) -> Choice:
    """Which copy of the session a browser may start with, for the holder of the lease.

    ``stored``: the numbers in the vault, None if it was not asked, or cannot be reached. It is needed only
    where Redis cannot decide: the answer is ``store_away`` then. But it may show that Redis has an older
    state: an archive is written only under the number that Redis says ran last.
    """
    if custody.offer is not None:
        return Choice(Source.ARCHIVE, custody.offer, set_aside=profile.has_session)
    witnessed = max((number.fence for number in stored or ()), default=0)
    if custody.ran is None or max(profile.newest, witnessed) > custody.ran:
        return _by_the_vault(profile, custody, stored)
    if custody.ran in profile.numbers and (profile.has_session or not custody.is_left):
        return _PROFILE
    if not custody.is_left:
        return Choice(Source.NEW, set_aside=profile.has_session)
    return _by_the_archive(profile, custody, stored)


def _by_the_archive(
    profile: LocalProfile, custody: Custody, stored: Sequence[ArchiveNumber] | None
) -> Choice:
    """There is a session, and not in the profile here."""
    archive = custody.newest
    if archive is None and stored == []:
        return Choice(Source.NEW, set_aside=profile.has_session)
    if archive is None:
        return Choice(Source.WAIT, refusal=Refusal.STORE_AWAY if stored is None else Refusal.UNPROVEN)
    if custody.sent_since(archive):
        return Choice(Source.WAIT, archive, Refusal.STALE)
    return Choice(Source.ARCHIVE, archive, set_aside=profile.has_session)


def _by_the_vault(profile: LocalProfile, custody: Custody, stored: Sequence[ArchiveNumber] | None) -> Choice:
    """Redis knows less than the profile, or nothing. The vault is the second witness: if it has an archive of
    a number that this profile never ran under, another machine has run the session since.
    """
    if stored is None:
        return Choice(Source.WAIT, refusal=Refusal.STORE_AWAY)
    newest = max(stored, default=ArchiveNumber())
    if newest.fence > profile.newest:
        return Choice(Source.WAIT, refusal=Refusal.UNPROVEN)
    if profile.has_session:
        return _PROFILE
    if stored and not custody.ended:
        return Choice(Source.WAIT, refusal=Refusal.UNPROVEN)
    return _NEW


@dataclass(frozen=True)
class Gap:
    """A time of which the running copy of the session knows nothing: from the making of its archive to its
    restoration. What was sent in it may be missing in the chats of this copy. The fences of the two say it
    for clocks that jumped meanwhile.
    """

    from_ms: int
    to_ms: int
    from_fence: int = 0
    to_fence: int = 0

    def may_hold(self, begun_ms: int, fence: int) -> bool:
        """Whether an attempt that was begun then, under this fence of the lease, may fall into it."""
        return self.from_ms <= begun_ms <= self.to_ms or self.from_fence <= fence < self.to_fence


def absence_proves(begun_ms: int, fence: int, gaps: Sequence[Gap]) -> bool:
    """Whether a message that is not in its chat was never sent. Not if its attempt may fall into a gap:
    WhatsApp keeps a device's own messages in that device, and sends it no copy of them.
    """
    return not any(gap.may_hold(begun_ms, fence) for gap in gaps)
