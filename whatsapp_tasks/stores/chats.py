"""The chats of one account: records, and what leads to them (domain/chats.py)."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict

from whatsapp_tasks.domain.chat_names import NameKind, chat_name, parts_of, title_name
from whatsapp_tasks.domain.chats import (
    Candidates,
    ChatKind,
    ChatRecord,
    Recognised,
    Sighting,
    closed_as,
    merged,
    names_of,
    recognise,
    seen_as,
    title_names_of,
)
from whatsapp_tasks.domain.chats import new_chat as new_record
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.outcomes import applied

CURSOR = "[0-9]{1,15}-[0-9a-f]{32}"
"""Of a page of chats: when the last one was seen, and its id without the account."""
BUBBLES_ASKED = 100
"""The newest bubbles of a chat that are looked up to recognise it."""


class Chats:
    """Written only by the worker that holds the account."""

    def __init__(self, database: Database, account: str) -> None:
        self.account = account
        self._db = database
        self._keys = keys.AccountKeys(account)

    def get(self, chat_id: str) -> ChatRecord | None:
        """The chat; also by the id of one that was found to be the same."""
        text, other = self._db.together(
            ("HGET", self._keys.chats, chat_id), ("HGET", self._keys.chat_names, _former(chat_id))
        )
        if text is None and other is not None:
            return self.get(str(other))
        return _record(chat_id, text) if text is not None else None

    def page(self, before: str | None, limit: int) -> tuple[list[ChatRecord], str | None]:
        """Chats, the last seen first, and the cursor of the next page; None if this is the last one."""
        at, _, last = (before or "").partition("-")
        skipped = 0
        if before is not None:  # of several that were seen in one millisecond, those down to the last one
            same = self._db.texts("ZREVRANGEBYSCORE", self._keys.chat_log, at, at)
            skipped = next((n + 1 for n, chat_id in enumerate(same) if chat_id.startswith(last)), len(same))
        start = at or "+inf"
        found = self._db.do(
            *("ZREVRANGEBYSCORE", self._keys.chat_log, start, "-inf", "WITHSCORES"),
            *("LIMIT", skipped, limit + 1),
        )
        page = [(str(chat_id), int(score)) for chat_id, score in found[:limit]]
        cursor = f"{page[-1][1]}-{page[-1][0].partition('-')[0]}" if len(found) > limit else None
        return self._records([chat_id for chat_id, _ in page]), cursor

    def recognised(self, sighting: Sighting, now_ms: int, fence: int) -> ChatRecord:
        """The record of the chat that was seen, new ones not stored yet. Records that turn out to be the same
        chat become one. Raises LeaseLost.
        """
        found = recognise(sighting, self._candidates(sighting))
        record = found.record
        if record is None:
            chat_id = f"{secrets.token_hex(16)}-{self.account}"
            return new_record(chat_id, sighting, now_ms)
        now = seen_as(self._merge(record, found, fence), sighting, now_ms)
        if found.absorbed or now.phone != record.phone:
            self._carry_opt_out([record.id, *(other.id for other in found.absorbed)], now)
        return now

    def _carry_opt_out(self, ids: Sequence[str], chat: ChatRecord) -> None:
        """Who opted out of a chat by its id alone is the person that it turned out to be."""
        opt_outs = OptOuts(self._db)
        if opt_outs.among(ids):
            opt_outs.add(chat.phone or chat.id)

    def titled(self, title: str) -> list[ChatRecord]:
        """All chats that were seen with this title and still have it."""
        ids = (self._db.text("HGET", self._keys.chat_names, title_name(title)) or "").split()
        return [record for record in self._records(ids) if record.title == title]

    def note_closed(self, record: ChatRecord, code: str, now_ms: int, fence: int) -> None:
        """That nothing can be written there because of ``code``, or with "" that it can. Raises LeaseLost."""
        done = applied(
            self._db.run(
                "set_fenced",
                {"target": self._keys.chats, "lease": self._keys.lease},
                {"fence": fence, "offer": ""},
                more_args=[record.id, to_text(closed_as(record, code, now_ms))],
            )
        )
        if not done:
            raise LeaseLost

    def _merge(self, record: ChatRecord, found: Recognised, fence: int) -> ChatRecord:
        k = self._keys
        for other in found.absorbed:
            record = merged(record, [other])
            done = applied(
                self._db.run(
                    "chat_merge",
                    {
                        "chats": k.chats,
                        "chat_names": k.chat_names,
                        "chat_log": k.chat_log,
                        "bubbles": k.inbox_bubbles,
                        "log": k.inbox_log,
                        "lease": k.lease,
                        "from_messages": k.chat_messages(other.id),
                        "to_messages": k.chat_messages(record.id),
                    },
                    {
                        "fence": fence,
                        "from": other.id,
                        "to": record.id,
                        "record": to_text(record),
                        "record_prefix": k.inbox_message(""),
                        "former": _former(other.id),
                    },
                    more_args=[*names_of(other), *title_names_of(other)],
                )
            )
            if not done:
                raise LeaseLost
        return record

    def _candidates(self, sighting: Sighting) -> Candidates:
        names = [*names_of(sighting), title_name(sighting.title)]
        newest = sighting.bubbles[-BUBBLES_ASKED:]
        ids = dict(zip(names, self._db.texts_or_none("HMGET", self._keys.chat_names, *names), strict=True))
        owners = self._db.texts_or_none("HMGET", self._keys.inbox_bubbles, *newest) if newest else []
        titled = (ids[names[-1]] or "").split()
        shown = list(dict.fromkeys(owner for owner in owners if owner))
        wanted = [i for i in ids.values() if i] + shown
        records = {record.id: record for record in self._records([*wanted, *titled])}

        def named(kind: NameKind) -> ChatRecord | None:
            return next((records.get(ids[n] or "") for n in names if parts_of(n)[0] is kind), None)

        return Candidates(
            by_phone=named(NameKind.PHONE),
            by_whatsapp_id=named(NameKind.WHATSAPP_ID),
            by_bubbles=tuple(records[i] for i in shown if i in records),
            by_title=tuple(records[i] for i in titled if i in records),
        )

    def _records(self, ids: Sequence[str]) -> list[ChatRecord]:
        wanted = list(dict.fromkeys(i for i in ids if " " not in i))
        if not wanted:
            return []
        texts = self._db.texts_or_none("HMGET", self._keys.chats, *wanted)
        return [_record(i, text) for i, text in zip(wanted, texts, strict=True) if text is not None]


def _former(chat_id: str) -> str:
    """The name that leads from the id of a merged record to the one it became."""
    return chat_name(NameKind.FORMER_ID, chat_id)


def to_text(record: ChatRecord) -> str:
    """As JSON, without the id."""
    fields = asdict(record)
    del fields["id"]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _record(chat_id: str, text: str) -> ChatRecord:
    fields = json.loads(text)
    return ChatRecord(
        chat_id,
        ChatKind(fields["kind"]),
        fields["phone"],
        fields["whatsapp_id"],
        tuple(fields["titles"]),
        fields["last_seen_ms"],
        tuple(fields["seen"]),
        fields["badge"],
        fields.get("closed", ""),
        fields.get("closed_ms", 0),
    )
