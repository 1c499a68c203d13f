"""A ledger with an account and a worker's lease, and short ways to put messages into it."""

import pytest

from tests.integration.stores.desk import Desk
from whatsapp_tasks.stores.connection import Database


@pytest.fixture
def desk(database: Database) -> Desk:
    """The account `default` on an empty Redis."""
    return Desk(database)
