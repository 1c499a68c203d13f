"""``whatsapp-tasks alive``, as the probes of Compose and Kubernetes ask it (issue 12, row 21)."""

import time

import pytest
from click.testing import CliRunner

from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.stores.webhook_deliveries import Positions


@pytest.fixture(autouse=True)
def _environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", settings.redis_url)


def alive(*command: str) -> int:
    return CliRunner().invoke(cli, ["alive", *command]).exit_code


def test_a_worker_is_alive_while_its_sign_of_life_stands(database: Database) -> None:
    assert alive("worker") == 1
    Sessions(database, "default").beat({"at_ms": 1}, ttl_seconds=60)
    assert alive("worker") == 0
    assert alive("worker", "--account", "other") == 1


def test_a_webhooks_worker_is_alive_while_it_beats(database: Database) -> None:
    assert alive("webhooks") == 1
    Positions(database).beat(int(time.time() * 1000))
    assert alive("webhooks") == 0
    database.do("SET", keys.WEBHOOK_WORKER, int((time.time() - 3600) * 1000))
    assert alive("webhooks") == 1


@pytest.mark.parametrize("command", ["worker", "webhooks"])
def test_while_redis_is_away_nobody_is_restarted(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert alive(command) == 0
