"""POST /send on a real Redis."""

from tests.integration.webapp.conftest import PHONE, Caller
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.queues import messages_list
from whatsapp_tasks.stores.connection import Database


def test_a_signed_message_is_accepted_once_and_can_be_looked_at(caller: Caller, database: Database) -> None:
    answer = caller.send(metadata={"order": 7})

    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["status"] == "queued"
    assert answer.json["duplicate"] is False
    assert answer.headers["Location"] == answer.json["links"]["self"]
    shown = caller.get(answer.json["links"]["self"]).json
    assert shown is not None
    assert (shown["phone"], shown["message"], shown["metadata"]) == (PHONE, "Hello", {"order": 7})
    assert [entry["status"] for entry in shown["timeline"]] == ["queued"]
    assert database.number("LLEN", messages_list("default", Priority.NORMAL)) == 1


def test_the_same_message_again_is_answered_with_the_first_id(caller: Caller, database: Database) -> None:
    first = caller.send().json
    again = caller.send().json

    assert first is not None
    assert again is not None
    assert again["id"] == first["id"]
    assert again["duplicate"] is True
    assert database.number("LLEN", messages_list("default", Priority.NORMAL)) == 1
