"""Redis goes away while the worker runs, and comes back with all its data or with older data."""

import shutil
import time
from collections.abc import Callable

import pytest

from tests.acceptance.protection.scene import Scene
from tests.support.stack import eventually

pytestmark = pytest.mark.timeout(400)  # several browsers are started, on machines that do more


def test_nothing_starts_while_redis_is_away_and_all_resumes_in_the_same_browser(
    scene: Callable[..., Scene],
) -> None:
    it = scene()
    it.await_sent(it.send())
    message = it.send()
    it.await_sent(message)
    browsers = {process.pid for process in it.stack.browsers()}
    it.stack.redis.kill()
    time.sleep(14)  # longer than the lease holds
    it.stack.redis.start()
    it.await_sent(it.send())
    it.received_once_each()
    assert {process.pid for process in it.stack.browsers()} & browsers
    assert it.stack.running("worker")


def test_the_message_in_hand_is_settled_when_redis_is_back(scene: Callable[..., Scene]) -> None:
    it = scene()
    it.stack.hold("after_enter")
    message = it.send()
    it.stack.await_held("after_enter")
    it.stack.redis.kill()
    it.stack.let_go("after_enter")
    time.sleep(3)
    it.stack.redis.start()
    it.await_sent(message)
    it.received_once_each()


def test_a_redis_with_older_data_holds_sends_until_a_person_agrees(scene: Callable[..., Scene]) -> None:
    it = scene()
    it.await_sent(it.send())
    redis = it.stack.redis
    redis.stop()
    older = it.stack.folder / "older"
    shutil.copytree(redis.folder, older)
    redis.start()
    it.await_state("AUTHENTICATED")
    it.await_sent(it.send(), it.send())
    redis.kill()
    shutil.rmtree(redis.folder / "appendonlydir")
    shutil.copytree(older / "appendonlydir", redis.folder / "appendonlydir")
    redis.start()
    note = str(it.await_pause("redis")["note"])
    assert "Redis lost writes" in note
    message = it.send()
    it.stays_unsent(message, 3)
    it.stack.kill("worker")
    it.stack.run("worker")
    it.await_worker()
    it.stays_unsent(message, 3)
    it.cli("resume")  # the operator's own pause only
    it.stays_unsent(message, 1)
    it.cli("resume", "--reason", "redis")
    it.await_sent(message)
    eventually(lambda: it.pauses.all() == {}, "no pause is left")
    it.received_once_each()


def test_a_redis_that_lost_everything_holds_sends_too(scene: Callable[..., Scene]) -> None:
    it = scene()
    it.await_sent(it.send())
    it.stack.database.do("FLUSHALL")
    it.await_pause("redis")
