"""Templates at the console, without a browser: who may, and what is logged (issue 16, part 9)."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.webapp.conftest import problem
from tests.integration.webapp.console_operator import ConsoleOperator
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database

PLACE = "/console/templates/order_ready/en"
TEXT = "Hi {{name}}: {{order}}"


@pytest.fixture
def operator(client: FlaskClient, database: Database) -> ConsoleOperator:
    return ConsoleOperator(client, ApiKeys(database).create("Ann", ("admin",), 1)).log_in()


def everything(operator: ConsoleOperator) -> list[Any]:
    answer = operator.client.get("/console/templates/all")
    assert answer.status_code == 200
    assert answer.json is not None
    return list(answer.json["templates"])


def test_a_template_is_kept_listed_and_deleted_and_the_log_says_by_whom(
    operator: ConsoleOperator, caplog: Any
) -> None:
    caplog.set_level(logging.INFO)
    answer = operator.post(PLACE, {"text": TEXT})
    assert answer.json is not None
    assert answer.json["outcome"] == "created"
    [kept] = everything(operator)
    assert kept == answer.json["template"]
    assert (kept["text"], kept["variables"], kept["author"]) == (TEXT, ["name", "order"], "Ann")
    assert operator.post(f"{PLACE}/delete").json == {"removed": True}
    assert operator.post(f"{PLACE}/delete").json == {"removed": False}
    assert everything(operator) == []
    told = [(r.__dict__["done"], r.__dict__["author"]) for r in caplog.records if "done" in r.__dict__]
    assert told == [("created", "Ann"), ("removed", "Ann")]
    assert TEXT not in caplog.text


def test_it_is_tried_with_some_values_and_kept_nowhere(operator: ConsoleOperator, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    fields = {"text": TEXT, "variables": {"name": "Anastasia7", "order": " ", "other": "x"}}
    answer = operator.post("/console/templates/try", fields)
    assert answer.json == {"variables": ["name", "order"], "text": "Hi Anastasia7: {{order}}"}
    wrong = {"text": "{{ name }}", "variables": {}}
    assert problem(operator.post("/console/templates/try", wrong), 422) == "template_invalid"
    assert everything(operator) == []
    assert "Anastasia7" not in caplog.text


@pytest.mark.parametrize("target", [PLACE, f"{PLACE}/delete", "/console/templates/try"])
def test_a_change_needs_a_session_and_the_token_of_the_page(
    target: str, operator: ConsoleOperator, client: FlaskClient
) -> None:
    fields = {"text": TEXT, "variables": {}}
    forged = client.post(target, json=fields)
    assert problem(forged, 403) == "console_token_invalid"
    foreign = operator.post(target, fields, **{"Sec-Fetch-Site": "cross-site"})
    assert problem(foreign, 403) == "console_token_invalid"
    client.delete_cookie("whatsapp-console")
    assert problem(client.post(target, json=fields), 401) == "console_session_missing"
    assert problem(client.get("/console/templates/all"), 401) == "console_session_missing"


def test_the_page_is_for_people_who_are_logged_in_and_loads_only_our_files(
    operator: ConsoleOperator, client: FlaskClient
) -> None:
    page = client.get("/console/templates")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    for name in ("templates.js", "templates.css", "notices.js"):
        assert client.get(f"/console/files/{name}").status_code == 200
    client.delete_cookie("whatsapp-console")
    answer = client.get("/console/templates")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?to=%2Fconsole%2Ftemplates")
    login = operator.submit(operator.key.id, operator.key.secrets[0])
    assert login.status_code == 303
