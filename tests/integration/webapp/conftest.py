"""An application on the test's Redis, with one account, and a caller who signs."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.test import TestResponse

from tests.integration.webapp.served_app import served_app
from tests.support.http_server import HttpServer
from webapp import create_app, rate_limits
from webapp.openapi import codes_of
from webapp.operations import OPERATIONS
from webapp.opt_outs import PhonePart
from webapp.problem_codes import KINDS
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database

PHONE = "+4915112345678"
ROUTES = Map(
    [Rule(o.rule, methods=[o.method], endpoint=o) for o in OPERATIONS], converters={"phone": PhonePart}
).bind("localhost")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for Redis in this process waits as long as a busy machine needs."""
    monkeypatch.setattr(rate_limits, "LIMITER_TIMEOUT_SECONDS", 20.0)


@dataclass
class Caller:
    """Signs as a client does; a request that is repeated gets a signature of its own."""

    client: FlaskClient
    key: ApiKey
    settings: Settings
    secret: str = ""
    _signed: set[tuple[str, str, bytes, int]] = field(default_factory=set, repr=False)

    def headers(self, method: str, target: str, body: bytes, timestamp: int | None = None) -> dict[str, str]:
        stamp = str(self._moment(method, target, body) if timestamp is None else timestamp)
        secret = self.secret or self.key.secrets[0]
        return {
            "X-Api-Key": self.key.id,
            "X-Timestamp": stamp,
            "X-Signature": sign(secret, stamp, method, target, body),
        }

    def _moment(self, method: str, target: str, body: bytes) -> int:
        """The newest second for which this request was not signed yet: equal signatures are refused, and what
        is signed for too long ago as well.
        """
        now = int(time.time())
        window = range(now, now - 28, -1)
        free = next((s for s in window if (method, target, body, s) not in self._signed), now)
        self._signed.add((method, target, body, free))
        return free

    def call(
        self, method: str, target: str, fields: Any = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        body = b"" if fields is None else json.dumps(fields).encode()
        # A GET may have the signature of another: moments are for what changes something.
        sent = self.headers(method, target, body, int(time.time()) if method == "GET" else None)
        if fields is not None:
            sent["Content-Type"] = "application/json"
        return self.client.open(target, method=method, data=body, headers={**sent, **(headers or {})})

    def get(self, target: str, **headers: str) -> TestResponse:
        return self.call("GET", target, headers=headers)

    def post(self, target: str, fields: Any = None, headers: dict[str, str] | None = None) -> TestResponse:
        return self.call("POST", target, fields, headers)

    def send(self, **fields: Any) -> TestResponse:
        return self.post("/send", {"phone": PHONE, "message": "Hello", **fields})


def problem(answer: TestResponse, status: int) -> str:
    """The code of a problem answer, whose shape is checked."""
    assert answer.content_type == "application/problem+json", answer.text
    fields = answer.json
    assert fields is not None
    assert (answer.status_code, fields["status"]) == (status, status), answer.text
    assert fields["type"] == f"/docs#{fields['code']}"
    assert KINDS[fields["code"]] == (status, fields["title"])
    assert fields["detail"]
    assert fields["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    code: str = fields["code"]
    with suppress(NotFound, MethodNotAllowed):
        operation, _ = ROUTES.match(answer.request.path, answer.request.method)
        assert code in codes_of(operation), (
            f"add {code} to codes of {operation.endpoint} (webapp/operations.py)"
        )
    return code


@pytest.fixture
def settings(redis_url: str, tmp_path: Any) -> Settings:
    """Limits that no test meets by chance, and no daily cap."""
    return Settings(
        REDIS_URL=redis_url,
        data_dir=tmp_path,
        rate_limit_per_key="100000/minute",
        rate_limit_per_address="100000/minute",
        cap_policy="off",
    )


@pytest.fixture
def make_app(settings: Settings, database: Database) -> Iterator[Callable[..., Flask]]:
    """``make_app(setting=value)``: an application with other settings."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        made.append(create_app(settings.model_copy(update=changes), database))
        return made[-1]

    yield make
    for app in made:
        app.extensions[rate_limits.EXTENSION].close()


@pytest.fixture
def app(make_app: Callable[..., Flask], database: Database) -> Flask:
    Accounts(database).add("default", 1)
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def make_caller(client: FlaskClient, database: Database, settings: Settings) -> Callable[..., Caller]:
    """``make_caller("send", "read")``: a caller whose key has these scopes."""

    def make(*scopes: str) -> Caller:
        return Caller(client, ApiKeys(database).create("test", scopes, 1), settings)

    return make


@pytest.fixture
def caller(make_caller: Callable[..., Caller]) -> Caller:
    return make_caller("admin")


@pytest.fixture(scope="module")
def served(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpServer]:
    """The application as it is served, one for all tests of a module."""
    server = served_app(
        redis_url,
        tmp_path_factory.mktemp("served"),
        workers=2,
        WHATSAPP_RATE_LIMIT_PER_KEY="100000/minute",
        WHATSAPP_RATE_LIMIT_PER_ADDRESS="100000/minute",
        WHATSAPP_CAP_POLICY="off",
    ).start()
    yield server
    server.stop()


@pytest.fixture
def served_key(database: Database) -> ApiKey:
    """A key for everything, and the account to use it on."""
    Accounts(database).add("default", 1)
    return ApiKeys(database).create("test", ("admin",), 1)
