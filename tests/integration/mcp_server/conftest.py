"""The API as it is served, and keys for assistants."""

from collections.abc import Callable, Iterator

import pytest

from tests.integration.webapp.served_app import served_app
from tests.support.http_server import HttpServer
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database

Environment = dict[str, str]


@pytest.fixture(scope="package")
def served(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpServer]:
    server = served_app(redis_url, tmp_path_factory.mktemp("served"), WHATSAPP_CAP_POLICY="off").start()
    yield server
    server.stop()


@pytest.fixture
def make_key(database: Database) -> Callable[..., ApiKey]:
    """``make_key("send", "read")``; there is an account, too."""
    Accounts(database).add("default", 1)
    return lambda *scopes: ApiKeys(database).create("assistant", scopes, 1)


@pytest.fixture
def environment_of(served: HttpServer) -> Callable[[ApiKey], Environment]:
    """What ``whatsapp-tasks mcp`` has to know for this key."""
    return lambda key: {
        "WHATSAPP_API_URL": served.url,
        "WHATSAPP_API_KEY": key.id,
        "WHATSAPP_API_SECRET": key.secrets[0],
    }
