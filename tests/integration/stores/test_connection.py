"""The connection to Redis: bounded in time, failing closed, and honest about what it does not know."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from tests.support.ledger_rig import LedgerRig
from tests.support.redis_server import RedisServer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.connection import Database, await_redis

TIMEOUT = 0.3
SLACK = 0.7
"""For a busy machine."""

OwnRedis = Callable[..., RedisServer]
Connect = Callable[[RedisServer], Database]


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    databases: list[Database] = []

    def connect(server: RedisServer) -> Database:
        settings = Settings(REDIS_URL=server.url, data_dir=tmp_path, redis_timeout_seconds=TIMEOUT)
        databases.append(Database.connect(settings))
        return databases[-1]

    yield connect
    for database in databases:
        database.client.close()


def seconds_until_unavailable(what: Callable[[], object]) -> float:
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable):
        what()
    return time.monotonic() - begun


def test_a_command_reaches_the_private_redis_and_its_answer_is_text(database: Database) -> None:
    database.do("SET", "greeting", "grüß 👋")
    assert database.text("GET", "greeting") == "grüß 👋"


def test_each_test_begins_with_an_empty_redis(database: Database) -> None:
    assert database.number("DBSIZE") == 0


def test_several_commands_are_one_transaction(database: Database) -> None:
    assert database.together(("SET", "a", 1), ("INCR", "a"), ("GET", "a")) == [True, 2, "2"]


def test_connecting_sends_nothing(tmp_path: Path) -> None:
    Database.connect(Settings(REDIS_URL="redis://127.0.0.1:1/0", data_dir=tmp_path))


def test_where_nothing_listens_every_way_in_fails_closed(tmp_path: Path) -> None:
    settings = Settings(REDIS_URL="redis://127.0.0.1:1/0", data_dir=tmp_path)
    database = Database.connect(settings)
    ways: list[Callable[[], object]] = [
        lambda: database.do("PING"),
        lambda: database.text("GET", "a"),
        lambda: database.texts("KEYS", "*"),
        lambda: database.number("DBSIZE"),
        lambda: database.record("a"),
        lambda: database.together(("PING",)),
        lambda: database.run("lease_renew", {"lease": "a"}, {"token": "b", "fence": 0, "ttl": 0}),
        lambda: Dispatcher(database, settings).send(MessageRequest("+4915112345678", "x")),
    ]
    for way in ways:
        assert seconds_until_unavailable(way) < SLACK


def test_a_killed_redis_is_noticed_at_once_and_used_again_when_it_is_back(
    own_redis: OwnRedis, connect: Connect
) -> None:
    server = own_redis("--appendfsync", "always")
    database = connect(server)
    database.do("SET", "a", "1")
    server.kill()
    assert seconds_until_unavailable(lambda: database.do("GET", "a")) < TIMEOUT + SLACK
    server.start()
    assert database.text("GET", "a") == "1"


def test_what_was_accepted_survives_the_death_of_redis(own_redis: OwnRedis, connect: Connect) -> None:
    server = own_redis("--appendfsync", "always")
    rig = LedgerRig(connect(server))
    messages = [rig.accept(), rig.accept(send_at_ms=rig.now + 9)]
    before = rig.everything()
    server.kill()
    server.start()
    assert rig.everything() == before
    assert [rig.get(m.id) for m in messages] == messages


@pytest.mark.parametrize("connected", [True, False])
def test_a_redis_that_hangs_is_given_up_after_the_timeout(
    own_redis: OwnRedis, connect: Connect, connected: bool
) -> None:
    server = own_redis()
    database = connect(server)
    if connected:
        database.do("PING")
    server.freeze()
    assert TIMEOUT * 0.9 < seconds_until_unavailable(lambda: database.do("GET", "a")) < 2 * TIMEOUT + SLACK


def test_a_late_answer_is_never_taken_for_the_answer_to_another_question(
    own_redis: OwnRedis, connect: Connect
) -> None:
    server = own_redis()
    database = connect(server)
    database.together(("SET", "a", "A"), ("SET", "b", "B"))
    server.freeze()
    seconds_until_unavailable(lambda: database.do("GET", "a"))
    server.thaw()
    assert [database.text("GET", "b") for _ in range(3)] == ["B", "B", "B"]


def test_a_request_whose_answer_was_lost_is_not_repeated_and_its_repeat_learns_the_outcome(
    own_redis: OwnRedis, connect: Connect
) -> None:
    server = own_redis()
    rig = LedgerRig(connect(server))
    new = rig.new()
    server.freeze()
    seconds_until_unavailable(lambda: rig.admission.accept(new))
    server.thaw()
    assert rig.admission.accept(new).outcome in {"accepted", "duplicate"}
    assert rig.queued() == [new.id]


def test_a_redis_without_memory_accepts_nothing_rather_than_half(
    own_redis: OwnRedis, connect: Connect
) -> None:
    server = own_redis("--maxmemory-policy", "noeviction")
    rig = LedgerRig(connect(server))
    rig.accept()
    rig.database.do("CONFIG", "SET", "maxmemory", "1")
    before = rig.everything()
    for way in (
        lambda: rig.admission.accept(rig.new()),
        lambda: rig.database.do("SET", "a", "b"),
        lambda: rig.database.together(("SET", "a", "b"), ("SET", "c", "d")),
    ):
        seconds_until_unavailable(way)
    assert rig.everything() == before
    rig.database.do("CONFIG", "SET", "maxmemory", "0")
    rig.accept()


def test_a_replica_takes_no_writes(own_redis: OwnRedis, connect: Connect) -> None:
    database = connect(own_redis("--replicaof", "127.0.0.1 1"))
    seconds_until_unavailable(lambda: database.do("SET", "a", "b"))


def test_a_mistake_of_ours_is_not_called_an_outage(database: Database) -> None:
    database.do("SET", "a", "text")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        database.do("LPUSH", "a", "b")


# at the start of a process


def test_a_redis_that_is_there_is_not_waited_for(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    slept: list[float] = []
    await_redis(database, "web", sleep=slept.append)
    assert slept == []
    assert caplog.records == []


def test_an_absent_redis_is_tried_five_times_with_doubling_pauses_and_a_line_for_each(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database.connect(Settings(REDIS_URL="redis://127.0.0.1:1/0", data_dir=tmp_path))
    slept: list[float] = []
    with caplog.at_level(logging.WARNING), pytest.raises(StoreUnavailable):
        await_redis(database, "worker", sleep=slept.append)
    assert slept == [1, 2, 4, 8]
    told = [(r.attempt, r.of, r.next_in_seconds, r.waiting) for r in caplog.records]  # type: ignore[attr-defined]
    assert told == [(n, 5, pause, "worker") for n, pause in enumerate([1, 2, 4, 8, None], start=1)]
    assert all("refused" in r.cause.lower() for r in caplog.records)  # type: ignore[attr-defined]


def test_a_redis_that_comes_late_is_enough(own_redis: OwnRedis, connect: Connect) -> None:
    server = own_redis()
    database = connect(server)
    server.kill()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            server.start()

    await_redis(database, "beat", sleep=sleep)
    assert slept == [1, 2]


def test_a_redis_that_is_busy_with_somebodys_script_is_unavailable(
    own_redis: OwnRedis, connect: Connect, tmp_path: Path
) -> None:
    """Before: an error that no caller expects, a 500 for a request."""
    server = own_redis("--busy-reply-threshold", "1")
    patient = Settings(REDIS_URL=server.url, data_dir=tmp_path, redis_timeout_seconds=20)
    database = Database.connect(patient)
    with pytest.raises(StoreUnavailable):  # it does not answer in time
        connect(server).do("EVAL", "while true do end", 0)
    try:
        for way in (
            lambda: database.do("SET", "a", 1),
            lambda: database.together(("SET", "a", 1)),
            lambda: database.run("lease_renew", {"lease": "a"}, {"token": "b", "fence": 0, "ttl": 0}),
        ):
            with pytest.raises(StoreUnavailable) as unavailable:
                way()
            assert "BUSY" in str(unavailable.value.__cause__)
    finally:
        database.do("SCRIPT", "KILL")
        database.client.close()
