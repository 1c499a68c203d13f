"""A session of its own per test."""

import pytest

from tests.support.session_rig import Make, SessionRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database


@pytest.fixture
def make_rig(database: Database, settings: Settings) -> Make:
    """``make_rig(setting=value)``."""
    return lambda **changes: SessionRig(database, settings, **changes)
