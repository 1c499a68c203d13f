"""The events of an account: a stream that the scripts of ledger and sessions write with each change.

Chat, phone and preview of a received message are stored outside the stream, and only until the event is
queued for the webhooks.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from whatsapp_tasks.domain.event_places import BEGIN
from whatsapp_tasks.domain.events import Event, EventType, event_of, follows, just_before
from whatsapp_tasks.domain.files import MessageFile
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.chats import Chats
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.inbox import Inbox

EVENTS_KEPT = 100_000
"""Approximate; the same number is in the scripts. Two weeks of an account at 2,000 messages a day."""


OF_THE_INBOX = frozenset({EventType.RECEIVED, EventType.MEDIA})
"""Events about what others wrote: their subject is a chat."""


class EventLog:
    """Reads the stream, and writes events that no script writes."""

    def __init__(self, database: Database, account: str) -> None:
        self.account = account
        self._db = database
        self._keys = keys.AccountKeys(account)

    def publish(self, kind: EventType, subject: str, at_ms: int, details: Mapping[str, str]) -> None:
        """For events that do not come from a change of a record."""
        fields: list[str | int] = ["type", kind, "subject", subject, "at_ms", at_ms]
        for pair in details.items():
            fields += pair
        self._db.do("XADD", self._keys.events, "MAXLEN", "~", EVENTS_KEPT, "*", *fields)

    def after(self, position: str, limit: int, until: str = "+") -> list[tuple[str, Event | None]]:
        """The next entries after ``position``, oldest first, each with its position; see ``event_of``. Those
        after ``until`` are left out.
        """
        entries = self._db.do("XRANGE", self._keys.events, f"({position}", until, "COUNT", limit) or []
        return [(position, event_of(self.account, position, fields)) for position, fields in entries]

    def resumed(self, position: str) -> str:
        """Where a reader that has read until ``position`` goes on: another position if events after it are
        gone, because the stream was trimmed, or because Redis has lost what it wrote.
        """
        first, newest = (
            entries[0][0] if entries else BEGIN
            for entries in self._db.together(
                ("XRANGE", self._keys.events, "-", "+", "COUNT", 1),
                ("XREVRANGE", self._keys.events, "+", "-", "COUNT", 1),
            )
        )
        if follows(position, newest):
            return newest
        if follows(first, position) and self.trimmed():
            return just_before(first)
        return position

    def latest(self, limit: int) -> list[Event]:
        """The newest events, newest first."""
        entries = self._db.do("XREVRANGE", self._keys.events, "+", "-", "COUNT", limit) or []
        found = (event_of(self.account, position, fields) for position, fields in entries)
        return [event for event in found if event is not None]

    def added(self) -> int:
        """The number of events since the stream began."""
        return self._extent()[0]

    def trimmed(self) -> int:
        """The number of events trimmed since the stream began."""
        added, kept = self._extent()
        return added - kept

    def _extent(self) -> tuple[int, int]:
        if not self._db.number("EXISTS", self._keys.events):
            return 0, 0
        facts = self._db.do("XINFO", "STREAM", self._keys.events)
        return int(facts.get("entries-added", facts["length"])), int(facts["length"])

    def records(self, events: Sequence[Event]) -> dict[str, Mapping[str, Any]]:
        """Further data for the envelopes of events, by the event's id."""
        messages = self.messages([event for event in events if event.type not in OF_THE_INBOX])
        received = [event for event in events if event.type in OF_THE_INBOX]
        found: dict[str, Mapping[str, Any]] = {
            event.id: messages[event.subject] for event in events if event.subject in messages
        }
        noticed = [event for event in received if "message" not in event.details]
        if noticed:
            kept = self._db.together(*(("HGETALL", self._received(event.position)) for event in noticed))
            found |= {event.id: record for event, record in zip(noticed, kept, strict=True)}
        return found | self._read_in_chats([event for event in received if "message" in event.details])

    def _read_in_chats(self, events: Sequence[Event]) -> dict[str, Mapping[str, Any]]:
        """What the inbox has of messages that were read in their chats."""
        if not events:
            return {}
        chats, inbox = Chats(self._db, self.account), Inbox(self._db, self.account, kept_ms=0)
        messages = {m.id: m for m in inbox.get_many([e.details["message"] for e in events])}
        records = {chat_id: chats.get(chat_id) for chat_id in {event.subject for event in events}}
        return {
            event.id: {
                "message": messages.get(event.details["message"]),
                "chat_record": records[event.subject],
            }
            for event in events
        }

    def forget_received(self, entries: Sequence[tuple[str, Event | None]]) -> None:
        """Deletes the data stored for the envelopes of these events, which are queued now."""
        kept = [
            self._received(position)
            for position, event in entries
            if event and event.type is EventType.RECEIVED and "message" not in event.details
        ]
        if kept:
            self._db.do("DEL", *kept)

    def _received(self, position: str) -> str:
        return self._keys.received + position

    def messages(self, events: Sequence[Event]) -> dict[str, dict[str, Any]]:
        """The data of messages for the envelopes of their events, by id, in one round trip."""
        ids = sorted({event.subject for event in events if event.type.startswith("message.")})
        if not ids:
            return {}
        names = ("phone", "chat", "metadata", "error_code", "error_message", "file")
        records = self._db.together(*(("HMGET", self._keys.message(i), *names) for i in ids))
        found = {i: dict(zip(names, record, strict=True)) for i, record in zip(ids, records, strict=True)}
        for record in found.values():
            record["metadata"] = json.loads(record["metadata"]) if record["metadata"] else {}
            record["file"] = MessageFile.from_json(record["file"]) if record["file"] else None
        return found


def newest_places(database: Database, accounts: Sequence[str]) -> dict[str, str]:
    """The position of the newest event of each account that has events, in one round trip."""
    if not accounts:
        return {}
    found = database.together(
        *(("XREVRANGE", keys.AccountKeys(a).events, "+", "-", "COUNT", 1) for a in accounts)
    )
    return {account: entries[0][0] for account, entries in zip(accounts, found, strict=True) if entries}
