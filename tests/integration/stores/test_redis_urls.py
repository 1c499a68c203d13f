"""Issue 12, row 23: for every form of REDIS_URL, the stores and Celery use the same database."""

import asyncio
import gc
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery import Celery
from flask import Flask
from kombu.exceptions import OperationalError

import celeryconfig
from tests.integration.stores.tls_relay import TlsRelay
from tests.support.redis_server import RedisServer
from webapp import rate_limits
from webapp.rate_limits import RequestLimits
from whatsapp_tasks.config import Settings, load_settings
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.script_pipeline import ScriptPipeline

PASSWORD = "p#w/1?%:@"
QUEUE = "a-queue"


@pytest.fixture
def server(own_redis: Callable[..., RedisServer], tmp_path: Path) -> RedisServer:
    socket = tmp_path / "My redis.sock"
    server = own_redis("--unixsocket", str(socket))
    with _client(server) as client:
        client.execute_command("ACL", "SETUSER", "me", "on", "+@all", "~*", "&*", f">{PASSWORD}")
    return server


@pytest.fixture
def relay(server: RedisServer, tmp_path: Path) -> Iterator[TlsRelay]:
    with TlsRelay(server.port, tmp_path) as relay:
        yield relay


def _client(server: RedisServer, db: int = 0) -> redis.Redis:
    return redis.Redis(port=server.port, db=db)


WAYS: dict[str, tuple[str, int]] = {
    "a database behind the host": ("redis://127.0.0.1:{port}/4", 4),
    "a database in the query": ("redis://127.0.0.1:{port}?db=5", 5),
    "an option": ("redis://127.0.0.1:{port}/3?health_check_interval=30", 3),
    "a password as it is": (f"redis://me:{PASSWORD}@127.0.0.1:{{port}}/2", 2),
    "a socket": ("unix://{folder}/My%20redis.sock?db=6", 6),
    "a socket and a password": (f"unix://me:{PASSWORD}@{{folder}}/My%20redis.sock?db=7", 7),
    "tls": ("rediss://127.0.0.1:{tls_port}/8?ssl_ca_certs={folder}/certificate.pem", 8),
    "tls unchecked": (
        f"rediss://me:{PASSWORD}@127.0.0.1:{{tls_port}}?db=9&ssl_cert_reqs=none&ssl_check_hostname=false",
        9,
    ),
}


@pytest.fixture(params=WAYS)
def way(
    request: pytest.FixtureRequest,
    server: RedisServer,
    relay: TlsRelay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Settings, redis.Redis]:
    """Settings as a process has them, and a client of the database that is meant."""
    url, db = WAYS[request.param]
    url = url.format(port=server.port, tls_port=relay.port, folder=tmp_path)
    monkeypatch.setenv("REDIS_URL", url)
    monkeypatch.setenv("WHATSAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WHATSAPP_REDIS_TIMEOUT_SECONDS", "20")  # for a busy machine
    monkeypatch.setattr(rate_limits, "LIMITER_TIMEOUT_SECONDS", 20.0)
    return load_settings(), _client(server, db)


def test_the_stores_write_where_it_says(way: tuple[Settings, redis.Redis]) -> None:
    settings, there = way
    Database.connect(settings).do("SET", "mark", "1")
    assert there.get("mark") == b"1"


def test_the_pipeline_of_the_api_writes_where_it_says(way: tuple[Settings, redis.Redis]) -> None:
    settings, there = way

    async def scene() -> None:
        pipeline = ScriptPipeline(settings.redis_url, settings.redis_timeout_seconds)
        await pipeline.call("return redis.call('SET', KEYS[1], ARGV[1])", ["mark"], ["1"])
        await pipeline.close()

    asyncio.run(scene())
    gc.collect()  # a connection that was left open fails the test here, and not whatever test runs later
    assert there.get("mark") == b"1"


def test_the_limits_of_requests_count_where_it_says(way: tuple[Settings, redis.Redis]) -> None:
    settings, there = way
    RequestLimits(Flask(__name__), settings).limiter.storage.incr("count", 60)
    assert there.dbsize() == 1


def test_celery_puts_and_takes_where_it_says(
    way: tuple[Settings, redis.Redis],
) -> None:
    _, there = way
    app = Celery(set_as_current=False)
    app.config_from_object(SimpleNamespace(**_public(runpy.run_path(celeryconfig.__file__))))
    app.send_task("a-task", queue=QUEUE, ignore_result=True)
    assert there.llen(QUEUE) == 1
    with app.connection_for_read() as connection:
        assert PASSWORD not in connection.as_uri()
        queue = connection.SimpleQueue(QUEUE)
        queue.get(timeout=10).ack()
        queue.close()
    assert there.llen(QUEUE) == 0


def test_a_certificate_that_nobody_vouches_for_is_refused(
    relay: TlsRelay, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the stores and by Celery; kombu alone would take any."""
    monkeypatch.setenv("REDIS_URL", f"rediss://127.0.0.1:{relay.port}/0")
    with pytest.raises(StoreUnavailable):
        Database.connect(load_settings()).do("PING")
    app = Celery(set_as_current=False)
    app.config_from_object(SimpleNamespace(**_public(runpy.run_path(celeryconfig.__file__))))
    with app.connection_for_write() as connection, pytest.raises(OperationalError, match="CERTIFICATE"):
        connection.default_channel.client.ping()  # type: ignore[attr-defined]  # of Redis alone


def _public(module: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in module.items() if not name.startswith("_")}
