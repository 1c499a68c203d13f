"""The messages that were read in the chats of one account, and the chats that are still to be read.

A message and its event are written by one script, under the lease; the script knows which bubbles a chat
already has. So a message is received once, whatever dies in between.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import assert_never

from whatsapp_tasks.domain.chats import ChatRecord, names_of, title_names_of
from whatsapp_tasks.domain.received_media import MediaState
from whatsapp_tasks.domain.received_messages import ReceivedMessage, message_of_text
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.chats import to_text
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import WriteInbox, outcome_of

REAPED_AT_ONCE = 500


class Inbox:
    """``kept_ms``: how long a message can be asked for after it was read."""

    def __init__(self, database: Database, account: str, *, kept_ms: int) -> None:
        self.account = account
        self._db = database
        self._keys = keys.AccountKeys(account)
        self._kept_ms = kept_ms

    # what was read

    def find(self, message_id: str) -> ReceivedMessage | None:
        """The message; None if there is none with this id, or it is no longer kept."""
        return next(iter(self.get_many([message_id])), None)

    def get_many(self, ids: Sequence[str]) -> list[ReceivedMessage]:
        """Those that are kept, in this order, in one round trip."""
        if not ids:
            return []
        fields = ("chat", "body", "media")
        found = self._db.together(*(("HMGET", self._keys.inbox_message(i), *fields) for i in ids))
        return [
            message_of_text(message_id, self.account, chat, body, media)
            for message_id, (chat, body, media) in zip(ids, found, strict=True)
            if body is not None
        ]

    def page(self, chat_id: str, before: str | None, limit: int) -> tuple[list[ReceivedMessage], str | None]:
        """Messages of the chat, newest first, older than the message ``before``; and the id to go on with,
        None on the last page. A ``before`` that is no longer kept has nothing before it.
        """
        messages = self._keys.chat_messages(chat_id)
        start = "+inf"
        if before is not None:
            place = self._db.text("ZSCORE", messages, before)
            if place is None:
                return [], None
            start = f"({place}"
        ids = self._db.texts("ZREVRANGEBYSCORE", messages, start, "-inf", "LIMIT", 0, limit + 1)
        return self.get_many(ids[:limit]), ids[limit - 1] if len(ids) > limit else None

    # what the worker that holds the account writes

    def write(
        self,
        chat: ChatRecord,
        messages: Iterable[ReceivedMessage],
        *,
        missed: str,
        read: Collection[str],
        stays: str,
        fence: int,
        now_ms: int,
    ) -> int:
        """Stores the chat as it was read, and its new messages, oldest first, with their events; returns how
        many of the other side were new. ``missed``: "0", a number, or ``MISSED_UNKNOWN``. ``read``: entries
        of the chats to be read that are done with this. ``stays``: the entry under which the chat, which is
        open, is looked at again after a crash. Raises LeaseLost.
        """
        k = self._keys
        names = names_of(chat)
        titles = title_names_of(chat)
        facts = [
            fact
            for message in messages
            for fact in (
                *(message.id, message.bubble_id, int(message.outgoing), message.to_text()),
                message.media_status.to_text() if message.media else "",
                int(message.media is not None and message.media_status.state is MediaState.PENDING),
            )
        ]
        outcome, new = self._db.run(
            "inbox_write",
            {
                "chats": k.chats,
                "chat_names": k.chat_names,
                "chat_log": k.chat_log,
                "messages": k.chat_messages(chat.id),
                "news": k.inbox_news,
                "bubbles": k.inbox_bubbles,
                "log": k.inbox_log,
                "sequence": k.inbox_sequence,
                "media_waiting": k.inbox_media,
                "lease": k.lease,
                "events": k.events,
                "metrics": k.metrics,
            },
            {
                "fence": fence,
                "chat": chat.id,
                "record": to_text(chat),
                "now": now_ms,
                "prefix": k.inbox_message(""),
                "kept": self._kept_ms,
                "missed": missed,
                "stays": stays,
                "names": len(names),
                "titles": len(titles),
                "cleared": len(read),
            },
            more_args=[*names, *titles, *read, *facts],
        )
        match outcome_of(WriteInbox, outcome):
            case WriteInbox.WRITTEN:
                return int(new)
            case WriteInbox.LEASE_LOST:
                raise LeaseLost
            case unknown:
                assert_never(unknown)

    def to_read(self) -> dict[str, int]:
        """Chats that may show something new, by the name of their phone or title (domain/chat_names.py), with
        the number of new messages; 0: not known, or none.
        """
        return {name: int(new) for name, new in self._db.record(self._keys.inbox_news).items()}

    def note(self, name: str) -> bool:
        """The chat may show something new from now on; whether it was not noted before."""
        return bool(self._db.do("HSETNX", self._keys.inbox_news, name, 0))

    def read_all_of(self, names: Collection[str], *, stays: str) -> None:
        """These chats were found to show nothing new; ``stays`` as for ``write``."""
        if not names:
            return
        commands: list[tuple[str | int, ...]] = [("HDEL", self._keys.inbox_news, *names)]
        if stays in names:
            commands.append(("HSET", self._keys.inbox_news, stays, 0))
        self._db.together(*commands)

    def reap(self, now_ms: int) -> int:
        """Forgets messages that were kept long enough; how many."""
        k = self._keys
        return int(
            self._db.run(
                "inbox_reap",
                {"log": k.inbox_log, "bubbles": k.inbox_bubbles},
                {
                    "before": now_ms - self._kept_ms,
                    "limit": REAPED_AT_ONCE,
                    "record_prefix": k.inbox_message(""),
                    "messages_prefix": k.chat_messages("\n").partition("\n")[0],
                    "messages_suffix": k.chat_messages("\n").partition("\n")[2],
                },
            )
        )
