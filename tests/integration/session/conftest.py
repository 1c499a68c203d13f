"""A stage per test."""

import pytest

from tests.integration.session.stage import Stage
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database


@pytest.fixture
def stage(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Linked; the page shows the chats, none open."""
    stage = Stage(database, settings, monkeypatch)
    stage.play(">> chats")
    stage.look()
    assert stage.session.delivery.may_send
    return stage
