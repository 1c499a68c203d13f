"""What tests of the ledger need at hand: one account, its lease, messages, and a look at every index."""

import itertools
from typing import Any

from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.domain.statuses import Status, may_become
from whatsapp_tasks.queues import messages_list, task_id_of
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.admission import Acceptance, Admission, NewMessage
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import Lease
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.outcomes import Accept
from whatsapp_tasks.stores.send_queue import SendQueue
from whatsapp_tasks.stores.sessions import Sessions

NOW = 1_764_000_000_000
DAY = 24 * 3600 * 1000


class LedgerRig:
    """``now`` is this test's clock, in ms; it moves only when a test moves it."""

    def __init__(self, database: Database, account: str = "default", *, caps: Caps | None = None) -> None:
        self.database = database
        self.account = account
        self.keys = keys.AccountKeys(account)
        self.ledger = Ledger(database, account, retention_ms=30 * DAY, follow_ms=3 * DAY, caps=caps)
        self.admission = Admission(database, account, caps=caps)
        self.queue = SendQueue(database, account)
        self.lease = Lease(database, account, 600)
        self.now = NOW
        self._numbers = itertools.count(1)
        Accounts(database).add(account, NOW)
        assert self.lease.acquire() is None
        # As a worker does once the page shows the chat list.
        Sessions(database, account).apply(
            SessionEvent.LOGGED_IN, NOW, reason="test", actor="test", fence=self.fence
        )

    @property
    def fence(self) -> int:
        return self.lease.fence

    def new(self, **changes: Any) -> NewMessage:
        """A message unlike any before it."""
        number = next(self._numbers)
        fields: dict[str, Any] = {
            "id": f"{number:032x}-{self.account}",
            "text": f"Hello {number}",
            "identity": f"identity-{number}",
            "content": f"content-{number}",
            "priority": Priority.NORMAL,
            "now_ms": self.now,
            "window_ms": DAY,
        }
        recipient = Recipient(changes.pop("phone", "+4915112345678"), changes.pop("chat", None))
        return NewMessage(**{**fields, "recipient": recipient, **changes})

    def accept(self, **changes: Any) -> Message:
        """A fresh message, accepted."""
        acceptance = self.admission.accept(self.new(**changes))
        assert acceptance == Acceptance(Accept.ACCEPTED, acceptance.id, "queued")
        return self.get(acceptance.id)

    def claimed(self, **changes: Any) -> Message:
        """A fresh message taken off the queue and in the worker's hands."""
        message = self.accept(**changes)
        assert self.pop(message.priority) == message.id
        assert self.claim(message) == "claimed"
        return self.get(message.id)

    def get(self, message_id: str) -> Message:
        message = self.ledger.get(message_id)
        assert message is not None
        return message

    def status(self, message: Message) -> Status:
        return self.get(message.id).status

    def claim(self, message: Message) -> str:
        return self.ledger.claim(message.id, self.fence, self.now).outcome

    def advance(self, message: Message, to: Status, **changes: Any) -> Message | None:
        return self.ledger.advance(message, to, self.now, **changes)

    def at(self, status: Status) -> Message:
        """A fresh message brought to ``status`` by the ways the service goes."""
        if status is Status.QUEUED:
            return self.accept()
        message = self.accept() if status is Status.CANCELLED else self.claimed()
        if status is not Status.SENDING:
            assert Status.SENDING in may_become(status) or status is Status.CANCELLED
            assert self.advance(message, status, fence=self.fence)
        return self.get(message.id)

    # the broker's lists

    def queued(self, priority: Priority = Priority.NORMAL) -> list[str]:
        """Ids on the broker list, the next one first."""
        entries = self.database.texts("LRANGE", messages_list(self.account, priority), 0, -1)
        return [task_id_of(entry) or "?" for entry in reversed(entries)]

    def pop(self, priority: Priority = Priority.NORMAL) -> str | None:
        """Takes the next entry as kombu's BRPOP does, before it writes anything: killed here, it is lost."""
        entry = self.database.text("RPOP", messages_list(self.account, priority))
        return task_id_of(entry) if entry else None

    # the indexes

    def indexes(self, message: Message) -> set[str]:
        """The names of the indexes that hold the message."""
        places = {
            "open": self.keys.open_messages(message.priority),
            "schedule": self.keys.schedule,
            "expiring": self.keys.expiring,
            "watched": self.keys.watched,
            "unknown": self.keys.unknown,
        }
        return {
            name for name, key in places.items() if self.database.do("ZSCORE", key, message.id) is not None
        }

    def score(self, key: str, message: Message) -> int | None:
        score = self.database.do("ZSCORE", key, message.id)
        return None if score is None else int(float(score))

    def ttl(self, key: str) -> int:
        """Milliseconds to live; -1 for ever, -2 when there is no such key."""
        return int(self.database.do("PTTL", key))

    def everything(self) -> dict[str, Any]:
        """All of Redis by key, to see that something changed nothing."""
        return {key: self._value(key) for key in self.database.texts("KEYS", "*")}

    def _value(self, key: str) -> Any:
        match self.database.text("TYPE", key):
            case "string":
                return self.database.text("GET", key)
            case "hash":
                return self.database.record(key)
            case "list":
                return self.database.texts("LRANGE", key, 0, -1)
            case "set":
                return sorted(self.database.texts("SMEMBERS", key))
            case "stream":
                return self.database.do("XRANGE", key, "-", "+")
            case _:
                return [str(x) for x in self.database.do("ZRANGE", key, 0, -1, "WITHSCORES")]


class OldDisk:
    """What Redis had on its disk at some moment. It may come back with that: after a power cut that took the
    last writes, or as a replica that had not got them.
    """

    _DATABASE = 15

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self) -> None:
        """Now it has everything."""
        self._db.do("SWAPDB", 0, self._DATABASE)
        self._db.do("FLUSHDB")
        self._db.do("SWAPDB", 0, self._DATABASE)
        for key in self._db.texts("KEYS", "*"):
            self._db.do("COPY", key, key, "DB", self._DATABASE)

    def come_back(self) -> None:
        """Redis has forgotten all that came after ``keep``."""
        self._db.do("FLUSHDB")
        self._db.do("SWAPDB", 0, self._DATABASE)
