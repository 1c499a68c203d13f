"""The live page at the console: who may have it, what the viewer is told, and what is logged."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from tests.integration.webapp.conftest import problem
from tests.integration.webapp.console_operator import ConsoleOperator
from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.hand import Ended
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.hands import Hands
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.sessions import Sessions

HAND = "/console/accounts/default/hand"
SECONDS = 20.0
JPEG = b"\xff\xd8 a picture"


def operator_of(client: FlaskClient, database: Database, name: str) -> ConsoleOperator:
    return ConsoleOperator(client, ApiKeys(database).create(name, ("admin",), 1)).log_in()


@pytest.fixture
def operator(client: FlaskClient, database: Database) -> ConsoleOperator:
    Sessions(database, "default").beat({"worker": "worker 1", "browser_running": True}, ttl_seconds=60)
    return operator_of(client, database, "Ann")


def opened(operator: ConsoleOperator) -> str:
    """What the operator's browser has to show with each request."""
    answer = operator.post(HAND)
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return str(answer.json["view"])


def see(operator: ConsoleOperator, view: str, seen: str = "") -> Any:
    return operator.client.get(HAND, query_string={"seen": seen}, headers={"X-View": view})


def do(operator: ConsoleOperator, view: str, what: str, fields: Any = None) -> Any:
    return operator.post(f"{HAND}/{what}", fields, **{"X-View": view})


def id_of(view: str) -> str:
    return view.partition(".")[0]


@contextmanager
def worker(database: Database, view: str, **answers: Any) -> Iterator[list[dict[str, Any]]]:
    """Takes the orders of the view, and answers what ``look`` or ``act`` say; gives the orders."""
    desk, orders, over = Hands(database, "default").desk(id_of(view)), [], threading.Event()

    def work() -> None:
        while not over.is_set():
            order = desk.next(0.05)
            if order is not None:
                orders.append(order)
                desk.answer(order, answers[order["do"]])

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield orders
    finally:
        over.set()
        thread.join(SECONDS)
        desk.close()


LOOK = {
    "ok": True,
    "picture": "/9ggYSBwaWN0dXJl",
    "digest": "d1",
    "idle_left_seconds": 299,
    "masked": True,
}


def test_a_person_opens_sees_acts_and_gives_back(operator: ConsoleOperator, database: Database) -> None:
    view = opened(operator)
    assert Pauses(database, "default").all()["operator_view"]["author"] == "Ann"
    with worker(database, view, look=LOOK, act={"ok": True}) as orders:
        seen = see(operator, view, "d0")
        assert (seen.status_code, seen.mimetype, seen.data) == (200, "image/jpeg", JPEG)
        assert (seen.headers["X-Picture"], seen.headers["X-Idle-Left"], seen.headers["X-Masked"]) == (
            *("d1", "299"),
            "1",
        )
        assert seen.headers["Cache-Control"] == "no-store"
        acted = do(operator, view, "act", {"kind": "click", "x": 0, "y": 0.5})
        assert acted.status_code == 200, acted.text
    assert [order["do"] for order in orders] == ["look", "act"]
    assert orders[0]["seen"] == "d0"
    assert orders[1]["action"] == {"kind": "click", "x": 0, "y": 0.5}
    assert do(operator, view, "close").status_code == 200
    assert Pauses(database, "default").all() == {}
    assert problem(see(operator, view), 410) == "view_over"


def test_a_picture_that_was_seen_is_not_sent_again(operator: ConsoleOperator, database: Database) -> None:
    view = opened(operator)
    with worker(database, view, look={**LOOK, "picture": ""}):
        answer = see(operator, view, "d1")
    assert (answer.status_code, answer.data, answer.headers["X-Picture"]) == (204, b"", "d1")


def test_viewing_is_a_reveal_and_in_the_log_with_its_author(
    operator: ConsoleOperator, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        view = opened(operator)
        with worker(database, view, act={"ok": True}):
            do(operator, view, "act", {"kind": "type", "text": "hunter2"})
    [told] = [record.__dict__ for record in caplog.records if record.message == "Revealed at the console"]
    assert (told["what"], told["account"], told["key"]) == ("page", "default", "Ann")
    assert "hunter2" not in str([record.__dict__ for record in caplog.records])
    assert id_of(view) not in str([record.__dict__ for record in caplog.records])


def test_a_second_person_is_told_who_has_it_and_since_when(
    operator: ConsoleOperator, database: Database, app: Any
) -> None:
    view = opened(operator)
    bob = operator_of(app.test_client(), database, "Bob")
    refused = bob.post(HAND)
    assert problem(refused, 409) == "page_in_hand"
    assert refused.json is not None
    assert "Ann has had the page of 'default' open since" in refused.json["detail"]
    assert refused.json["author"] == "Ann"
    assert id_of(view) not in refused.text
    [account] = bob.state()["accounts"]
    assert [(pause["reason"], pause["author"]) for pause in account["pauses"]] == [("operator_view", "Ann")]
    assert id_of(view) not in json.dumps(bob.state()), "the view's id is for its viewer alone"
    assert problem(bob.post("/console/accounts/default/order", {"order": "restart"}), 409) == "page_in_hand"


def test_a_view_is_for_the_login_that_opened_it(
    operator: ConsoleOperator, database: Database, app: Any
) -> None:
    """Also another login of the same person has to open the page itself, whatever it knows of the view."""
    view = opened(operator)
    bob = operator_of(app.test_client(), database, "Bob")
    elsewhere = ConsoleOperator(app.test_client(), operator.key).log_in()
    for other in (bob, elsewhere):
        for shown in (view, id_of(view), ""):
            assert problem(see(other, shown), 410) == "view_over"
            for what in ("act", "close"):
                assert (
                    problem(do(other, shown, what, {"kind": "stay"} if what == "act" else {}), 410)
                    == "view_over"
                )
    assert see(operator, view).status_code == 202
    assert problem(see(operator, id_of(view)), 410) == "view_over"


def test_another_operator_may_end_a_view(operator: ConsoleOperator, database: Database, app: Any) -> None:
    view = opened(operator)
    bob = operator_of(app.test_client(), database, "Bob")
    assert bob.post("/console/accounts/default/resume", {"reason": "operator_view"}).status_code == 200
    over = see(operator, view)
    assert problem(over, 410) == "view_over"
    assert over.json is not None
    assert "Another operator ended your view" in over.json["detail"]


@pytest.mark.parametrize("why", sorted(Ended))
def test_the_viewer_is_told_why_the_view_is_over_and_what_to_do(
    operator: ConsoleOperator, database: Database, why: Ended
) -> None:
    view = opened(operator)
    Hands(database, "default").end(id_of(view), why, "worker", 1)
    answer = do(operator, view, "act", {"kind": "stay"})
    assert problem(answer, 410) == "view_over"
    assert answer.json is not None
    assert "pen" in answer.json["detail"], "each says how to go on: open it again"


def test_nobody_is_lent_a_page_without_a_worker(operator: ConsoleOperator, database: Database) -> None:
    database.do("DEL", "wa:{default}:heartbeat")
    assert problem(operator.post(HAND), 409) == "worker_not_running"
    assert Pauses(database, "default").all() == {}


def test_who_waits_is_told_for_what(
    operator: ConsoleOperator, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = opened(operator)
    answer = see(operator, view)
    assert answer.status_code == 202
    assert answer.json == {"waiting": "The worker is about to give you the page."}
    database.do("DEL", "wa:{default}:heartbeat")
    answer = see(operator, view)
    assert answer.json is not None
    assert answer.json["waiting"].startswith("The worker is away.")
    refused = do(operator, view, "act", {"kind": "stay"})
    assert problem(refused, 409) == "worker_failed"


@pytest.mark.parametrize("path", ["", "/act", "/close"])
def test_every_change_needs_a_session_its_token_and_our_origin(
    operator: ConsoleOperator, app: Any, path: str
) -> None:
    target, fields = HAND + path, {"kind": "stay"} if path.endswith("act") else {}
    assert problem(app.test_client().post(target, json=fields), 401) == "console_session_missing"
    assert problem(operator.client.post(target, json=fields), 403) == "console_token_invalid"
    for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert problem(operator.post(target, fields, **header), 403) == "console_token_invalid"


def test_seeing_needs_a_session_of_an_admin(operator: ConsoleOperator, database: Database, app: Any) -> None:
    view = opened(operator)
    assert problem(app.test_client().get(HAND, headers={"X-View": view}), 401) == "console_session_missing"
    ApiKeys(database).revoke(operator.key.id)
    app.extensions["whatsapp-tasks"].keys._known.clear()
    assert problem(see(operator, view), 401) == "console_session_missing"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "reload"},
        {"kind": "click", "x": 2, "y": 0},
        {"kind": "click", "x": "0", "y": 0},
        {"kind": "type"},
        {"kind": "type", "text": "a\u0007"},
        {"kind": "key", "key": "F12"},
        {"kind": "stay", "script": "alert(1)"},
    ],
)
def test_an_action_that_is_none_is_refused(operator: ConsoleOperator, fields: dict[str, Any]) -> None:
    assert problem(do(operator, opened(operator), "act", fields), 422) == "request_invalid"


@pytest.mark.parametrize("target", ["/console/hand/nobody", "/console/accounts/nobody/hand"])
def test_an_account_that_is_not_there(operator: ConsoleOperator, target: str) -> None:
    assert problem(operator.client.get(target), 404) == "account_unknown"


# the link


def test_the_link_leads_through_the_login_to_the_page(operator: ConsoleOperator, app: Any) -> None:
    client = app.test_client()
    sent_away = client.get("/console/hand/default")
    assert (sent_away.status_code, sent_away.headers["Location"]) == (
        303,
        "/login?to=%2Fconsole%2Fhand%2Fdefault",
    )
    form = client.get(sent_away.headers["Location"]).text
    assert 'name="to" value="/console/hand/default"' in form
    token = form.partition('name="token" value="')[2].partition('"')[0]
    fields = {"key": operator.key.id, "secret": operator.key.secrets[0], "token": token}
    arrived = client.post("/login", data={**fields, "to": "/console/hand/default"})
    assert (arrived.status_code, arrived.headers["Location"]) == (303, "/console/hand/default")
    assert "The page of default" in client.get("/console/hand/default").text
    assert Pauses(operator_database(app), "default").all() == {}, "following a link lends nothing"


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/console/hand/default",
        "//evil.example",
        "/console/hand/../../logout",
        "/console/hand/default/x",
        "/console/hand/DEFAULT",
        "/console/hand/default\n",
        "",
    ],
)
def test_the_login_leads_nowhere_else(operator: ConsoleOperator, to: str) -> None:
    assert operator.client.get("/login", query_string={"to": to}).headers["Location"] == "/"


def operator_database(app: Any) -> Database:
    database: Database = app.extensions["whatsapp-tasks"].database
    return database


def test_the_command_prints_the_link(settings: Settings, operator: ConsoleOperator) -> None:
    def run(*arguments: str) -> str:
        environment = {"REDIS_URL": settings.redis_url, "WHATSAPP_WEB_PORT": "8123"}
        result = CliRunner().invoke(cli, ["hand", *arguments], env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    assert run("default") == "http://127.0.0.1:8123/console/hand/default\n"
    assert run("--url", "https://wa.example/").startswith("https://wa.example/console/hand/default\n")
    opened(operator)
    assert "Ann has the page open in the console now" in run()
    with pytest.raises(RequestRefused, match="There is no account"):
        run("nobody")
