"""The objects that views need: built once by ``create_app``, found through the running application."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from flask import current_app

from webapp.known_keys import KnownKeys
from webapp.worker_waits import MOST_VIEWERS, MOST_VIEWERS_OF_ACCOUNT, WorkerWaits
from whatsapp_tasks.config import Settings
from whatsapp_tasks.contacts import Contacts
from whatsapp_tasks.conversations import Conversations
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.template_requests import TemplateRequest
from whatsapp_tasks.files.uploads import Uploads
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.templates import Templates

EXTENSION = "whatsapp-tasks"

T = TypeVar("T")

ANSWER_WITHIN_SECONDS = 10.0
"""How long a request waits for a worker. A worker that types a long message reads its control queue only
afterwards; no request waits longer than this."""


class AskRedisFirst(Exception):
    """Data from Redis is needed that this process has not cached, and the event loop must not wait for
    Redis.
    """


class ReadTemplateFirst(AskRedisFirst):
    """Only the ``wanted`` template is needed."""

    def __init__(self, wanted: TemplateRequest) -> None:
        super().__init__()
        self.wanted = wanted


@dataclass(frozen=True)
class Services:
    """The objects of one application."""

    settings: Settings
    database: Database
    dispatcher: Dispatcher
    keys: KnownKeys
    uploads: Uploads
    clock: Callable[[], float] = field(default=time.time)
    answer_within_seconds: float = ANSWER_WITHIN_SECONDS
    worker_waits: WorkerWaits = field(default_factory=WorkerWaits)
    viewer_waits: WorkerWaits = field(
        default_factory=lambda: WorkerWaits(MOST_VIEWERS_OF_ACCOUNT, MOST_VIEWERS)
    )

    def operations(self, account: str) -> Operations:
        """The commands to an account; raises RequestRefused (``account_unknown``) unless it exists."""
        return self._operations(account).existing()

    def all_accounts(self) -> list[Operations]:
        """The commands to each existing account."""
        return [self._operations(name) for name in Accounts(self.database).names()]

    def _operations(self, account: str) -> Operations:
        return Operations(self.database, self.settings, account, self.clock)

    def ask_worker(self, account: Operations, ask: Callable[[float], T]) -> T:
        """The answer of the account's worker; ``ask`` is called with the seconds to wait for it. Raises
        RequestRefused, also if too many requests already wait.
        """
        account.require_worker()
        with self.worker_waits.slot(account.account, self.answer_within_seconds):
            return ask(self.answer_within_seconds)

    @property
    def contacts(self) -> Contacts:
        """Checks of numbers."""
        return Contacts(self.database, self.settings, self.clock)

    @property
    def conversations(self) -> Conversations:
        """Chats and what was read in them."""
        return Conversations(self.database, self.settings, self.clock)

    @property
    def templates(self) -> Templates:
        """Named texts with variables."""
        return Templates(self.database, self.clock)

    def now_ms(self) -> int:
        return int(self.clock() * 1000)


def services() -> Services:
    """The objects of the application that serves this request."""
    return cast(Services, current_app.extensions[EXTENSION])
