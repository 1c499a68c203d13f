"""A ledger with an account and a worker's lease, and short ways to put messages into it."""

import pytest

from tests.support.ledger_rig import LedgerRig
from whatsapp_tasks.stores.connection import Database


@pytest.fixture
def rig(database: Database) -> LedgerRig:
    """The account `default` on an empty Redis."""
    return LedgerRig(database)
