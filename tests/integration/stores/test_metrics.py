"""Counters and histograms in Redis."""

import threading
from collections.abc import Callable

import pytest

from tests.support.redis_server import RedisServer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.metrics import Metrics, Phase, PhaseTimes


def test_two_processes_count_together(database: Database) -> None:
    def count() -> None:
        metrics = Metrics(database, "default")
        for _ in range(50):
            metrics.count("browser_starts", cause="crash")
            metrics.observe_phases({Phase.TYPE: 0.3, Phase.ACK: 2.0})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    readings = Metrics(database, "default").read()
    assert readings.by("browser_starts", "cause") == {"crash": 200}
    assert sum(readings.phases["type"].counts) == 200
    assert readings.phases["ack"].total_seconds == pytest.approx(400)


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.050001, 86400.0, 10**7])
def test_a_duration_falls_into_one_bucket_whose_bound_is_not_below_it(
    database: Database, seconds: float
) -> None:
    metrics = Metrics(database, "default")
    metrics.observe_phase(Phase.QUEUE, seconds)
    pairs = metrics.read().phases["queue"].cumulative()
    assert pairs[-1] == ("+Inf", 1)
    assert [count for bound, count in pairs if float(bound) < seconds] == [0] * sum(
        float(bound) < seconds for bound, _ in pairs
    )


def test_accounts_are_counted_apart(database: Database) -> None:
    Metrics(database, "one").count("retries")
    assert Metrics(database, "two").read().counters == {}


def test_a_label_that_would_break_the_form_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="labels"):
        Metrics(database, "default").count("retries", cause="a=b")


def test_the_phases_of_a_message_are_written_once(database: Database) -> None:
    moments = iter([0.0, 100.0, 101.5, 104.0])
    metrics = Metrics(database, "default")
    times = PhaseTimes(metrics, clock=lambda: next(moments))
    times.begin(waited_seconds=7.0)
    times.lap(Phase.OPEN_CHAT)
    times.lap(Phase.TYPE)
    times.write()
    times.write()
    read = metrics.read().phases
    assert {phase: histogram.total_seconds for phase, histogram in read.items()} == {
        "queue": 7.0,
        "open_chat": 1.5,
        "type": 2.5,
    }
    assert all(sum(histogram.counts) == 1 for histogram in read.values())


def test_what_a_message_counts_is_written_with_its_phases(database: Database) -> None:
    metrics = Metrics(database, "default")
    times = PhaseTimes(metrics)
    for _ in range(2):
        times.begin()
        times.lap(Phase.UPLOAD)
        times.count("file_bytes_uploaded", 700, kind="image")
        times.write()
        times.write()
    read = metrics.read()
    assert read.by("file_bytes_uploaded", "kind") == {"image": 1400}
    assert sum(read.phases["upload"].counts) == 2


def test_what_was_counted_before_a_message_is_not_its(database: Database) -> None:
    metrics = Metrics(database, "default")
    times = PhaseTimes(metrics)
    times.count("file_bytes_uploaded", 700, kind="image")
    times.begin()
    times.write()
    assert metrics.read().counters == {}


def test_a_redis_that_is_away_costs_the_durations_and_nothing_else(
    own_redis: Callable[..., RedisServer], settings: Settings
) -> None:
    server = own_redis()
    database = Database.connect(settings.model_copy(update={"redis_url": server.url}))
    times = PhaseTimes(Metrics(database, "default"))
    times.begin(1.0)
    server.kill()
    times.write()
    database.client.close()
