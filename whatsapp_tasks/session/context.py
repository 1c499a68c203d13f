"""What the use cases of one account share."""

import time
from dataclasses import dataclass, field

from whatsapp_tasks.config import Settings
from whatsapp_tasks.session.browser_keeper import BrowserKeeper
from whatsapp_tasks.stores.leases import Lease
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.sessions import Sessions


@dataclass
class AccountContext:
    """One account in the hands of this worker."""

    account: str
    settings: Settings
    ledger: Ledger
    sessions: Sessions
    pauses: Pauses
    lease: Lease
    keeper: BrowserKeeper
    actor: str
    """Who we are in histories: ``worker 123 on host``."""
    busy_with: str | None = field(default=None)
    """Id of the message in hand."""

    @staticmethod
    def now_ms() -> int:
        return int(time.time() * 1000)
