"""Session archives: what one says of itself, and why one is refused.

A *session* is what makes a browser a linked device. It lives in a profile; an *archive* is a copy of the
parts of a profile that restore it. Which copy may run: ``session_custody.py`` (docs/sessions.md).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.errors import ArchiveRefused, RequestRefused

FORMAT = 1
MAGIC = b"whatsapp-tasks session archive\n"
MOST_HEADER_BYTES = 4096
SESSION_RESTORED = "session_restored"
"""The reason of INIT when a worker has restored the session from an archive."""
KEPT = 2
"""How many archives of an account are kept."""
ON_DISK_SECONDS = 6.0
"""What a page has stored is on disk after so long (measured: docs/sessions.md)."""

MOST_FENCE, MOST_SEQUENCE = 10**12 - 1, 10**6 - 1
"""What an archive's name has digits for."""
_MOST_MS = 253_402_300_799_999
"""The end of the year 9999: later times cannot be written."""
MOST_FENCES_AHEAD = 10**9
"""How much higher than here an archive's fence may be that a person brings: the numbers here go on from it,
and must not come near ``MOST_FENCE`` by one that nobody has counted to.
"""

_NAME = re.compile(r"[a-z0-9-]+/(\d{12})-(\d{6})\.session", re.ASCII)
_OFFER = re.compile(r"[a-z0-9-]+/offer-[0-9a-f]{32}\.session", re.ASCII)
_VERSION = re.compile(r"\d{1,5}(?:\.\d{1,6}){3}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Refusal(StrEnum):
    """Why an archive is not used."""

    NOT_AN_ARCHIVE = "not_an_archive"
    NEWER_FORMAT = "newer_format"
    OTHER_ACCOUNT = "other_account"
    NEWER_CHROMIUM = "newer_chromium"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    WRONG_KEY = "wrong_key"
    UNSAFE_CONTENT = "unsafe_content"
    TOO_LARGE = "too_large"
    DISK_FULL = "disk_full"
    NOT_STORED = "not_stored"
    NOT_AS_RECORDED = "not_as_recorded"
    STORE_AWAY = "store_away"
    STALE = "stale"
    UNPROVEN = "unproven"


SENTENCES: dict[Refusal, str] = {
    Refusal.NOT_AN_ARCHIVE: "This is no session archive of whatsapp-tasks.",
    Refusal.NEWER_FORMAT: "The archive was written by a newer version of whatsapp-tasks; update this one.",
    Refusal.OTHER_ACCOUNT: "The archive belongs to another account.",
    Refusal.NEWER_CHROMIUM: "The archive comes from a newer Chromium, and an older one may erase what it "
    "does not understand; update Chromium here.",
    Refusal.TRUNCATED: "The archive is not complete.",
    Refusal.DAMAGED: "The archive is damaged: its content is not what was written.",
    Refusal.WRONG_KEY: "The archive was encrypted for another key than the one in WHATSAPP_VAULT_KEY.",
    Refusal.UNSAFE_CONTENT: "The archive holds something that is no part of a session.",
    Refusal.TOO_LARGE: "The archive is larger unpacked than a session may be.",
    Refusal.DISK_FULL: "There is no room on the disk to unpack the archive.",
    Refusal.NOT_STORED: "The vault does not have the archive that Redis names.",
    Refusal.NOT_AS_RECORDED: "The archive in the vault is not the one that Redis names.",
    Refusal.STORE_AWAY: "The vault cannot be reached.",
    Refusal.STALE: "Messages were sent after the newest archive was made, so it does not know of them.",
    Refusal.UNPROVEN: "Redis does not know this session (it lost its data, or is another one), so nothing "
    "proves which copy of the session is the newest.",
}


_GIVE_UP = "To give the session up instead, log the account out and link a phone."
_HELP: dict[Refusal, str] = {
    Refusal.STALE: "Chats of these messages may be out of step for a while. If you accept that: "
    "whatsapp-tasks session import --newest --accept-stale.",
    Refusal.UNPROVEN: "If you are sure that no other copy of it runs: whatsapp-tasks session import --newest "
    "--accept-stale.",
    Refusal.STORE_AWAY: "It is asked again every few seconds.",
}
WAITING: dict[str, str] = {
    f"session_{reason}": f"no browser is started. {sentence} {_HELP.get(reason, '')} {_GIVE_UP}".replace(
        "  ", " "
    )
    for reason, sentence in SENTENCES.items()
}
"""What it means, for people, that an account waits for its session (reasons of ATTENTION)."""


def refused(reason: Refusal, detail: str = "") -> ArchiveRefused:
    """The error for an archive that is not used."""
    sentence = SENTENCES[reason]
    return ArchiveRefused(reason, f"{sentence} ({detail})" if detail else sentence)


@dataclass(frozen=True, order=True)
class ArchiveNumber:
    """Only grows. ``fence``: of the lease under which the session ran; ``sequence``: which of its holder's
    archives it is, from 1; 0 is the session as a person brought it. An archive that no service has run yet
    has the number 0, 0.
    """

    fence: int = 0
    sequence: int = 0

    def __str__(self) -> str:
        return f"{self.fence}.{self.sequence}"

    def name_of(self, account: str) -> str:
        """In the vault."""
        return f"{account}/{self.fence:012d}-{self.sequence:06d}.session"


@dataclass(frozen=True)
class ArchiveHeader:
    """What an archive says of itself, in clear. It holds no secret, and is repeated inside the encrypted
    part, except for ``size`` and ``sha256``.
    """

    account: str
    number: ArchiveNumber
    chromium: str
    """Version of the browser, with four numbers."""
    created_ms: int
    """Unix milliseconds, by Redis' clock where a worker wrote it."""
    sends: int = 0
    """How many messages the account had handed to its page by then (``Custody.sends``)."""
    size: int = 0
    """Of the encrypted part, in bytes."""
    sha256: str = ""
    """Of the encrypted part."""
    format: int = FORMAT

    @property
    def name(self) -> str:
        """In the vault, of one that a worker of this service wrote."""
        return self.number.name_of(self.account)

    @property
    def offer_name(self) -> str:
        """In the vault, of one that a person brought: its number may be that of another one there."""
        return f"{self.account}/offer-{self.sha256[:32]}.session"

    @property
    def about(self) -> dict[str, Any]:
        """What is repeated inside the encrypted part."""
        return {name: value for name, value in self.as_json().items() if name not in ("size", "sha256")}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def to_json(self) -> str:
        return json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "ArchiveHeader":
        """Raises ArchiveRefused: ``not_an_archive``, or ``newer_format`` whatever else a newer one says."""
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError):
            raise refused(Refusal.NOT_AN_ARCHIVE) from None
        if not isinstance(fields, dict) or not _whole(fields.get("format")):
            raise refused(Refusal.NOT_AN_ARCHIVE)
        if fields["format"] > FORMAT:
            raise refused(Refusal.NEWER_FORMAT, f"format {fields['format']}, known is {FORMAT}")
        try:
            return _header(fields)
        except (KeyError, TypeError, ValueError, RequestRefused):
            raise refused(Refusal.NOT_AN_ARCHIVE) from None


def _header(fields: Mapping[str, Any]) -> ArchiveHeader:
    number = fields["number"]
    numbers = [number["fence"], number["sequence"], fields["created_ms"], fields["sends"], fields["size"]]
    if not all(map(_whole, numbers)) or numbers[0] > MOST_FENCE or numbers[1] > MOST_SEQUENCE:
        raise ValueError
    if fields["created_ms"] > _MOST_MS:
        raise ValueError
    if not (_VERSION.fullmatch(fields["chromium"]) and _SHA256.fullmatch(fields["sha256"])):
        raise ValueError
    return ArchiveHeader(
        account=check_account_name(fields["account"]),
        number=ArchiveNumber(number["fence"], number["sequence"]),
        chromium=fields["chromium"],
        created_ms=fields["created_ms"],
        sends=fields["sends"],
        size=fields["size"],
        sha256=fields["sha256"],
        format=fields["format"],
    )


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def number_in(name: str) -> ArchiveNumber | None:
    """The number of the archive stored as ``name``; None for an offer, and for anything else."""
    match = _NAME.fullmatch(name)
    return ArchiveNumber(int(match[1]), int(match[2])) if match else None


def is_offer(name: str) -> bool:
    """Whether ``name`` is that of an archive which a person brought."""
    return _OFFER.fullmatch(name) is not None


def check_fits(header: ArchiveHeader, *, account: str, chromium: str) -> None:
    """Raises ArchiveRefused if the archive is not for this account or this browser.

    An older Chromium's profile is upgraded by a newer one, as at every update; the other way Chromium
    promises nothing, and deletes databases of a newer version.
    """
    if header.account != account:
        raise refused(Refusal.OTHER_ACCOUNT, f"of '{header.account}', wanted is '{account}'")
    if _major(header.chromium) > _major(chromium):
        raise refused(Refusal.NEWER_CHROMIUM, f"{header.chromium}, here is {chromium}")


def _major(version: str) -> int:
    return int(version.partition(".")[0])


def outdated(names: Sequence[str], newest: ArchiveNumber) -> list[str]:
    """Of the stored archives, those below the newest ``KEPT`` up to ``newest``, which the caller has written.
    One with a higher number is of a later holder of the lease, and not the caller's to delete: it has lost
    the lease since.
    """
    numbers = {name: number for name in names if (number := number_in(name)) is not None}
    upto = sorted((number, name) for name, number in numbers.items() if number <= newest)
    return sorted(name for _, name in upto[:-KEPT])
