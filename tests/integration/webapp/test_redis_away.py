"""Redis away: every endpoint says so within two seconds, and works again without a restart."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.integration.webapp.conftest import PHONE, Caller, problem
from tests.support.redis_server import RedisServer
from webapp import create_app, rate_limits
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database

SEND = {"phone": PHONE, "message": "Hello"}

ENDPOINTS = [
    ("GET", "/readyz", None),
    ("GET", "/accounts", None),
    ("GET", "/accounts/default", None),
    ("GET", "/accounts/default/qr", None),
    ("GET", "/opt-outs", None),
    ("GET", "/events", None),
    ("POST", "/contacts/check", {"phones": ["+4915112345678"]}),
    ("GET", "/contacts/checks/0", None),
    ("DELETE", "/contacts/checks/0", None),
    ("GET", "/evidence/x.jpg", None),
    ("GET", "/evidence/x.json", None),
    ("GET", "/accounts/default/screenshot", None),
    ("GET", "/key", None),
    ("GET", "/chats", None),
    ("GET", "/chats/0", None),
    ("GET", "/chats/0/messages", None),
    ("GET", "/chats/0/messages/0/media", None),
    ("GET", "/scans/0", None),
    ("POST", "/scans/0", {"verdict": "clean"}),
    ("GET", "/messages", None),
    ("GET", "/messages/0", None),
    ("GET", "/batches/0", None),
    ("GET", "/opt-outs/+4915112345678", None),
    ("POST", "/send", SEND),
    ("POST", "/files", None),
    ("GET", "/files/0", None),
    ("POST", "/messages:batch", {"messages": [SEND]}),
    ("POST", "/messages/0/resolve", {"status": "sent"}),
    ("GET", "/metrics", None),
    ("GET", "/webhooks", None),
    ("GET", "/webhooks/orders/dead", None),
    ("POST", "/webhooks/orders/redrive", None),
    ("POST", "/webhooks/orders/enable", None),
    ("POST", "/accounts/default/pause", None),
    ("POST", "/accounts/default/resume", None),
    ("POST", "/accounts/default/restart", None),
    ("POST", "/accounts/default/logout", None),
    ("POST", "/accounts/default/pairing-code", {"phone": PHONE}),
    ("GET", "/accounts/default/passkey", None),
    ("POST", "/accounts/default/passkey", {"action": "confirm"}),
    ("GET", "/accounts/default/session", None),
    ("POST", "/accounts/default/session", {"file": "9f" * 16}),
    ("GET", "/templates", None),
    ("GET", "/templates/a/en", None),
    ("PUT", "/templates/a/en", {"text": "Hi"}),
    ("DELETE", "/templates/a/en", None),
    ("POST", "/templates/a/en/preview", {}),
    ("POST", "/send", {"phone": PHONE, "template": {"name": "a", "language": "en"}}),
    ("PUT", "/opt-outs/+4915112345678", None),
    ("DELETE", "/opt-outs/+4915112345678", None),
    ("DELETE", "/messages/0", None),
    ("DELETE", "/batches/0", None),
]


@pytest.fixture
def server(own_redis: Callable[..., RedisServer]) -> RedisServer:
    return own_redis()


@pytest.fixture
def own_app(server: RedisServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application on a Redis that may be killed."""
    monkeypatch.setattr(rate_limits, "LIMITER_TIMEOUT_SECONDS", 0.5)  # as it is where nobody is patient
    # One second: what webapp.asgi uses, where the worker's default is two.
    own = settings.model_copy(update={"redis_url": server.url, "redis_timeout_seconds": 1.0})
    database = Database.connect(own)
    Accounts(database).add("default", 1)
    app = create_app(own, database)
    yield app
    app.extensions[rate_limits.EXTENSION].close()
    database.client.close()


@pytest.fixture
def caller(own_app: Flask, server: RedisServer, settings: Settings) -> Caller:
    database = Database.connect(settings.model_copy(update={"redis_url": server.url}))
    key = ApiKeys(database).create("test", ("admin",), 1)
    database.client.close()
    return Caller(own_app.test_client(), key, settings)


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_every_endpoint_tells_within_two_seconds_and_recovers(
    how: str, server: RedisServer, caller: Caller, own_app: Flask
) -> None:
    assert caller.send(message="before").status_code == 202  # connections are open, the key is known
    if how == "killed":
        server.kill()
    else:
        server.freeze()
    for method, target, fields in ENDPOINTS:
        begun = time.monotonic()
        answer = caller.call(method, target, fields)
        assert time.monotonic() - begun < 2, (method, target)
        assert problem(answer, 503) == "store_unavailable"
        assert int(answer.headers["Retry-After"]) >= 1
    assert caller.client.get("/healthz").status_code == 200

    if how == "killed":
        server.start()
    else:
        server.thaw()
    for method, target, fields in ENDPOINTS:
        status = back(caller, method, target, fields).status_code
        assert status < 500, (method, target)
        assert status != 401, (method, target)
    again = back(caller, "POST", "/send", {**SEND, "message": "before"}).json
    assert again is not None
    assert again["duplicate"] is True


def back(caller: Caller, method: str, target: str, fields: Any) -> TestResponse:
    """The answer of a caller who repeats what was answered with 503: a busy machine makes Redis slow too."""
    for _ in range(20):
        answer = caller.call(method, target, fields)
        if answer.status_code != 503:
            break
        time.sleep(0.1)
    return answer


def test_all_endpoints_are_in_the_list(own_app: Flask) -> None:
    routes = own_app.url_map.bind("localhost")
    listed = {f"{method} {routes.match(target, method)[0]}" for method, target, _ in ENDPOINTS}
    known = {
        f"{method} {rule.endpoint}"
        for rule in own_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
        if not rule.endpoint.startswith(("health.alive", "openapi.", "docs.", "console_"))
    }
    assert listed == known
