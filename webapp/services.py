"""What the views work with: built once by ``create_app`` and found through the running application."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from flask import current_app

from webapp.known_keys import KnownKeys
from webapp.worker_waits import WorkerWaits
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database

EXTENSION = "whatsapp-tasks"

T = TypeVar("T")

ANSWER_WITHIN_SECONDS = 10.0
"""How long a request waits for a worker. One that types a long message reads its control queue only
afterwards; nobody waits longer than this for a page."""


class AskRedisFirst(Exception):
    """What must be known is not known in this process, and Redis may not be asked here: the event loop waits
    for nothing.
    """


@dataclass(frozen=True)
class Services:
    """The parts that one application is made of."""

    settings: Settings
    database: Database
    dispatcher: Dispatcher
    keys: KnownKeys
    clock: Callable[[], float] = field(default=time.time)
    answer_within_seconds: float = ANSWER_WITHIN_SECONDS
    worker_waits: WorkerWaits = field(default_factory=WorkerWaits)

    def operations(self, account: str) -> Operations:
        """The commands to an account; raises RequestRefused (``account_unknown``) unless it exists."""
        return self._operations(account).existing()

    def all_accounts(self) -> list[Operations]:
        """The commands to each account there is."""
        return [self._operations(name) for name in Accounts(self.database).names()]

    def _operations(self, account: str) -> Operations:
        return Operations(self.database, self.settings, account, self.clock)

    def ask_worker(self, account: Operations, ask: Callable[[float], T]) -> T:
        """What the account's worker answers; ``ask`` is called with the seconds to wait for it. Raises
        RequestRefused, also where too many wait already.
        """
        account.require_worker()
        with self.worker_waits.place(account.account, self.answer_within_seconds):
            return ask(self.answer_within_seconds)

    def now_ms(self) -> int:
        return int(self.clock() * 1000)


def services() -> Services:
    """The parts of the application that serves this request."""
    return cast(Services, current_app.extensions[EXTENSION])
