"""The durability of a real server is checked."""

from collections.abc import Callable

import pytest

from tests.support.redis_server import RedisServer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import UnsafeStore
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.durability import check_durability, insist_on_durability


def _database(server: RedisServer) -> Database:
    return Database.connect(Settings(REDIS_URL=server.url))


def test_a_server_as_recommended_has_no_finding(own_redis: Callable[..., RedisServer]) -> None:
    assert check_durability(_database(own_redis("--appendfsync", "always"))) == []


def test_a_server_that_forgets_is_refused_unless_accepted(own_redis: Callable[..., RedisServer]) -> None:
    database = _database(own_redis("--appendonly", "no"))
    with pytest.raises(UnsafeStore, match="appendonly"):
        insist_on_durability(database, accept_unsafe=False)
    insist_on_durability(database, accept_unsafe=True)


def test_a_server_that_keeps_its_configuration_to_itself_is_not_refused(
    own_redis: Callable[..., RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    database = _database(own_redis("--appendonly", "no", "--rename-command", "CONFIG", ""))
    insist_on_durability(database, accept_unsafe=False)
    assert "does not report its configuration" in caplog.text


def test_a_user_who_may_not_ask_is_warned_and_goes_on(
    own_redis: Callable[..., RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    """Issue 12, row 24: ``+@all -@dangerous``, as managed Redis has it, forbids INFO too."""
    database = _database(own_redis())
    database.do("ACL", "SETUSER", "default", "-@dangerous")
    insist_on_durability(database, accept_unsafe=False)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "could not be checked" in caplog.text
