"""The index of evidence of failures. Pictures are in an object store."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from whatsapp_tasks.domain.accounts import SLUG
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

EVIDENCE_ID = f"({SLUG})_([0-9]{{13}})_([0-9a-f]{{8}})"
_ID = re.compile(EVIDENCE_ID)


@dataclass(frozen=True)
class Evidence:
    """One failure. ``code`` and ``detail`` are its reason, ``message_id`` the message of the attempt, if
    any.
    """

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
    """Ids are sorted by time within an account, and cannot be guessed."""
    return f"{account}_{now_ms:013d}_{secrets.token_hex(4)}"


def account_of(evidence_id: str) -> str | None:
    """The account in an evidence id; None if it is not one."""
    match = _ID.fullmatch(evidence_id)
    return match[1] if match else None


def taken_ms(evidence_id: str) -> int | None:
    """The time in an evidence id, ms; None if it is not one."""
    match = _ID.fullmatch(evidence_id)
    return int(match[2]) if match else None


class EvidenceIndex:
    """The evidence of one account."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    def add(self, evidence: Evidence, *, keep_count: int, keep_ms: int) -> None:
        """Adds it, and removes the oldest ones over ``keep_count``."""
        k = self._keys
        old = self._db.texts("ZRANGE", k.evidence_log, 0, -keep_count)  # leaves room for the new one
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
