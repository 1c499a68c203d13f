"""Who may call, and that nothing else gets through."""

import re
import time
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.integration.webapp.conftest import PHONE, Caller, problem
from webapp.known_keys import KEY_CACHE_SECONDS
from webapp.operations import OPERATIONS
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.queues import messages_lists
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database

BODY = b'{"phone": "+4915112345678", "message": "Hello"}'
JSON = {"Content-Type": "application/json"}

Changes = dict[str, str | None]


def post(
    caller: Caller, changes: Changes | None = None, body: bytes = BODY, target: str = "/send"
) -> TestResponse:
    headers: Changes = {**caller.headers("POST", "/send", BODY), **JSON, **(changes or {})}
    kept = {name: value for name, value in headers.items() if value is not None}
    return caller.client.post(target, data=body, headers=kept)


def queued(database: Database) -> int:
    return sum(database.number("LLEN", name) for name in messages_lists("default"))


def test_an_unaltered_request_passes(caller: Caller) -> None:
    assert post(caller).status_code == 202


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"X-Api-Key": None}, "api_key_missing"),
        ({"X-Signature": None}, "signature_missing"),
        ({"X-Timestamp": None}, "signature_missing"),
        ({"X-Api-Key": "wak_0000000000000000"}, "signature_invalid"),
        ({"X-Api-Key": "é"}, "signature_invalid"),
        ({"X-Signature": "sha256=" + "0" * 64}, "signature_invalid"),
        ({"X-Signature": "0" * 64}, "signature_invalid"),
        ({"X-Signature": "sha256=é"}, "signature_invalid"),
        ({"X-Timestamp": "soon"}, "timestamp_invalid"),
        ({"X-Timestamp": "1e9"}, "timestamp_invalid"),
        ({"X-Timestamp": "-5"}, "timestamp_invalid"),
        ({"X-Timestamp": str(int(time.time()) - 3600)}, "timestamp_expired"),
        ({"X-Timestamp": str(int(time.time()) + 3600)}, "timestamp_expired"),
    ],
)
def test_what_is_missing_or_wrong_is_one_401_and_queues_nothing(
    changes: Changes, code: str, caller: Caller, database: Database
) -> None:
    answer = post(caller, changes)

    assert problem(answer, 401) == code
    assert "WWW-Authenticate" in answer.headers
    assert queued(database) == 0


def test_an_unknown_key_and_a_wrong_signature_look_the_same(caller: Caller) -> None:
    unknown = post(caller, {"X-Api-Key": "wak_0000000000000000"}).json
    wrong = post(caller, {"X-Signature": "sha256=" + "0" * 64}).json

    assert unknown is not None
    assert wrong is not None
    for answer in (unknown, wrong):
        del answer["request_id"]
    assert unknown == wrong


@pytest.mark.parametrize("what", ["body", "target", "method"])
def test_a_signature_covers_body_target_and_method(what: str, caller: Caller, database: Database) -> None:
    if what == "method":
        headers = caller.headers("PUT", "/send", BODY)
        answer = caller.client.post("/send", data=BODY, headers={**headers, **JSON})
    else:
        answer = post(
            caller,
            body=BODY.replace(b"Hello", b"Hullo") if what == "body" else BODY,
            target="/send?x=1" if what == "target" else "/send",
        )

    assert problem(answer, 401) == "signature_invalid"
    assert queued(database) == 0


def test_a_signature_is_accepted_once_for_a_message(caller: Caller, database: Database) -> None:
    headers = {**caller.headers("POST", "/send", BODY), **JSON}

    assert caller.client.post("/send", data=BODY, headers=headers).status_code == 202
    again = caller.client.post("/send", data=BODY, headers=headers)
    assert problem(again, 401) == "signature_replayed"
    assert queued(database) == 1


def test_a_signature_is_accepted_once_for_anything_else(caller: Caller) -> None:
    headers = caller.headers("POST", "/accounts/default/pause", b"")

    assert caller.client.post("/accounts/default/pause", headers=headers).status_code == 200
    again = caller.client.post("/accounts/default/pause", headers=headers)
    assert problem(again, 401) == "signature_replayed"


@pytest.mark.parametrize("target", ["/send?note=a%20b%2Fc&x=%C3%A9", "/send?a+b", "/send?", "/send?&&=%zz"])
def test_the_query_is_signed_exactly_as_it_was_sent(target: str, caller: Caller) -> None:
    headers = {**caller.headers("POST", target, BODY), **JSON}
    answer = caller.client.open(
        path="/send",
        query_string=target.partition("?")[2],
        method="POST",
        data=BODY,
        headers=headers,
        environ_overrides={"REQUEST_URI": target, "RAW_URI": target},
    )

    assert answer.status_code == 202


def test_both_secrets_sign_during_a_rotation(caller: Caller, database: Database) -> None:
    old = caller.key.secrets[0]
    rotated = ApiKeys(database).rotate(caller.key)

    for number, secret in enumerate((old, rotated.secrets[0])):
        caller.secret = secret
        assert caller.send(message=f"Text {number}").status_code == 202


def test_a_revoked_key_stops_working_within_seconds(caller: Caller, database: Database) -> None:
    assert caller.send().status_code == 202
    ApiKeys(database).revoke(caller.key.id)
    time.sleep(KEY_CACHE_SECONDS + 0.1)

    assert problem(caller.send(), 401) == "signature_invalid"
    assert problem(caller.get("/accounts"), 401) == "signature_invalid"


OF_GET = sorted({o.rule for o in OPERATIONS if o.method == "GET" and o.scope is not None})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("rule", OF_GET)
def test_the_id_of_a_key_opens_nothing(rule: str, method: str, caller: Caller) -> None:
    """Issue 12, row 11."""
    target = re.sub(r"<[a-z_]+>", "default", rule)
    sent = {"X-Api-Key": caller.key.id}
    assert caller.client.open(target, method=method, headers=sent).status_code == 401
    for wrong in (
        {**caller.headers(method, target, b""), "X-Signature": "sha256=" + "0" * 64},
        caller.headers(method, f"{target}?x=1", b""),
        caller.headers("POST", target, b""),
        caller.headers(method, target, b"", int(time.time()) - 3600),
    ):
        assert caller.client.open(target, method=method, headers=wrong).status_code == 401
    right = caller.headers(method, target, b"")
    assert caller.client.open(target, method=method, headers=right).status_code != 401


def test_the_signature_of_a_look_may_come_again_within_its_window(caller: Caller) -> None:
    headers = caller.headers("GET", "/accounts", b"")
    assert [caller.client.get("/accounts", headers=headers).status_code for _ in range(2)] == [200, 200]


def test_a_secret_that_was_added_a_moment_ago_signs(caller: Caller, database: Database) -> None:
    assert caller.get("/accounts").status_code == 200  # this process knows the key as it was
    caller.secret = ApiKeys(database).rotate(caller.key).secrets[0]
    assert caller.get("/accounts").status_code == 200


SCOPES = [
    ("GET", "/accounts", "read"),
    ("GET", "/accounts/default", "read"),
    ("GET", "/accounts/default/qr", "admin"),
    ("GET", "/chats/0/messages/0/media", "read"),
    ("GET", "/scans/0", "scan"),
    ("POST", "/scans/0", "scan"),
    ("GET", "/messages", "read"),
    ("GET", "/messages/0", "read"),
    ("GET", "/batches/0", "read"),
    ("GET", "/opt-outs", "read"),
    ("GET", "/opt-outs/+4915112345678", "read"),
    ("POST", "/send", "send"),
    ("POST", "/messages:batch", "send"),
    ("DELETE", "/messages/0", "send"),
    ("DELETE", "/batches/0", "send"),
    ("PUT", "/opt-outs/+4915112345678", "send"),
    ("DELETE", "/opt-outs/+4915112345678", "admin"),
    ("POST", "/messages/0/resolve", "admin"),
    ("POST", "/accounts/default/pause", "admin"),
    ("POST", "/accounts/default/resume", "admin"),
    ("POST", "/accounts/default/restart", "admin"),
    ("POST", "/accounts/default/logout", "admin"),
    ("POST", "/accounts/default/pairing-code", "admin"),
    ("GET", "/accounts/default/passkey", "admin"),
    ("POST", "/accounts/default/passkey", "admin"),
    ("GET", "/accounts/default/screenshot", "admin"),
]


@pytest.mark.parametrize(("method", "target", "scope"), SCOPES, ids=[f"{m} {t}" for m, t, _ in SCOPES])
def test_each_endpoint_asks_for_its_scope(
    method: str, target: str, scope: str, make_caller: Callable[..., Caller]
) -> None:
    others = [other for other in ("send", "read") if other != scope]
    answer = make_caller(*others).call(method, target)

    assert problem(answer, 403) == "scope_missing"
    assert answer.json is not None
    assert f"'{scope}'" in answer.json["detail"]
    assert make_caller(scope).call(method, target).status_code != 403


@pytest.mark.parametrize("scope", ["send", "read", "scan", "admin"])
def test_any_key_may_ask_what_it_may_do(scope: str, make_caller: Callable[..., Caller]) -> None:
    """Issue 16, part 10: by this, plugs know which tools to offer."""
    caller = make_caller(scope)
    assert caller.get("/key").json == {"id": caller.key.id, "label": "test", "scopes": [scope]}


def test_no_endpoint_is_without_authentication_but_the_named_ones(app: Flask) -> None:
    client = app.test_client()
    open_paths = set()
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<account>", "default").replace("<message_id>", "0")
        path = path.replace("<batch_id>", "0").replace("<phone:phone>", "+4915112345678")
        for method in (rule.methods or set()) - {"HEAD"}:
            if client.open(path, method=method).status_code != 401:
                open_paths.add(path)
    of_api = {"/healthz", "/readyz", "/openapi.json", "/docs", "/docs/docs.js", "/docs/docs.css"}
    # These lead to the login, or are it.
    of_console = {"/", "/login", "/logout", "/console/hand/default", "/console/files/<name>"}
    of_console.add("/console/templates")
    assert open_paths <= of_api | of_console


def test_unsigned_requests_pass_only_when_the_setting_says_so(
    make_app: Callable[..., Flask], caller: Caller
) -> None:
    client = make_app(signature_required=False).test_client()
    body = {"phone": PHONE, "message": "Hello"}

    assert client.post("/send", json=body, headers={"X-Api-Key": caller.key.id}).status_code == 202
    assert problem(client.post("/send", json=body), 401) == "api_key_missing"
    unknown = client.post("/send", json=body, headers={"X-Api-Key": "wak_0"})
    assert problem(unknown, 401) == "api_key_invalid"


def test_the_key_of_one_caller_does_not_sign_for_another(
    make_caller: Callable[..., Caller], database: Database
) -> None:
    one, two = make_caller("send"), make_caller("send")
    stamp = str(int(time.time()))
    headers = {
        "X-Api-Key": one.key.id,
        "X-Timestamp": stamp,
        "X-Signature": sign(two.key.secrets[0], stamp, "POST", "/send", BODY),
        **JSON,
    }

    assert problem(one.client.post("/send", data=BODY, headers=headers), 401) == "signature_invalid"
    assert queued(database) == 0


def test_a_key_without_secrets_signs_nothing(make_caller: Callable[..., Caller], database: Database) -> None:
    caller = make_caller("send")
    ApiKeys(database).put(ApiKey(caller.key.id, "empty", ("send",), 1, ()))

    assert problem(caller.send(), 401) == "signature_invalid"
