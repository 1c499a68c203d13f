"""An engine per test."""

import pytest

from tests.integration.protection.engine import Engine, Make
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database


@pytest.fixture
def engine(database: Database, settings: Settings) -> Make:
    """``engine(setting=value)``."""
    return lambda **changes: Engine(database, settings, **changes)
