"""Accounts: how they are, their QR code, and what an operator does to them."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from tests.integration.webapp.conftest import Caller, problem
from webapp.accounts import account_view
from webapp.console.state import account_state
from webapp.services import EXTENSION, services
from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.events import envelope
from whatsapp_tasks.domain.restrictions import LockScope, Restriction, RestrictionKind
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.queues import LOGOUT_TASK, PAIRING_CODE_TASK, RESTART_TASK, SCREENSHOT_TASK, control_queue
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.requests import WorkerRequests
from whatsapp_tasks.stores.sessions import Sessions

QR = "2@abcdefgh+/=,ijklmnop,qrstuv"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database, "default")


@pytest.fixture
def with_worker(sessions: Sessions) -> None:
    sessions.beat({"worker": "w1", "at_ms": 1, "busy_with": None}, 60)


def be(sessions: Sessions, *events: SessionEvent) -> None:
    for event in events:
        sessions.apply(event, int(time.time() * 1000), reason="test", actor="test", fence=None)


def test_an_account_tells_state_pauses_queue_and_worker(
    caller: Caller, sessions: Sessions, with_worker: None, database: Database
) -> None:
    be(sessions, SessionEvent.STARTED, SessionEvent.LOGGED_IN)
    caller.send()
    view = caller.get("/accounts/default").json

    assert view is not None
    assert view["state"] == "AUTHENTICATED"
    assert view["may_send"] is True
    assert view["queue"] == {"open": 1, "scheduled": 0, "unknown": 0}
    assert view["worker"] == {"running": True, "facts": {"worker": "w1", "at_ms": 1, "busy_with": None}}
    Pauses(database, "default").set(PauseReason.BAN, "worker", 5, "seen a ban text")
    view = caller.get("/accounts/default").json
    assert view is not None
    assert view["may_send"] is False
    assert view["pauses"] == [
        {"reason": "ban", "author": "worker", "since": "1970-01-01T00:00:00.005Z", "note": "seen a ban text"}
    ]


@pytest.mark.parametrize(
    ("restriction", "replies", "sends"),
    [
        (RestrictionKind.NEW_CHATS_LOCKED, True, "replies"),
        (RestrictionKind.NEW_CHATS_USED_UP, True, "replies"),
        (RestrictionKind.NEW_CHATS_LOCKED, False, "nothing"),
        (RestrictionKind.TEMPORARY_BAN, True, "nothing"),
    ],
)
def test_a_restricted_account_sends_what_the_rule_says(  # noqa: PLR0917 - pytest hands over fixtures
    restriction: RestrictionKind,
    replies: bool,
    sends: str,
    database: Database,
    settings: Settings,
    make_app: Callable[..., Flask],
) -> None:
    """Issue 13, defect 4: API, console and command line answered "may not send" to all of them."""
    Accounts(database).add("default", 1)
    sessions = Sessions(database, "default")
    sessions.beat({"worker": "w1", "at_ms": 1, "busy_with": None}, 60)
    be(sessions, SessionEvent.STARTED, SessionEvent.LOGGED_IN)
    sessions.apply(
        SessionEvent.RESTRICTION_SEEN,
        int(time.time() * 1000),
        reason="test",
        actor="test",
        fence=None,
        restriction=Restriction(restriction, 1),
    )
    with make_app(restricted_replies=replies).app_context():
        [account] = services().all_accounts()
        view, card = account_view(account), account_state(services(), account)
    assert (view["sends"], view["may_send"], card["sends"]) == (sends, sends != "nothing", sends)
    told = {"REDIS_URL": settings.redis_url, "WHATSAPP_RESTRICTED_REPLIES": str(replies)}
    assert sends in CliRunner().invoke(cli, ["accounts", "list"], env=told).output.split()


def test_a_lock_is_told_by_api_and_metrics(caller: Caller, database: Database) -> None:
    """Issue 16, part 7."""
    sessions = Sessions(database, "default")
    be(sessions, SessionEvent.STARTED, SessionEvent.LOGGED_IN)
    view = caller.get("/accounts/default").json
    assert view is not None
    assert view["new_chats"] == {"lock": None, "scope": None, "until": None, "seen_at": None}
    lock = Restriction(RestrictionKind.NEW_CHATS_LOCKED, 1000, 90_000_000, scope=LockScope.WEB)
    sessions.apply(
        SessionEvent.RESTRICTION_SEEN, 2000, reason=lock.reason, actor="w", fence=None, restriction=lock
    )
    view = caller.get("/accounts/default").json
    assert view is not None
    assert view["new_chats"] == {
        "lock": "new_chats_locked",
        "scope": "web",
        "until": "1970-01-02T01:00:00.000Z",
        "seen_at": "1970-01-01T00:00:01.000Z",
    }
    metrics = caller.get("/metrics").text
    assert 'whatsapp_new_chats_locked{account="default",kind="new_chats_locked"} 1.0' in metrics
    assert 'whatsapp_new_chats_locked{account="default",kind="new_chats_used_up"} 0.0' in metrics
    assert 'whatsapp_new_chats_lock_end_timestamp_seconds{account="default"} 90000.0' in metrics
    [event] = EventLog(database, "default").latest(1)
    assert envelope(event, None)["data"]["restriction"] == {
        "kind": "new_chats_locked",
        "code": None,
        "scope": "web",
        "until": "1970-01-02T01:00:00.000Z",
    }


def test_the_list_holds_all_accounts(caller: Caller) -> None:
    listed = caller.get("/accounts").json
    assert listed is not None
    assert [account["account"] for account in listed["accounts"]] == ["default"]
    assert listed["accounts"][0] == caller.get("/accounts/default").json


@pytest.mark.parametrize("target", ["/accounts/nobody", "/accounts/NO", "/accounts/nobody/qr"])
def test_an_unknown_account_is_a_404(target: str, caller: Caller) -> None:
    assert problem(caller.get(target), 404) == "account_unknown"


@pytest.mark.parametrize(
    ("accept", "content_type", "begins"),
    [
        ("", "image/png", PNG),
        ("*/*", "image/png", PNG),
        ("image/*", "image/png", PNG),
        ("text/html,image/svg+xml;q=0.9,*/*;q=0.1", "image/svg+xml", b"<?xml"),
        ("application/json", "application/json", b"{"),
    ],
)
def test_the_qr_code_comes_in_the_form_that_is_accepted(
    accept: str, content_type: str, begins: bytes, caller: Caller, sessions: Sessions
) -> None:
    sessions.show_qr(QR, 1)
    answer = caller.get("/accounts/default/qr", Accept=accept)

    assert answer.status_code == 200
    assert answer.content_type.split(";")[0] == content_type
    assert answer.data.startswith(begins)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Vary"] == "Accept"


def test_the_qr_code_as_json_is_its_text(caller: Caller, sessions: Sessions) -> None:
    sessions.show_qr(QR, 1)
    answer = caller.get("/accounts/default/qr", Accept="application/json")
    assert answer.json == {"account": "default", "qr": QR}


def test_a_form_that_is_not_there_is_refused(caller: Caller, sessions: Sessions) -> None:
    sessions.show_qr(QR, 1)
    assert problem(caller.get("/accounts/default/qr", Accept="audio/mpeg"), 406) == "not_acceptable"


def test_without_a_worker_the_answer_says_how_to_start_one(caller: Caller) -> None:
    answer = caller.get("/accounts/default/qr")
    assert problem(answer, 409) == "worker_not_running"
    assert "whatsapp-tasks worker --account default" in answer.text


def test_a_linked_account_has_no_qr_code_and_says_what_to_do(
    caller: Caller, sessions: Sessions, with_worker: None
) -> None:
    be(sessions, SessionEvent.LOGGED_IN)
    answer = caller.get("/accounts/default/qr")
    assert problem(answer, 409) == "account_linked"
    assert "/logout" in answer.text


def test_a_page_that_is_loading_is_asked_again_soon(caller: Caller, with_worker: None) -> None:
    answer = caller.get("/accounts/default/qr")
    assert problem(answer, 404) == "qr_not_shown"
    assert answer.headers["Retry-After"] == "3"


def test_pause_and_resume_touch_the_operators_reason_only(caller: Caller, database: Database) -> None:
    Pauses(database, "default").set(PauseReason.MEMORY, "worker", 1)

    paused = caller.post("/accounts/default/pause", {"note": "maintenance"}).json
    again = caller.post("/accounts/default/pause", {"note": "another"}).json
    assert paused == again  # the first author, time and note stay
    assert paused is not None
    assert [p["reason"] for p in paused["pauses"]] == ["memory", "operator"]
    assert paused["pauses"][1]["author"] == caller.key.label
    assert paused["pauses"][1]["note"] == "maintenance"

    resumed = caller.post("/accounts/default/resume").json
    assert resumed == caller.post("/accounts/default/resume").json
    assert resumed is not None
    assert (resumed["paused"], [p["reason"] for p in resumed["pauses"]]) == (True, ["memory"])


def taken_task(database: Database) -> dict[str, Any]:
    text = database.text("RPOP", control_queue("default"))
    assert text is not None
    fields = json.loads(text)
    _, kwargs, _ = json.loads(base64.b64decode(fields["body"]))
    return {**fields["headers"], "kwargs": kwargs}


@pytest.mark.parametrize(("order", "task"), [("restart", RESTART_TASK), ("logout", LOGOUT_TASK)])
def test_an_order_is_put_on_the_control_queue_with_an_expiry(
    order: str, task: str, caller: Caller, database: Database, with_worker: None
) -> None:
    answer = caller.post(f"/accounts/default/{order}")

    assert answer.status_code == 202
    assert answer.json is not None
    taken = taken_task(database)
    assert (taken["task"], taken["id"]) == (task, answer.json["id"])
    assert taken["kwargs"] == {"account": "default"}
    assert 50 < datetime.fromisoformat(taken["expires"]).timestamp() - time.time() <= 60


@pytest.mark.parametrize("order", ["restart", "logout"])
def test_an_order_without_a_worker_is_refused(order: str, caller: Caller, database: Database) -> None:
    assert problem(caller.post(f"/accounts/default/{order}"), 409) == "worker_not_running"
    assert database.number("LLEN", control_queue("default")) == 0


@contextmanager
def answering(database: Database, ok: bool, payload: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """A worker that takes one task off the control queue and answers it."""
    taken: list[dict[str, Any]] = []

    def work() -> None:
        deadline = time.monotonic() + 5
        while not database.number("LLEN", control_queue("default")) and time.monotonic() < deadline:
            time.sleep(0.01)
        taken.append(taken_task(database))
        WorkerRequests(database, "default").give_answer(taken[0]["kwargs"]["request_id"], ok, payload)

    thread = threading.Thread(target=work)
    thread.start()
    yield taken
    thread.join()


def test_a_pairing_code_is_fetched_from_the_worker(
    caller: Caller, database: Database, with_worker: None
) -> None:
    with answering(database, True, {"code": "ABCD-1234"}) as taken:
        answer = caller.post("/accounts/default/pairing-code", {"phone": "+49 1511 2345678"})

    assert answer.json == {"account": "default", "code": "ABCD-1234"}
    assert taken[0]["task"] == PAIRING_CODE_TASK
    assert taken[0]["kwargs"]["phone"] == "+4915112345678"
    assert taken[0]["kwargs"]["request_id"] == taken[0]["id"]


def test_a_screenshot_is_fetched_from_the_worker(
    caller: Caller, database: Database, with_worker: None
) -> None:
    with answering(database, True, {"png": base64.b64encode(PNG).decode()}) as taken:
        answer = caller.get("/accounts/default/screenshot")

    assert (answer.content_type, answer.data) == ("image/png", PNG)
    assert answer.headers["Cache-Control"] == "no-store"
    assert taken[0]["task"] == SCREENSHOT_TASK


def test_what_the_worker_could_not_do_is_reported(
    caller: Caller, database: Database, with_worker: None
) -> None:
    with answering(database, False, {"code": "no_browser", "message": "No browser runs."}):
        answer = caller.get("/accounts/default/screenshot")

    assert problem(answer, 409) == "worker_failed"
    assert "No browser runs." in answer.text


@pytest.mark.parametrize("payload", [{}, {"png": "not base64!"}])
def test_a_picture_that_is_none_is_a_failure_of_the_worker(
    payload: dict[str, str], caller: Caller, database: Database, with_worker: None
) -> None:
    with answering(database, True, payload):
        assert problem(caller.get("/accounts/default/screenshot"), 409) == "worker_failed"


def test_a_worker_that_does_not_answer_is_a_504_and_the_task_expires(
    make_app: Callable[..., Flask], caller: Caller, database: Database, with_worker: None
) -> None:
    app = make_app()
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], answer_within_seconds=0.3)
    caller.client = app.test_client()

    begun = time.monotonic()
    answer = caller.get("/accounts/default/screenshot")

    assert problem(answer, 504) == "worker_no_answer"
    assert time.monotonic() - begun < 2
    assert datetime.fromisoformat(taken_task(database)["expires"]).timestamp() < time.time() + 0.3


def test_a_pairing_code_for_no_phone_is_refused(
    caller: Caller, database: Database, with_worker: None
) -> None:
    answer = caller.post("/accounts/default/pairing-code", {"phone": "me"})
    assert problem(answer, 422) == "phone_invalid"
    assert database.number("LLEN", control_queue("default")) == 0


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/accounts/nobody/pause"),
        ("POST", "/accounts/nobody/resume"),
        ("POST", "/accounts/nobody/restart"),
        ("POST", "/accounts/nobody/logout"),
        ("POST", "/accounts/nobody/pairing-code"),
        ("GET", "/accounts/nobody/screenshot"),
    ],
)
def test_controls_of_an_unknown_account_are_a_404(method: str, target: str, caller: Caller) -> None:
    assert problem(caller.call(method, target), 404) == "account_unknown"


def test_authors_are_labels_also_in_older_records(caller: Caller, database: Database) -> None:
    """Issue 12, row 11: the id of a key is shown to nobody."""
    caller.post("/accounts/default/pause", {"note": "new"})
    Pauses(database, "default").set(PauseReason.MEMORY, caller.key.id, 5)  # as older versions wrote it
    Pauses(database, "default").set(PauseReason.CIRCUIT, "wak_0000000000000000", 6)  # of a key that is gone
    answer = caller.get("/accounts/default")
    assert answer.json is not None
    authors = {pause["reason"]: pause["author"] for pause in answer.json["pauses"]}
    assert authors == {"operator": "test", "memory": "test", "circuit": "an API key"}
    assert "wak_" not in answer.text
