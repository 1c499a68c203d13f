"""What Redis knows of the messages of one account; the ledger changes it."""

from collections.abc import Sequence

from whatsapp_tasks.domain.recipients import Recipient, is_chat_id
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.messages import Message, message_of


class MessageRecords:
    """The messages of one account, to read."""

    def __init__(self, database: Database, account: str) -> None:
        self.account = account
        self._db = database
        self._keys = keys.AccountKeys(account)

    def get(self, message_id: str) -> Message | None:
        record = self._db.record(self._keys.message(message_id))
        return message_of(self.account, record) if record else None

    def get_many(self, message_ids: Sequence[str]) -> list[Message]:
        """The existing ones of these messages, in one round trip."""
        if not message_ids:
            return []
        records = self._db.together(*(("HGETALL", self._keys.message(i)) for i in message_ids))
        return [message_of(self.account, record) for record in records if record]

    def watched(self, now_ms: int) -> list[str]:
        """Ids of sent and unknown messages whose ticks are still followed, newest first."""
        self._db.do("ZREMRANGEBYSCORE", self._keys.watched, "-inf", now_ms)
        return self._db.texts("ZREVRANGE", self._keys.watched, 0, -1)

    def attempt_open(self) -> bool:
        """Whether a message that was claimed is not settled yet."""
        record = self._db.text("GET", self._keys.in_hand)
        return record is not None and self._db.text("HGET", record, "status") == Status.SENDING

    def taken(self, bubbles: Sequence[str]) -> set[str]:
        """Those of ``bubbles`` (ids) that are known to be messages of ours."""
        if not bubbles:
            return set()
        noted = self._db.do("ZMSCORE", self._keys.bubbles, *bubbles)
        return {bubble for bubble, at in zip(bubbles, noted, strict=True) if at is not None}

    def contacted(self, recipient: Recipient) -> bool:
        """Whether a message was sent there before."""
        return any(self._db.do("SMISMEMBER", self._keys.contacted, *recipient.forms))

    def some_contacted(self, count: int) -> list[str]:
        """Up to ``count`` random phones that were written to before."""
        contacted = self._db.texts("SRANDMEMBER", self._keys.contacted, count)
        return [name for name in contacted if not is_chat_id(name)]

    def in_doubt(self, limit: int) -> list[Message]:
        """Messages that are ``unknown``, the latest first."""
        return self.get_many(self._db.texts("ZREVRANGE", self._keys.unknown, 0, limit - 1))
