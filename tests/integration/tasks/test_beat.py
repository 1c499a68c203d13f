"""Beat's checks on a real Redis: none piles up where no worker takes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from tests.support.ledger_rig import NOW
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.config import Settings
from whatsapp_tasks.queues import control_queue, route_task, task_id_of
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.tasks import beat
from whatsapp_tasks.tasks.beat import CHECKS, MOST_WAITING, AccountScheduler


def scheduler_on(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AccountScheduler:
    monkeypatch.setattr(beat, "load_settings", lambda: Settings(REDIS_URL=url, data_dir=folder))
    app = Celery("test", broker=url, set_as_current=False)
    app.conf.update(task_routes=(route_task,), task_create_missing_queues=True)
    made = AccountScheduler(app=app, schedule_filename=str(folder / "schedule"), lazy=False)
    made.setup_schedule()
    made._refresh(["default"])
    return made


@pytest.fixture
def scheduler(
    redis_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AccountScheduler]:
    Accounts(database).add("default", NOW)
    made = scheduler_on(redis_url, tmp_path, monkeypatch)
    yield made
    made.close()


def tick(scheduler: AccountScheduler) -> None:
    """Each check comes due once."""
    for name in CHECKS:
        entry: Any = scheduler.reserve(scheduler.schedule[f"{name}:default"])
        scheduler.apply_entry(entry)


def test_an_account_without_a_worker_gets_no_pile_of_checks(
    scheduler: AccountScheduler, database: Database
) -> None:
    """Before: 14,400 entries a day, some 10 MB, until Redis was full and refused every message."""
    for _ in range(20):
        tick(scheduler)
    assert database.number("LLEN", control_queue("default")) == MOST_WAITING


def test_once_a_worker_takes_them_checks_come_again(scheduler: AccountScheduler, database: Database) -> None:
    for _ in range(5):
        tick(scheduler)
    waiting = [task_id_of(e) for e in database.texts("LRANGE", control_queue("default"), 0, -1)]
    database.do("DEL", control_queue("default"))
    tick(scheduler)
    fresh = [task_id_of(e) for e in database.texts("LRANGE", control_queue("default"), 0, -1)]
    assert len(fresh) == len(CHECKS)
    assert not {*fresh} & {*waiting}


def test_while_redis_is_away_beat_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler = scheduler_on(f"redis://127.0.0.1:{free_port()}/0", tmp_path, monkeypatch)
    tick(scheduler)
    scheduler.close()
