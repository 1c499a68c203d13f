"""Gives a worker its vault, where one is set. Without it, the packages of the extra are not imported."""

import logging
import threading
import time
from typing import TYPE_CHECKING

from whatsapp_tasks.config import Settings
from whatsapp_tasks.extras import insist_on_extra
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.stores.connection import Database

if TYPE_CHECKING:
    from whatsapp_tasks.archives.sealing import VaultKey

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
MARGIN_SECONDS = 1.0
"""For ending the browser, before another host may start one."""


def vault_key_of(settings: Settings) -> "VaultKey | None":
    """The operator's key, None where the vault is off; raises ConfigurationError."""
    if settings.vault == "off":
        return None
    insist_on_extra("vault", f"WHATSAPP_VAULT={settings.vault}")
    from whatsapp_tasks.session.session_copies import vault_key

    return vault_key(settings)


def attach_vault(context: AccountContext, database: Database, key: "VaultKey") -> "LeaseGuard":
    """From now on no browser starts before it is settled which copy of the session may run, and each orderly
    end saves it.
    """
    from whatsapp_tasks.session.session_copies import session_copies
    from whatsapp_tasks.session.vault import SessionVault

    copies = session_copies(context.settings, database, key, context.lease, context.now_ms)
    context.vault = SessionVault(copies)
    context.keeper.before_start = context.vault.taking_over.prepare
    context.keeper.before_open = context.lease.check
    context.keeper.after_close = context.vault.saving.save_closed
    return LeaseGuard(context)


class LeaseGuard(threading.Thread):
    """Ends the browser when the lease runs out: from then on another host may run the session.

    By the local clock, which ends before Redis' own; so it also works while Redis cannot be reached.
    """

    def __init__(self, context: AccountContext) -> None:
        super().__init__(name="lease-guard", daemon=True)
        self._context = context

    def run(self) -> None:
        margin = min(MARGIN_SECONDS, self._context.settings.lease_seconds / 4)
        while True:
            time.sleep(LOOK_SECONDS)
            if self._context.lease.seconds_left() <= margin and self._context.keeper.started:
                log.critical("The lease runs out; the browser is ended, so that no second copy of it runs")
                try:
                    self._context.keeper.end_at_once()
                except Exception:  # whatever it is, the guard must live to try again
                    log.exception("The browser could not be ended; trying again")
