"""The table of routes, the application and the document agree."""

import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from webapp import create_app
from webapp.guards import Guard
from webapp.operations import OPERATIONS, Operation
from webapp.problem_codes import KINDS
from webapp.sends import SCOPE
from webapp.well_formed import CHECK_THEMSELVES
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def app() -> Flask:
    settings = Settings(REDIS_URL="redis://127.0.0.1:1/0")
    return create_app(settings, Database.connect(settings))


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json is not None
    return dict(answer.json)


def test_every_route_is_in_the_table_and_the_other_way_round(app: Flask) -> None:
    routes = {
        (method, rule.rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
        if rule.endpoint.partition(".")[0] not in ("openapi", "docs")
        and not rule.endpoint.startswith("console_")
    }
    assert routes == {(o.method, o.rule, o.endpoint) for o in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.endpoint)
def test_the_guard_asks_for_the_scope_in_the_table(operation: Operation, app: Flask) -> None:
    checks = app.before_request_funcs.get(operation.endpoint.partition(".")[0], [])
    owners = [getattr(check, "__self__", None) for check in checks]
    scopes = [owner.scopes[operation.method] for owner in owners if isinstance(owner, Guard)]
    if operation.endpoint in CHECK_THEMSELVES:
        scopes.append(SCOPE)  # which asks for it by itself
    assert scopes == ([operation.scope] if operation.scope else [])


def test_every_view_has_a_docstring(app: Flask) -> None:
    assert [name for name, view in app.view_functions.items() if not view.__doc__] == []


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(references(value) for value in node.values()))
        if isinstance(node, list):
            return set().union(*(references(item) for item in node))
        return set()

    for reference in references(document):
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target


def patterns_in(part: Any) -> list[str]:
    if isinstance(part, list):
        return [pattern for each in part for pattern in patterns_in(each)]
    if not isinstance(part, dict):
        return []
    own = [part["pattern"]] if isinstance(part.get("pattern"), str) else []
    return own + [pattern for each in part.values() for pattern in patterns_in(each)]


def test_no_pattern_of_a_field_takes_digits_and_letters_of_any_script(document: dict[str, Any]) -> None:
    """What comes after it reads ASCII: a cursor with Arabic digits was an internal error."""
    patterns = patterns_in(document)
    assert patterns
    assert [pattern for pattern in patterns if re.search(r"\\[dws]", pattern)] == []


FILE_ID = "0" * 32


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({}, False),
        ({"message": ""}, False),
        ({"file": None, "template": None}, False),
        ({"message": "Hello"}, True),
        ({"file": {"id": FILE_ID}}, True),
        ({"file": {"url": "https://example.com/a.pdf", "id": None}}, True),
        ({"file": {}}, False),
        ({"file": {"name": "a.pdf"}}, False),
        ({"file": {"id": None, "url": None}}, False),
        ({"file": {"id": FILE_ID, "url": "https://example.com/a.pdf"}}, False),
        ({"message": "", "template": {"name": "order_ready", "language": "en"}}, True),
        ({"message": "Hello", "idempotency_key": " "}, False),
        ({"message": "Hello", "idempotency_key": "order 7"}, True),
    ],
)
def test_the_document_says_what_a_message_needs(
    fields: dict[str, Any], fits: bool, document: dict[str, Any]
) -> None:
    """A phone alone fitted it, and was refused."""
    of_message = {"$ref": "#/components/schemas/SendRequest", "components": document["components"]}
    assert jsonschema_rs.is_valid(of_message, {"phone": "+4915112345678", **fields}) is fits


def test_the_document_names_security_for_all_but_the_probes(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for about in methods.values():
            named = [set(schemes) for schemes in about["security"]]
            if path in ("/healthz", "/readyz"):
                assert named == []
            else:
                assert named == [{"ApiKey", "Timestamp", "Signature"}]


NOT_ANSWERED = {"cli", "client", "session", "tasks"}
"""Packages whose codes the API does not pass on: a worker's become ``worker_failed``."""
OF_COMMAND_LINE = {"api_key_not_found", "webhook_exists", "webhook_invalid"}


def test_every_code_that_is_raised_anywhere_has_a_title_and_its_status() -> None:
    raised = set()
    for file in [*(ROOT / "webapp").rglob("*.py"), *(ROOT / "whatsapp_tasks").rglob("*.py")]:
        if file.relative_to(ROOT).parts[1] not in NOT_ANSWERED:
            text = file.read_text("utf-8")
            raised |= set(re.findall(r'(?:RequestRefused|_refused|_field)\(\s*"([a-z_]+)"', text))

    assert raised
    unknown = raised - set(KINDS) - OF_COMMAND_LINE
    assert not unknown, f"add to KINDS in webapp/problem_codes.py, with status and title: {unknown}"


def test_the_page_and_its_parts_are_served_and_name_no_other_host(app: Flask) -> None:
    client = app.test_client()
    for target, kind in (
        ("/docs", "text/html"),
        ("/docs/docs.js", "text/javascript"),
        ("/docs/docs.css", "text/css"),
    ):
        answer = client.get(target)
        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert "://" not in answer.text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("method", "target", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/send/", 404, "not_found"),
        ("GET", "/messages//x", 404, "not_found"),
        ("PATCH", "/send", 405, "method_not_allowed"),
        ("OPTIONS", "/send", 405, "method_not_allowed"),
        ("TRACE", "/healthz", 405, "method_not_allowed"),
    ],
)
def test_a_wrong_path_or_method_is_a_problem_without_redis(
    method: str, target: str, status: int, code: str, app: Flask
) -> None:
    answer = app.test_client().open(target, method=method)
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("order-7:retry/2", True), ("x" * 129, False), ("a b", False), ("é", False), ("", False)],
)
def test_a_request_id_is_kept_when_it_is_harmless(given: str, kept: bool, app: Flask) -> None:
    answer = app.test_client().get("/healthz", headers={"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"] == given) is kept
    assert answer.headers["X-Request-Id"]


def test_an_unexpected_error_is_a_problem_that_tells_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("the phone +4915112345678")

    monkeypatch.setitem(app.view_functions, "health.alive", fail)
    answer = app.test_client().get("/healthz")

    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "4915112345678" not in answer.text
    assert [record.message for record in caplog.records] == ["Unexpected error in a request"]
