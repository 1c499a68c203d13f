"""A real Redis for the integration tests: one private server for all, emptied before each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.ledger_rig import LedgerRig
from tests.support.redis_server import RedisServer, find_binary
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of this session's own server. Without any server binary: a skip, in CI a failure."""
    try:
        find_binary()
    except FileNotFoundError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server.url
    server.stop()


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    """On the test's Redis and in the test's own folder; with patience for a busy machine."""
    return Settings(REDIS_URL=redis_url, data_dir=tmp_path, redis_timeout_seconds=20)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The store on an empty Redis."""
    database = Database.connect(settings)
    database.do("FLUSHALL")
    yield database
    database.client.close()


@pytest.fixture
def rig(database: Database) -> LedgerRig:
    """A ledger with the account `default` and a worker's lease, on an empty Redis."""
    return LedgerRig(database)


@pytest.fixture
def own_redis(redis_url: str, tmp_path: Path) -> Iterator[Callable[..., RedisServer]]:
    """Starts servers that a test may kill or freeze; ``own_redis(*options)``. They end with the test."""
    servers: list[RedisServer] = []

    def start(*options: str) -> RedisServer:
        folder = tmp_path / f"redis-{len(servers)}"
        folder.mkdir()
        servers.append(RedisServer(folder, *options))
        return servers[-1].start()

    yield start
    for server in servers:
        server.kill()
