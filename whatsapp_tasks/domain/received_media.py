"""Files of received messages: which are stored, how far that is, and when it is given up (docs/receiving.md).

Reasons, by state:

- ``skipped``: ``not_asked`` (the setting), ``own`` (the account wrote it), ``kind_not_offered`` (WhatsApp's
  page saves no such file), ``too_large``, ``day_full``;
- ``failed``: ``not_offered`` (nor does it save this one), ``blocked`` (it could not be pressed),
  ``not_begun``, ``late``, ``cancelled``, ``not_of_the_page``, ``other_size`` or ``other_kind`` (than the
  message shows), ``store_failed``, ``not_found`` (the message is not in its chat any more),
  ``chat_not_opened``;
- ``expired``: ``gone`` (from WhatsApp's servers);
- ``infected``: ``scanner``.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Self

from whatsapp_tasks.domain.file_names import clean_name
from whatsapp_tasks.domain.file_types import default_name
from whatsapp_tasks.domain.files import UNKNOWN_TYPE, FileFacts, FileKind
from whatsapp_tasks.domain.files_shown import least_size, sizes_agree

KINDS = ("image", "video", "audio", "document")
"""Of files that WhatsApp's page saves, by "Download" in the menu of a message (whatsapp-web.md, 12.14)."""
ALL, OFF = "all", "off"

MOST_TRIES = 4
TRIES_GONE = 2
"""For a file that the page cannot load: it says so of one that is gone, and without a network."""
FIRST_PAUSE_SECONDS, PAUSE_GROWS = 20.0, 6
"""After a try that failed: 20 s, 2 min, 12 min."""
BEGIN_SECONDS = 20.0
SLOWEST_DOWNLOAD = 256 * 1024
"""Bytes per second. The page goes on loading when a try is given up, so the next one has less to wait for."""
LONGEST_SECONDS = 60.0
"""Of one try: meanwhile the account does nothing else, except that a message to be sent ends it."""


class MediaState(StrEnum):
    """How far the file of a received message is."""

    PENDING = "pending"
    STORED = "stored"
    QUARANTINED = "quarantined"
    """Stored, and not given out until the scanner says that it is clean."""
    SKIPPED = "skipped"
    FAILED = "failed"
    EXPIRED = "expired"
    INFECTED = "infected"
    """The scanner said so; its bytes are deleted."""


class Verdict(StrEnum):
    """Of a virus scanner on a file in quarantine."""

    CLEAN = "clean"
    INFECTED = "infected"


AFTER_VERDICT = {Verdict.CLEAN: MediaState.STORED, Verdict.INFECTED: MediaState.INFECTED}
HAS_BYTES = frozenset({MediaState.STORED, MediaState.QUARANTINED})


def kinds_of(text: str) -> frozenset[str]:
    """The kinds that a setting names: ``off``, ``all``, or a list. Raises ValueError."""
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    if wanted in ([], [OFF]):
        return frozenset()
    if wanted == [ALL]:
        return frozenset(KINDS)
    unknown = [part for part in wanted if part not in KINDS]
    if unknown:
        raise ValueError(f"must be off, all, or kinds separated by commas: {', '.join(KINDS)}")
    return frozenset(wanted)


@dataclass(frozen=True)
class MediaRules:
    """What an account stores of the files that it receives."""

    kinds: frozenset[str] = frozenset()
    most_bytes: int = 0
    """Of one file."""
    day_bytes: int = 0
    """Of all files that are stored on one day (UTC)."""
    scanned: bool = False
    """Whether a file is given out only after a scanner's verdict."""


@dataclass(frozen=True)
class MediaStatus:
    """How far the file of one message is; with bytes: what they are."""

    state: MediaState
    reason: str = ""
    media_type: str = ""
    """By content."""
    bytes: int = 0
    sha256: str = ""
    """Of the stored bytes, hex."""
    file_name: str = field(repr=False, default="")
    """As the file is given out: that of the document, else the page's."""

    def to_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Reads what ``to_text`` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "state": MediaState(fields["state"])})

    def judged(self, verdict: Verdict) -> Self:
        """What it is after the scanner's verdict."""
        state = AFTER_VERDICT[verdict]
        return self.ended(state, "scanner" if state is MediaState.INFECTED else "")

    def ended(self, state: MediaState, reason: str) -> Self:
        return replace(self, state=state, reason=reason)


def holder_of(message_id: str) -> str:
    """Who holds the bytes of a received message's file in the object store (stores/scripts/holds.lua)."""
    return f"r:{message_id}"


NOT_ASKED = MediaStatus(MediaState.SKIPPED, "not_asked")


def first_status(kind: str, size_shown: str, rules: MediaRules, *, outgoing: bool) -> MediaStatus:
    """What is to be done about a file of this ``kind`` in a message that was just read."""
    if outgoing:
        return MediaStatus(MediaState.SKIPPED, "own")
    if not rules.kinds:
        return NOT_ASKED
    if kind not in KINDS:
        return MediaStatus(MediaState.SKIPPED, "kind_not_offered")
    if kind not in rules.kinds:
        return NOT_ASKED
    least = least_size(size_shown)
    if least is not None and least > rules.most_bytes:
        return MediaStatus(MediaState.SKIPPED, "too_large")
    return MediaStatus(MediaState.PENDING)


def stored_status(kind: str, name: str, size_shown: str, found: "Found", rules: MediaRules) -> MediaStatus:
    """What becomes of a file that was downloaded: nothing that the message does not show is stored."""
    if found.size > rules.most_bytes:
        return MediaStatus(MediaState.SKIPPED, "too_large")
    if sizes_agree(size_shown, found.size) is False:
        return MediaStatus(MediaState.FAILED, "other_size")
    if not _is_of_kind(found.facts.media_type, kind):
        return MediaStatus(MediaState.FAILED, "other_kind")
    media_type = found.facts.media_type
    named = clean_name(name) or clean_name(found.page_name) or default_name(FileKind(kind), media_type)
    state = MediaState.QUARANTINED if rules.scanned else MediaState.STORED
    return MediaStatus(state, "", media_type, found.size, found.digest, named)


@dataclass(frozen=True)
class Found:
    """A file that was downloaded and examined."""

    size: int
    digest: str
    facts: FileFacts
    page_name: str = field(repr=False)


def _is_of_kind(media_type: str, kind: str) -> bool:
    """A sound may be in a container of films (Ogg, MP4), so both are taken for both; not all of them are
    recognised.
    """
    if kind == FileKind.DOCUMENT:
        return True
    if kind == FileKind.IMAGE:
        return media_type.startswith("image/")
    return media_type == UNKNOWN_TYPE or media_type.startswith(("audio/", "video/"))


def pause_seconds(tries: int) -> float:
    """After so many tries that failed."""
    return float(FIRST_PAUSE_SECONDS * PAUSE_GROWS ** (max(tries, 1) - 1))


def tries_for(status: MediaStatus) -> int:
    """How often a file is tried that would end so."""
    return {MediaState.SKIPPED: 1, MediaState.EXPIRED: TRIES_GONE}.get(status.state, MOST_TRIES)


def download_seconds(most_bytes: int) -> float:
    """For one try."""
    return min(LONGEST_SECONDS, BEGIN_SECONDS + most_bytes / SLOWEST_DOWNLOAD)
