"""The index of evidence: what is kept of a failure, and where to look for it. Pictures stand elsewhere."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

_ID = re.compile(r"([a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)_(\d{13})_([0-9a-f]{8})", re.ASCII)


@dataclass(frozen=True)
class Evidence:
    """One failure. ``code`` and ``detail`` are its reason, ``message_id`` whose attempt it was, if any's."""

    id: str
    account: str
    at_ms: int
    code: str
    detail: str
    state: str
    message_id: str | None
    picture: bool
    structure: bool


def new_evidence_id(account: str, now_ms: int) -> str:
    """Sorted by time within an account; not to be guessed from it."""
    return f"{account}_{now_ms:013d}_{secrets.token_hex(4)}"


def account_of(evidence_id: str) -> str | None:
    """Whose evidence an id names; None when it is no such id."""
    match = _ID.fullmatch(evidence_id)
    return match[1] if match else None


def taken_ms(evidence_id: str) -> int | None:
    """When it was taken; None when it is no such id."""
    match = _ID.fullmatch(evidence_id)
    return int(match[2]) if match else None


class EvidenceIndex:
    """What is known of an account's evidence."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    def add(self, evidence: Evidence, *, keep_count: int, keep_ms: int) -> None:
        """Remembers it, and forgets the oldest ones over ``keep_count``."""
        k = self._keys
        old = self._db.texts("ZRANGE", k.evidence_log, 0, -keep_count)  # one more than may stay beside it
        commands: list[tuple[str | int | float, ...]] = [
            ("SET", k.evidence(evidence.id), json.dumps(asdict(evidence)), "PX", keep_ms),
            ("ZREMRANGEBYSCORE", k.evidence_log, "-inf", evidence.at_ms - keep_ms),
            ("ZADD", k.evidence_log, evidence.at_ms, evidence.id),
        ]
        if old:
            commands += [("ZREM", k.evidence_log, *old), ("DEL", *(k.evidence(i) for i in old))]
        self._db.together(*commands)

    def get(self, evidence_id: str) -> Evidence | None:
        text = self._db.text("GET", self._keys.evidence(evidence_id))
        return _evidence(json.loads(text)) if text else None

    def latest(self) -> Evidence | None:
        """The newest, if there is any."""
        ids = self._db.texts("ZREVRANGE", self._keys.evidence_log, 0, 0)
        return self.get(ids[0]) if ids else None


def _evidence(fields: Mapping[str, Any]) -> Evidence:
    return Evidence(**fields)
