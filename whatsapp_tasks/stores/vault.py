"""What Redis knows of an account's session: which copy ran last, and which archive is the newest.

The worker's writes are fenced by its lease, in one script; so a worker that has lost it can record no archive
and begin no run.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from whatsapp_tasks.domain.session_archives import ArchiveHeader
from whatsapp_tasks.domain.session_custody import Custody, Gap
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import applied

GAPS_KEPT = 20


@dataclass(frozen=True)
class Offer:
    """An archive that a person wants to be used next, and who that was."""

    header: ArchiveHeader
    author: str
    at_ms: int


class VaultRecord:
    """The record of one account: a hash with ``ran`` (a number), ``newest`` and ``offer`` (headers of
    archives), ``sends`` (counted by ``note.lua``), ``ended``, ``gaps``, ``recipient``, and ``used`` once an
    archive was stored.
    """

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    @property
    def has_run(self) -> bool:
        """Whether a worker with a vault has run the account's session."""
        return self._db.text("HGET", self._keys.vault, "ran") is not None

    @property
    def was_used(self) -> bool:
        """Whether an archive was ever stored."""
        return self._db.text("HGET", self._keys.vault, "used") is not None

    def custody(self) -> Custody:
        """Raises ArchiveRefused where it names an archive that a newer version wrote."""
        k = self._keys
        record, linked, in_hand = self._db.together(
            ("HGETALL", k.vault), ("HGET", k.session, "linked"), ("GET", k.in_hand)
        )
        offer = _offer(record)
        return Custody(
            ran=int(record["ran"]) if "ran" in record else None,
            newest=ArchiveHeader.from_json(record["newest"]) if "newest" in record else None,
            sends=int(record.get("sends", 0)),
            attempt_open=in_hand is not None and self._is_open(in_hand),
            was_linked=linked == "1",
            ended=record.get("ended", ""),
            offer=offer.header if offer else None,
        )

    def _is_open(self, message: str) -> bool:
        status, intent = self._db.texts_or_none("HMGET", message, "status", "intent")
        return status == Status.SENDING and bool(intent)

    def gaps(self) -> list[Gap]:
        return _gaps(self._db.text("HGET", self._keys.vault, "gaps"))

    def recipient(self) -> str | None:
        """The public half of the worker's key; None before a worker with a vault has run."""
        return self._db.text("HGET", self._keys.vault, "recipient")

    # by the worker; each raises LeaseLost, and has done nothing then

    def begin_run(
        self, fence: int, recipient: str, gap: Gap | None = None, *, offer: ArchiveHeader | None = None
    ) -> None:
        """A browser is about to start on the session, restored from an archive if there is a ``gap``: from
        ``offer``, if a person brought it, which is done with then.
        """
        fields = {"ran": str(fence), "recipient": recipient}
        if gap is not None:
            kept = [*self.gaps(), gap][-GAPS_KEPT:]
            fields |= {"gaps": json.dumps([asdict(each) for each in kept]), "ended": ""}
        if offer is not None:
            fields["offer"] = ""
        self._write(fence, fields, offer)

    def record_newest(self, fence: int, header: ArchiveHeader) -> None:
        self._write(fence, {"newest": header.to_json(), "used": "1"})

    def linked_anew(self, fence: int) -> None:
        """A phone was linked: what was known of an earlier session counts no more."""
        self._write(fence, {"ended": "", "newest": ""})

    def end(self, fence: int, reason: str, *, keep_archives: bool) -> None:
        """The session is over. ``keep_archives``: they are only marked, and not used again."""
        self._write(fence, {"ended": reason, "offer": ""} | ({} if keep_archives else {"newest": ""}))

    def drop_offer(self, fence: int, offer: ArchiveHeader, why: str) -> None:
        """It cannot be used; ``why`` is a sentence for whoever brought it."""
        self._write(fence, {"offer": "", "refused_offer": why}, offer)

    def _write(self, fence: int, fields: Mapping[str, str], offer: ArchiveHeader | None = None) -> None:
        pairs: Sequence[str] = [word for pair in fields.items() for word in pair]
        written = self._db.run(
            "set_fenced",
            {"target": self._keys.vault, "lease": self._keys.lease},
            {"fence": fence, "offer": offer.sha256 if offer else ""},
            more_args=pairs,
        )
        if not applied(written):
            raise LeaseLost

    # by a person

    def make_offer(self, offer: Offer) -> None:
        """The worker takes it up before its next browser starts."""
        fields = {"header": offer.header.as_json(), "author": offer.author, "at_ms": offer.at_ms}
        self._db.do("HSET", self._keys.vault, "offer", json.dumps(fields), "used", "1", "refused_offer", "")

    def refused_offer(self) -> str:
        """Why the archive that a person brought last was not used; empty if it was, or nobody looked yet."""
        return self._db.text("HGET", self._keys.vault, "refused_offer") or ""

    def offer(self) -> Offer | None:
        return _offer(self._db.record(self._keys.vault))


def _offer(record: Mapping[str, str]) -> Offer | None:
    if "offer" not in record:
        return None
    fields = json.loads(record["offer"])
    return Offer(ArchiveHeader.from_json(json.dumps(fields["header"])), fields["author"], fields["at_ms"])


def _gaps(text: str | None) -> list[Gap]:
    return [Gap(**each) for each in json.loads(text)] if text else []
