"""Who gets in at the console, and who stays out."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.webapp.conftest import problem
from tests.integration.webapp.console_operator import COOKIE, ConsoleOperator
from webapp import create_app
from webapp.console.login import ATTEMPTS_OF_ADDRESS
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def operator(client: FlaskClient, database: Database) -> ConsoleOperator:
    return ConsoleOperator(client, ApiKeys(database).create("Ann", ("admin",), 1))


def test_without_a_session_the_page_leads_to_the_form_and_the_rest_is_refused(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert problem(client.get("/console/state"), 401) == "console_session_missing"
    assert problem(client.post("/console/accounts/default/pause"), 401) == "console_session_missing"


def test_an_admin_key_gets_in_and_its_secret_stays_nowhere(
    operator: ConsoleOperator, database: Database
) -> None:
    answer = operator.submit(operator.key.id, operator.key.secrets[0])
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith(f"{COOKIE}="))
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie  # http, on this machine
    page = operator.client.get("/")
    assert page.status_code == 200
    assert "Ann" in page.text
    assert operator.key.secrets[0] not in page.text + cookie
    stored = [database.text("GET", key) for key in database.texts("KEYS", "wa:console:session:*")]
    assert len(stored) == 1
    assert operator.key.secrets[0] not in str(stored)
    token = cookie.partition("=")[2].partition(";")[0]
    assert token not in str(database.texts("KEYS", "*")) + str(stored)


def test_with_https_the_cookie_is_bound_to_it(operator: ConsoleOperator) -> None:
    client = operator.client
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    form = client.get("/login", base_url="https://localhost")
    token = form.text.partition('name="token" value="')[2].partition('"')[0]
    fields = {"key": operator.key.id, "secret": operator.key.secrets[0], "token": token}
    answer = client.post("/login", data=fields, base_url="https://localhost")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"__Host-{COOKIE}="))
    assert "Secure" in cookie
    assert "Path=/" in cookie


@pytest.mark.parametrize("scopes", [("read",), ("send", "read")])
def test_a_key_that_is_no_admin_stays_out(
    operator: ConsoleOperator, database: Database, scopes: tuple[str, ...]
) -> None:
    key = ApiKeys(database).create("Bob", scopes, 1)
    answer = operator.submit(key.id, key.secrets[0])
    assert answer.status_code == 401
    assert "is wrong" in answer.text


@pytest.mark.parametrize("secret", ["", "wrong", "é", "was_" + "x" * 500])
def test_a_wrong_secret_or_key_is_answered_alike(operator: ConsoleOperator, secret: str) -> None:
    for key_id in (operator.key.id, "wak_nobody", ""):
        answer = operator.submit(key_id, secret)
        assert answer.status_code == 401
        assert "is wrong" in answer.text
        assert operator.client.get_cookie(COOKIE) is None


def test_after_many_attempts_even_the_right_secret_waits(
    operator: ConsoleOperator, database: Database
) -> None:
    for _ in range(ATTEMPTS_OF_ADDRESS):
        assert operator.submit(operator.key.id, "wrong").status_code == 401
    assert operator.submit(operator.key.id, operator.key.secrets[0]).status_code == 429
    keys = database.texts("KEYS", "wa:console:attempts:*")
    assert len(keys) == 2
    assert all(0 < database.number("TTL", key) <= 300 for key in keys)


@pytest.mark.parametrize("attacked", ["address", "key"])
def test_who_was_here_before_is_not_locked_out_by_others(
    attacked: str, operator: ConsoleOperator, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 12, row 15."""
    monkeypatch.setattr("webapp.console.login.ATTEMPTS_FOR_KEY", 20)
    operator.log_in()
    operator.client.delete_cookie(COOKIE)
    key_id, secret = operator.key.id, operator.key.secrets[0]
    for number in range(25):
        attacker = ConsoleOperator(app.test_client(), operator.key)
        if attacked == "key":
            attacker.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        attacker.submit(key_id if attacked == "key" else f"wak_{number}", "wrong")
    assert attacker.submit(key_id, "wrong").status_code == 429

    assert operator.submit(key_id, "wrong").status_code == 429
    assert operator.submit(key_id, secret).status_code == 303
    stranger = ConsoleOperator(app.test_client(), operator.key)
    stranger.client.environ_base["REMOTE_ADDR"] = "192.0.2.0"
    if attacked == "key":
        assert stranger.submit(key_id, secret).status_code == 429


def test_a_success_forgets_the_attempts_of_the_address(operator: ConsoleOperator) -> None:
    for _ in range(3):
        for _ in range(ATTEMPTS_OF_ADDRESS - 1):
            operator.submit(operator.key.id, "wrong")
        assert operator.submit(operator.key.id, operator.key.secrets[0]).status_code == 303
        operator.client.delete_cookie(COOKIE)


def test_a_form_that_is_not_ours_is_refused(operator: ConsoleOperator) -> None:
    fields = {"key": operator.key.id, "secret": operator.key.secrets[0]}
    assert operator.client.post("/login", data=fields).status_code == 403
    operator.client.get("/login")
    assert operator.client.post("/login", data={**fields, "token": "é"}).status_code == 403
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert operator.submit(*fields.values(), **headers).status_code == 403
    assert operator.submit(*fields.values(), **{"Sec-Fetch-Site": "same-origin"}).status_code == 303


@pytest.mark.parametrize("path", ["/login", "/logout"])
def test_a_form_is_small(operator: ConsoleOperator, path: str) -> None:
    """Anybody could have 500 KB of fields parsed, twenty times a second."""
    operator.log_in()
    answer = operator.client.post(path, data=f"token={operator.token}&" + "a&" * 3000, content_type=FORM)
    assert problem(answer, 413) == "body_too_large"
    assert operator.client.get("/console/state").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Console-Token": ""},
        {"X-Console-Token": "wrong"},
        {"X-Console-Token": "é"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_a_change_without_the_token_or_from_elsewhere_is_refused(
    operator: ConsoleOperator, headers: dict[str, str]
) -> None:
    operator.log_in()
    answer = operator.post("/console/accounts/default/pause", **headers)
    assert problem(answer, 403) == "console_token_invalid"
    assert operator.state()["accounts"][0]["pauses"] == []
    assert operator.post("/console/accounts/default/pause", Origin="http://localhost").status_code == 200


def test_signing_out_ends_the_session_and_needs_the_token(operator: ConsoleOperator) -> None:
    operator.log_in()
    cookie = operator.client.get_cookie(COOKIE)
    assert cookie is not None
    assert problem(operator.client.post("/logout"), 403) == "console_token_invalid"
    assert operator.client.post("/logout", data={"token": operator.token}).status_code == 303
    operator.client.set_cookie(COOKIE, cookie.value)
    assert operator.client.get("/console/state").status_code == 401
    assert operator.client.post("/logout").status_code == 303  # nothing to end, nothing refused


def test_a_session_ends_when_its_key_is_revoked_or_no_admin_any_more(
    make_app: Callable[..., Flask], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.known_keys.KEY_CACHE_SECONDS", 0.0)
    Accounts(database).add("default", 1)
    app = make_app()
    app.extensions["whatsapp-tasks"].keys._seconds = 0.0
    keys = ApiKeys(database)
    operator = ConsoleOperator(app.test_client(), keys.create("Ann", ("admin",), 1)).log_in()
    operator.state()
    keys.put(dataclasses.replace(operator.key, scopes=("read",)))
    assert operator.client.get("/console/state").status_code == 401
    keys.revoke(operator.key.id)
    assert operator.client.get("/console/state").status_code == 401


def test_a_session_ends_when_it_rests_too_long_and_in_any_case(
    make_app: Callable[..., Flask], database: Database
) -> None:
    Accounts(database).add("default", 1)
    key = ApiKeys(database).create("Ann", ("admin",), 1)

    def ttl_after_a_look(**changes: Any) -> int:
        database.do("DEL", *database.texts("KEYS", "wa:console:*") or ["none"])
        ConsoleOperator(make_app(**changes).test_client(), key).log_in().state()
        [name] = database.texts("KEYS", "wa:console:session:*")
        return database.number("PTTL", name)

    assert 50_000 < ttl_after_a_look(console_idle_seconds=60) <= 60_000
    assert 20_000 < ttl_after_a_look(console_idle_seconds=60, console_longest_seconds=30) <= 30_000


def test_pages_may_load_nothing_from_elsewhere_and_run_nothing_inline(operator: ConsoleOperator) -> None:
    operator.log_in()
    page = operator.client.get("/")
    policy = page.headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.text
    assert "style=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.text.count("://") == 0


def test_files_are_served_by_name_alone(client: FlaskClient) -> None:
    for name, kind in (
        ("main.js", "text/javascript"),
        ("console.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
    ):
        answer = client.get(f"/console/files/{name}")
        assert (answer.status_code, answer.mimetype) == (200, kind)
    for name in ("nothing.js", "..%2Fdocs.js", "console.html"):
        assert problem(client.get(f"/console/files/{name}"), 404) == "not_found"


def test_while_redis_is_away_a_person_gets_a_page_that_says_so() -> None:
    settings = Settings(REDIS_URL="redis://127.0.0.1:1/0")
    app = create_app(settings, Database.connect(settings))
    answer = app.test_client().get("/")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "Redis is unavailable" in answer.text
    assert answer.headers["Refresh"]


def test_the_keys_that_attempts_leave_are_short(operator: ConsoleOperator, database: Database) -> None:
    """Issue 12, row 15: whatever is entered as an id, and by whom."""
    operator.submit("z" * 60_000, "no")
    operator.submit(operator.key.id, operator.key.secrets[0])
    assert max(len(key) for key in database.texts("KEYS", "*")) < 200
