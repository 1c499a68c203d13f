"""What an operator does at the console has the same outcome as over the API, and is in the log."""

import io
import json
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.integration.webapp.conftest import problem
from tests.integration.webapp.console_operator import ConsoleOperator
from tests.integration.webapp.test_console_state import PHONE, TEXT, in_doubt
from tests.support.pictures import PDF, picture
from webapp.services import EXTENSION, Services
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.files.uploads import Offer
from whatsapp_tasks.queues import LOGOUT_TASK, RESTART_TASK, control_queue
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions

ACCOUNT = "/console/accounts/default"


@pytest.fixture
def operator(client: FlaskClient, database: Database) -> ConsoleOperator:
    return ConsoleOperator(client, ApiKeys(database).create("Ann", ("admin",), 1)).log_in()


@pytest.fixture
def dispatcher(database: Database, settings: Settings) -> Dispatcher:
    return Dispatcher(database, settings)


def test_pause_and_resume(operator: ConsoleOperator, database: Database) -> None:
    pauses = Pauses(database, "default")
    assert operator.post(f"{ACCOUNT}/pause", {"note": "why"}).status_code == 200
    assert pauses.all()["operator"]["author"] == operator.key.label
    assert pauses.all()["operator"]["note"] == "why"
    pauses.set(PauseReason.REDIS, "worker", 1)
    answer = operator.post(f"{ACCOUNT}/resume")
    assert answer.json is not None
    assert [pause["reason"] for pause in answer.json["pauses"]] == ["redis"]
    operator.post(f"{ACCOUNT}/resume", {"reason": "redis"})
    assert pauses.all() == {}


def test_a_ban_is_not_ended_as_a_pause_but_cleared(operator: ConsoleOperator, database: Database) -> None:
    sessions, pauses = Sessions(database, "default"), Pauses(database, "default")
    assert problem(operator.post(f"{ACCOUNT}/clear-ban"), 409) == "nothing_to_clear"
    for event in (SessionEvent.BAN_SIGNAL, SessionEvent.BAN_CONFIRMED):
        sessions.apply(event, 1, reason="ban", actor="worker", fence=None)
    pauses.set(PauseReason.BAN, "worker", 1)
    assert problem(operator.post(f"{ACCOUNT}/resume", {"reason": "ban"}), 422) == "request_invalid"
    assert operator.post(f"{ACCOUNT}/clear-ban").status_code == 200
    assert (sessions.get().state, sessions.get().actor) == ("INIT", operator.key.label)
    assert pauses.all() == {}


@pytest.mark.parametrize(("order", "task"), [("restart", RESTART_TASK), ("logout", LOGOUT_TASK)])
def test_orders_go_to_the_workers_control_queue(
    operator: ConsoleOperator, database: Database, order: str, task: str
) -> None:
    fields = {"order": order}
    assert problem(operator.post(f"{ACCOUNT}/order", fields), 409) == "worker_not_running"
    Sessions(database, "default").beat({"worker": "worker 1"}, ttl_seconds=9)
    assert operator.post(f"{ACCOUNT}/order", fields).status_code == 200
    [entry] = database.texts("LRANGE", control_queue("default"), 0, -1)
    assert json.loads(entry)["headers"]["task"] == task


def test_settling_writes_who_and_why(operator: ConsoleOperator, dispatcher: Dispatcher) -> None:
    message_id = in_doubt(dispatcher)
    answer = operator.post(f"/console/messages/{message_id}/resolve", {"status": "sent", "note": "seen"})
    assert answer.status_code == 200
    message = dispatcher.get(message_id)
    assert (message.status, message.resolved_by, message.resolution_note) == (
        "sent",
        operator.key.label,
        "seen",
    )
    again = operator.post(f"/console/messages/{message_id}/resolve", {"status": "failed"})
    assert problem(again, 409) == "not_resolvable"


def test_withdrawing(operator: ConsoleOperator, dispatcher: Dispatcher) -> None:
    message_id = dispatcher.send(MessageRequest(PHONE, TEXT)).id
    assert operator.post(f"/console/messages/{message_id}/cancel").status_code == 200
    assert dispatcher.get(message_id).status == "cancelled"


def test_what_is_revealed_is_logged_without_being_told(
    operator: ConsoleOperator, dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    message_id = dispatcher.send(MessageRequest(PHONE, TEXT)).id
    with caplog.at_level(logging.INFO):
        phone = operator.post(f"/console/messages/{message_id}/reveal", {"what": "phone"})
        text = operator.post(f"/console/messages/{message_id}/reveal", {"what": "text"})
    assert (phone.json, text.json) == ({"value": PHONE}, {"value": TEXT})
    told = [record for record in caplog.records if record.message == "Revealed at the console"]
    assert [(r.__dict__["what"], r.__dict__["message_id"], r.__dict__["key"]) for r in told] == [
        ("phone", message_id, operator.key.label),
        ("text", message_id, operator.key.label),
    ]
    assert PHONE not in str([record.__dict__ for record in told])
    assert problem(operator.post("/console/messages/nothing/reveal", {"what": "phone"}), 404)


def test_the_qr_code_is_shown_while_there_is_one(operator: ConsoleOperator, database: Database) -> None:
    assert problem(operator.client.get(f"{ACCOUNT}/qr.svg"), 409) == "worker_not_running"
    Sessions(database, "default").beat({"worker": "worker 1"}, ttl_seconds=9)
    assert problem(operator.client.get(f"{ACCOUNT}/qr.svg"), 404) == "qr_not_shown"
    Sessions(database, "default").show_qr("2@abc", 1)
    answer = operator.client.get(f"{ACCOUNT}/qr.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert operator.state()["accounts"][0]["qr"]
    assert "2@abc" not in json.dumps(operator.state())


@pytest.mark.parametrize("target", ["pause", "resume", "clear-ban", "order", "pairing-code"])
def test_an_account_that_is_not_there(operator: ConsoleOperator, target: str) -> None:
    fields = {"order": {"order": "restart"}, "pairing-code": {"phone": PHONE}}.get(target)
    assert problem(operator.post(f"/console/accounts/nobody/{target}", fields), 404) == "account_unknown"


# files (issue 15)


def test_the_name_and_the_picture_of_a_file_are_revealed_and_logged(
    operator: ConsoleOperator, app: Flask, dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    """The list shows kind and size; a name is private like a text."""
    content = picture("PNG", size=(2000, 1000))
    message_id = with_file(app, dispatcher, content, "Passport of A. Person.png")
    [shown] = operator.state()["messages"]
    assert shown["file"] == {"kind": "image", "size": len(content), "is_picture": True}
    assert "Passport" not in str(operator.state())
    with caplog.at_level(logging.INFO):
        name = operator.post(f"/console/messages/{message_id}/reveal", {"what": "file"})
        small = operator.client.get(f"/console/messages/{message_id}/thumbnail.jpg")
    assert name.json == {"value": "Passport of A. Person.png"}
    assert (small.status_code, small.mimetype) == (200, "image/jpeg")
    assert small.headers["Cache-Control"] == "no-store"
    with Image.open(io.BytesIO(small.data)) as opened:
        assert opened.size == (320, 160)
    told = [record.__dict__ for record in caplog.records if record.message == "Revealed at the console"]
    assert [(fields["what"], fields["message_id"], fields["key"]) for fields in told] == [
        ("file", message_id, operator.key.label),
        ("thumbnail", message_id, operator.key.label),
    ]
    assert "Passport" not in str(told)


def test_there_is_no_thumbnail_of_anything_else(
    operator: ConsoleOperator, app: Flask, dispatcher: Dispatcher
) -> None:
    document = with_file(app, dispatcher, PDF, "a.pdf")
    text = dispatcher.send(MessageRequest(PHONE, TEXT)).id
    for message_id in (document, text):
        answer = operator.client.get(f"/console/messages/{message_id}/thumbnail.jpg")
        assert problem(answer, 404) == "thumbnail_not_found"
    files = {shown["id"]: shown["file"] for shown in operator.state()["messages"]}
    assert files == {document: {"kind": "document", "size": len(PDF), "is_picture": False}, text: None}


def with_file(app: Flask, dispatcher: Dispatcher, content: bytes, name: str) -> str:
    parts: Services = app.extensions[EXTENSION]
    with parts.uploads.contents.drafts.draft(len(content)) as draft:
        draft.write(content)
        upload = parts.uploads.add(Offer("key", name), draft)
    return dispatcher.send(MessageRequest(PHONE, TEXT, file=FileRequest(id=upload.id))).id
