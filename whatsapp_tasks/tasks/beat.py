"""Beat's schedule: the checks of every account that exists, while accounts come and go."""

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry

from whatsapp_tasks.config import load_settings
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.queues import BAN_CHECK_TASK, HEARTBEAT_TASK, MEMORY_CHECK_TASK, control_queue
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database

log = logging.getLogger(__name__)

REFRESH_SECONDS = 30.0
MOST_WAITING = 10
"""Entries on a control queue from which on no check is added. Each tick asks for a look, so one that waits is
enough; and a queue that no worker reads would grow in Redis without end: an entry expires when it is read.
"""
CHECKS: dict[str, tuple[str, float]] = {
    "heartbeat": (HEARTBEAT_TASK, 15.0),
    "ban": (BAN_CHECK_TASK, 15.0),
    "memory": (MEMORY_CHECK_TASK, 30.0),
}
"""Task and seconds between its ticks. Each tick asks for a look, so a second beat does no harm."""


class AccountScheduler(PersistentScheduler):
    """Ticks that nobody took within their own interval expire, and none is added to those that wait already:
    neither a busy hour nor an account without a worker leaves a pile.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._db = Database.connect(load_settings())
        self._accounts = Accounts(self._db)
        self._next_refresh = 0.0
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if time.monotonic() >= self._next_refresh:
            self._next_refresh = time.monotonic() + REFRESH_SECONDS
            try:
                self._refresh(self._accounts.names())
            except StoreUnavailable:
                log.warning("Beat cannot read the accounts; going on with those it knows")
        return float(super().tick(*args, **kwargs))

    def apply_async(
        self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **kwargs: Any
    ) -> Any:
        """None for a check that is left out, which comes with its next tick."""
        check, _, account = (entry.name or "").partition(":")
        if check in CHECKS and account and not self._has_room(account):
            if advance:
                self.reserve(entry)
            return None
        return super().apply_async(entry, producer=producer, advance=advance, **kwargs)

    def _has_room(self, account: str) -> bool:
        try:
            return self._db.number("LLEN", control_queue(account)) < MOST_WAITING
        except StoreUnavailable:
            log.warning("Beat cannot see a control queue; no check is added", extra={"account": account})
            return False

    def _refresh(self, accounts: list[str]) -> None:
        wanted = {
            f"{check}:{account}": {
                "task": task,
                "schedule": seconds,
                "kwargs": {"account": account},
                "options": {"queue": control_queue(account), "expires": seconds},
            }
            for account in accounts
            for check, (task, seconds) in CHECKS.items()
        }
        known = {name for name in self.schedule if name.partition(":")[0] in CHECKS}
        for name in known - set(wanted):
            del self.schedule[name]
        self.update_from_dict({name: entry for name, entry in wanted.items() if name not in known})
