"""The lease: one worker per account. It holds by its own clock, and a fence keeps the late ones out."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

import psutil
import pytest

from tests.support.ledger_rig import OldDisk
from tests.support.redis_server import RedisServer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import LeaseLost, StoreUnavailable
from whatsapp_tasks.stores import keys, leases
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import Holder, Lease, current_holder


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def lease_of(database: Database, seconds: float = 10, account: str = "a", **options: Clock) -> Lease:
    return Lease(database, account, seconds, **options)


def ttl(database: Database) -> int:
    return database.number("PTTL", keys.AccountKeys("a").lease)


def test_a_free_lease_is_ours_and_names_us(database: Database) -> None:
    lease = lease_of(database)
    assert current_holder(database, "a") is None
    assert lease.acquire() is None
    lease.check()
    assert current_holder(database, "a") == Holder.this_process()
    assert 9000 < ttl(database) <= 10_000


def test_a_second_worker_is_refused_and_told_who_holds_it(database: Database) -> None:
    first, second = lease_of(database), lease_of(database)
    first.acquire()
    holder = second.acquire()
    assert holder is not None
    assert str(os.getpid()) in str(holder)
    with pytest.raises(LeaseLost):
        second.check()
    assert second.fence == 0
    first.check()


def test_accounts_have_leases_of_their_own(database: Database) -> None:
    assert lease_of(database, account="a").acquire() is None
    assert lease_of(database, account="b").acquire() is None


def test_the_fence_grows_with_each_holder(database: Database) -> None:
    fences = []
    for _ in range(3):
        lease = lease_of(database)
        lease.acquire()
        fences.append(lease.fence)
        lease.release()
    assert fences == sorted(set(fences))


def test_taking_it_again_keeps_it_ours_with_a_higher_fence(database: Database) -> None:
    lease = lease_of(database)
    lease.acquire()
    before = lease.fence
    assert lease.acquire() is None
    assert lease.fence > before


def test_of_many_at_once_one_gets_it(database: Database) -> None:
    many = [lease_of(database) for _ in range(20)]
    start = threading.Barrier(len(many))
    holders: list[Holder | None] = []

    def run(lease: Lease) -> None:
        start.wait()
        holders.append(lease.acquire())

    threads = [threading.Thread(target=run, args=(lease,)) for lease in many]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert holders.count(None) == 1
    assert sum(lease.fence > 0 for lease in many) == 1


def test_release_gives_it_to_the_next_at_once(database: Database) -> None:
    first, second = lease_of(database), lease_of(database)
    first.acquire()
    first.release()
    with pytest.raises(LeaseLost):
        first.check()
    assert second.acquire() is None


def test_releasing_what_is_not_ours_any_more_leaves_it_to_its_holder(database: Database) -> None:
    first, second = lease_of(database), lease_of(database)
    first.acquire()
    database.do("DEL", keys.AccountKeys("a").lease)
    second.acquire()
    first.release()
    assert second.renew()


def test_an_acquisition_that_arrives_late_is_noticed_by_the_next_renewal(database: Database) -> None:
    """Its caller had given it up and acquired again. Before: each renewal went well, each write was refused,
    and the account stood still.
    """
    lease = lease_of(database)
    late = lease_of(database)
    late._token = lease._token
    lease.acquire()
    late.acquire()
    assert not lease.renew()
    with pytest.raises(LeaseLost):
        lease.check()
    assert lease.acquire() is None
    assert lease.fence > late.fence
    assert lease.renew()


def test_an_acquisition_that_redis_lost_is_noticed_by_the_next_renewal(database: Database) -> None:
    lease = lease_of(database)
    disk = OldDisk(database)
    lease.acquire()
    disk.keep()
    lease.acquire()
    lost = lease.fence
    disk.come_back()
    assert not lease.renew()
    assert lease.acquire() is None
    assert lease.fence > lost


def test_a_lease_is_released_whatever_its_fence(database: Database) -> None:
    lease, late = lease_of(database), lease_of(database)
    late._token = lease._token
    lease.acquire()
    late.acquire()
    lease.release()
    assert current_holder(database, "a") is None


# time


def test_it_holds_by_the_local_clock_up_to_the_margin(database: Database, clock: Clock) -> None:
    lease = lease_of(database, 10, clock=clock)
    lease.acquire()
    clock.now += 7.9
    lease.check(2)
    clock.now += 0.1
    with pytest.raises(LeaseLost):
        lease.check(2)
    clock.now += 1.9
    lease.check()
    clock.now += 0.1
    with pytest.raises(LeaseLost):
        lease.check()


def test_a_process_that_slept_past_its_lease_knows_without_asking(database: Database, clock: Clock) -> None:
    lease = lease_of(database, 10, clock=clock)
    lease.acquire()
    clock.now += 60
    assert ttl(database) > 9000  # Redis would still call it ours
    with pytest.raises(LeaseLost):
        lease.check()


def test_renewal_counts_from_before_the_question(database: Database) -> None:
    class SlowAnswers(Clock):
        def __call__(self) -> float:
            self.now += 3  # as if every question to Redis took that long
            return self.now

    clock = SlowAnswers()
    lease = lease_of(database, 10, clock=clock)
    lease.acquire()
    assert lease.renew()
    asked_at = clock.now
    assert clock() == asked_at + 3
    lease.check()  # 6 s after the question
    with pytest.raises(LeaseLost):
        lease.check(2)  # 9 s


def test_renewal_prolongs_it_here_and_in_redis(database: Database, clock: Clock) -> None:
    lease = lease_of(database, 10, clock=clock)
    lease.acquire()
    database.do("PEXPIRE", keys.AccountKeys("a").lease, 500)
    clock.now += 9
    assert lease.renew()
    assert ttl(database) > 9000
    clock.now += 9
    lease.check()


def test_it_runs_out_by_itself_and_a_late_renewal_does_not_bring_it_back(database: Database) -> None:
    lease = lease_of(database, 0.05)
    lease.acquire()
    while ttl(database) != -2:
        threading.Event().wait(0.005)
    assert not lease.renew()
    with pytest.raises(LeaseLost):
        lease.check()
    assert current_holder(database, "a") is None


def test_a_worker_that_was_succeeded_learns_it_at_its_next_renewal(database: Database) -> None:
    first, second = lease_of(database), lease_of(database)
    first.acquire()
    database.do("DEL", keys.AccountKeys("a").lease)
    second.acquire()
    assert not first.renew()
    with pytest.raises(LeaseLost):
        first.check()
    assert second.fence > first.fence


def test_while_redis_is_away_it_holds_until_its_time_and_no_longer(
    own_redis: Callable[..., RedisServer], settings: Settings, clock: Clock
) -> None:
    server = own_redis()
    database = Database.connect(settings.model_copy(update={"redis_url": server.url}))
    lease = lease_of(database, 10, clock=clock)
    lease.acquire()
    server.kill()
    clock.now += 5
    with pytest.raises(StoreUnavailable):
        lease.renew()
    lease.check()
    clock.now += 5
    with pytest.raises(LeaseLost):
        lease.check()
    database.client.close()


# dead holders

_HOLD = """
import sys, time
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import Lease
lease = Lease(Database.connect(Settings(REDIS_URL=sys.argv[1])), "a", 600)
assert lease.acquire() is None
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def other_worker(redis_url: str, database: Database) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lease for ten minutes."""
    process = subprocess.Popen([sys.executable, "-c", _HOLD, redis_url], stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_living_holder_is_not_succeeded(database: Database, other_worker: subprocess.Popen[bytes]) -> None:
    holder = lease_of(database).acquire()
    assert holder is not None
    assert holder.pid == other_worker.pid
    assert not holder.certainly_dead()


@pytest.mark.parametrize("reaped", [True, False])
def test_a_killed_holder_is_succeeded_at_once(
    database: Database, other_worker: subprocess.Popen[bytes], reaped: bool
) -> None:
    os.kill(other_worker.pid, signal.SIGKILL)
    if reaped:
        other_worker.wait()
    else:
        os.waitid(os.P_PID, other_worker.pid, os.WEXITED | os.WNOWAIT)  # dead, and a zombie still
    lease = lease_of(database)
    assert lease.acquire() is None
    assert lease.fence == 2
    lease.check()


def test_a_stopped_holder_lives(database: Database, other_worker: subprocess.Popen[bytes]) -> None:
    os.kill(other_worker.pid, signal.SIGSTOP)
    assert lease_of(database).acquire() is not None


def test_setting_the_wall_clock_kills_nobody(
    database: Database, other_worker: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # psutil adds the time of boot, which the kernel derives from the wall clock.
    true_time = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: true_time(self) + 3600)
    holder = current_holder(database, "a")
    assert holder is not None
    assert not holder.certainly_dead()
    assert lease_of(database).acquire() is not None


def test_another_process_under_the_same_number_does_not_keep_the_lease() -> None:
    ourselves = Holder.this_process()
    assert not ourselves.certainly_dead()
    assert replace(ourselves, started=ourselves.started - 100).certainly_dead()


@pytest.mark.parametrize("elsewhere", [{"host": "elsewhere"}, {"boot": "another boot"}, {"boot": "unknown"}])
def test_of_a_process_elsewhere_nobody_can_say_that_it_is_dead(elsewhere: dict[str, str]) -> None:
    dead = replace(Holder.this_process(), pid=2**22 + 1)
    assert not Holder(**{**asdict(dead), **elsewhere}).certainly_dead()


def test_where_boots_cannot_be_told_apart_nobody_is_certainly_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "_boot_id", lambda: "unknown")
    assert not replace(Holder.this_process(), pid=2**22 + 1).certainly_dead()


def test_the_dead_holder_must_be_the_one_that_was_seen(database: Database) -> None:
    """Between the look and the second try, somebody else may have succeeded the dead one."""
    dead = replace(Holder.this_process(), pid=2**22 + 1)
    key = keys.AccountKeys("a").lease
    database.do("HSET", key, "token", "dead", "fence", 1, "holder", json.dumps(asdict(dead)))
    winner, late = lease_of(database), lease_of(database)
    assert winner.acquire() is None
    holder, _ = late._try_acquire("dead", 0)
    assert holder == Holder.this_process()
    winner.check()
