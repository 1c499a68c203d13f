"""Beat's schedule: the checks of every account that exists, while accounts come and go."""

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler

from whatsapp_tasks.config import load_settings
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.queues import BAN_CHECK_TASK, HEARTBEAT_TASK, MEMORY_CHECK_TASK, control_queue
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database

log = logging.getLogger(__name__)

REFRESH_SECONDS = 30.0
CHECKS: dict[str, tuple[str, float]] = {
    "heartbeat": (HEARTBEAT_TASK, 15.0),
    "ban": (BAN_CHECK_TASK, 15.0),
    "memory": (MEMORY_CHECK_TASK, 30.0),
}
"""Task and seconds between its ticks. Each tick asks for a look, so a second beat does no harm."""


class AccountScheduler(PersistentScheduler):
    """Ticks that nobody took within their own interval expire, so that a busy hour leaves no pile."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._accounts = Accounts(Database.connect(load_settings()))
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
