"""Beat's schedule follows the accounts; each tick expires within its own interval."""

from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from whatsapp_tasks.queues import BAN_CHECK_TASK, HEARTBEAT_TASK, MEMORY_CHECK_TASK
from whatsapp_tasks.tasks.beat import AccountScheduler


@pytest.fixture
def scheduler(tmp_path: Path) -> AccountScheduler:
    app = Celery("test", set_as_current=False)
    made = AccountScheduler(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=False)
    made.setup_schedule()
    return made


def test_every_account_has_its_three_checks_on_its_control_queue(scheduler: AccountScheduler) -> None:
    scheduler._refresh(["default", "second"])
    entries = {name: entry for name, entry in scheduler.schedule.items() if ":" in name}
    assert set(entries) == {
        f"{check}:{account}" for check in ("heartbeat", "ban", "memory") for account in ("default", "second")
    }
    assert {entry.task for entry in entries.values()} == {HEARTBEAT_TASK, BAN_CHECK_TASK, MEMORY_CHECK_TASK}
    for name, entry in entries.items():
        account = name.partition(":")[2]
        assert entry.options is not None
        every: Any = entry.schedule
        assert entry.options["queue"] == f"whatsapp-control.{account}"
        assert entry.options["expires"] == every.run_every.total_seconds()
        assert entry.kwargs == {"account": account}
    scheduler.close()


def test_an_account_that_was_removed_is_forgotten_and_one_that_stays_keeps_its_pace(
    scheduler: AccountScheduler,
) -> None:
    scheduler._refresh(["default", "second"])
    kept = scheduler.schedule["heartbeat:default"]
    scheduler._refresh(["default"])
    assert {name for name in scheduler.schedule if name.endswith(":second")} == set()
    assert scheduler.schedule["heartbeat:default"].last_run_at == kept.last_run_at
    scheduler.close()
