"""The worker's time is Redis' time, whatever the machine's clock does."""

import time

import pytest

from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.clock import StoreClock
from whatsapp_tasks.stores.connection import Database

TWO_HOURS = 7200.0


def seconds_off(clock: StoreClock) -> float:
    return clock.now_ms() / 1000 - time.time()


def test_a_clock_that_is_off_is_put_right(database: Database) -> None:
    clock = StoreClock(database, wall=lambda: time.time() + TWO_HOURS)
    assert seconds_off(clock) == pytest.approx(TWO_HOURS, abs=1)
    clock.synchronise()
    assert seconds_off(clock) == pytest.approx(0, abs=1)


def test_time_goes_on_by_the_monotonic_clock_between_two_questions(database: Database) -> None:
    now = 1000.0
    clock = StoreClock(database, monotonic=lambda: now)
    clock.synchronise()
    before = clock.now_ms()
    now += 3.5
    assert clock.now_ms() - before == pytest.approx(3500, abs=1)


def test_while_the_machine_sleeps_time_goes_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before: after a sleep, and until Redis was asked again, a message was sent that had expired."""
    clock = StoreClock(database)
    clock.synchronise()
    before, read = clock.now_ms(), time.clock_gettime

    def after_a_sleep(which: int) -> float:
        return read(which) + (TWO_HOURS if which == time.CLOCK_BOOTTIME else 0)

    monkeypatch.setattr(time, "clock_gettime", after_a_sleep)
    assert clock.now_ms() - before == pytest.approx(TWO_HOURS * 1000, abs=1000)


def test_without_redis_it_goes_on_as_it_was(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"})
    clock = StoreClock(Database.connect(nowhere))
    with pytest.raises(StoreUnavailable):
        clock.synchronise()
    assert seconds_off(clock) == pytest.approx(0, abs=1)
