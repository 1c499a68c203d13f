"""Files of received messages that are to be stored, and what became of each.

A file and its event change by one script, which knows the state it must be in. So each end is told once,
whatever dies in between.
"""

from datetime import UTC, datetime

from whatsapp_tasks.domain.received_media import MediaState, MediaStatus
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import SettleMedia, outcome_of

DAY_KEPT_MS = 2 * 24 * 3600 * 1000
NO_LEASE = ""


class InboxMedia:
    """Of one account; for the worker that holds it, except ``settle`` with ``NO_LEASE``."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    def waiting(self, limit: int) -> list[str]:
        """Ids of messages whose files are to be stored, in the order in which they were read."""
        return self._db.texts("ZRANGE", self._keys.inbox_media, 0, limit - 1)

    def waiting_count(self) -> int:
        return self._db.number("ZCARD", self._keys.inbox_media)

    def begin_try(self, message_id: str) -> int:
        """Counts a try, before it may kill this worker; how many there were, with this one."""
        return self._db.number("HINCRBY", self._keys.inbox_media_tries, message_id, 1)

    def forget_try(self, message_id: str) -> None:
        """It ended for something else that came first."""
        self._db.do("HINCRBY", self._keys.inbox_media_tries, message_id, -1)

    def forget(self, message_id: str) -> None:
        """The message is not kept any more."""
        self._db.together(
            ("ZREM", self._keys.inbox_media, message_id), ("HDEL", self._keys.inbox_media_tries, message_id)
        )

    def bytes_on_day(self, now_ms: int) -> int:
        """Of files that were stored on this day (UTC)."""
        return int(self._db.text("GET", self._keys.inbox_media_day(_day(now_ms))) or 0)

    def settle(
        self, message_id: str, was: MediaState, status: MediaStatus, *, fence: int | str, now_ms: int
    ) -> SettleMedia:
        """The file of the message goes from ``was`` to ``status``, with its event. ``fence``: ``NO_LEASE``
        for what a scanner says.
        """
        k = self._keys
        stored = was is MediaState.PENDING and status.sha256
        return outcome_of(
            SettleMedia,
            self._db.run(
                "inbox_media_settle",
                {
                    "record": k.inbox_message(message_id),
                    "waiting": k.inbox_media,
                    "tries": k.inbox_media_tries,
                    "day": k.inbox_media_day(_day(now_ms)),
                    "lease": k.lease,
                    "events": k.events,
                    "metrics": k.metrics,
                },
                {
                    "fence": fence,
                    "id": message_id,
                    "was": was,
                    "state": status.state,
                    "reason": status.reason,
                    "status": status.to_text(),
                    "bytes": status.bytes if stored else 0,
                    "day_kept": DAY_KEPT_MS,
                    "now": now_ms,
                },
            ),
        )


def _day(now_ms: int) -> str:
    return datetime.fromtimestamp(now_ms / 1000, UTC).date().isoformat()
