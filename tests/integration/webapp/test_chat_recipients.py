"""Messages to chats without a phone, over the API: issue 16, build 5."""

import pytest

from tests.integration.webapp.conftest import PHONE, Caller, problem
from tests.support.http_server import HttpServer
from tests.support.ledger_rig import DAY, LedgerRig
from whatsapp_tasks.client import Client
from whatsapp_tasks.domain.chats import ChatKind, Sighting
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.chats import Chats
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.inbox import Inbox


def seen(database: Database) -> dict[str, str]:
    """The ids of two chats of ``default``, by kind."""
    rig = LedgerRig(database)
    chats, inbox = Chats(database, "default"), Inbox(database, "default", kept_ms=DAY)
    ids = {}
    for title, kind in (("Choir", ChatKind.GROUP), ("@fay", ChatKind.PERSON)):
        chat = chats.recognised(Sighting(title, kind, bubbles=(title,)), rig.now, rig.fence)
        inbox.write(chat, [], missed="0", read=[], stays="", fence=rig.fence, now_ms=rig.now)
        ids[str(kind)] = chat.id
    rig.lease.release()
    return ids


@pytest.fixture
def group(caller: Caller, database: Database) -> str:
    return seen(database)["group"]


def test_a_message_to_a_group_is_accepted_and_shown(caller: Caller, group: str) -> None:
    body = {"to": {"chat": group}, "message": "Rehearsal at 8"}
    answer = caller.post("/send", body)
    assert answer.status_code == 202, answer.text
    view = caller.get((answer.json or {})["links"]["self"]).json or {}
    assert (view["phone"], view["chat"], view["message"]) == (None, group, "Rehearsal at 8")
    assert (caller.post("/send", body).json or {})["duplicate"]
    plain = caller.post("/send", {"phone": PHONE, "message": "Hi"})
    shown = caller.get((plain.json or {})["links"]["self"]).json or {}
    assert (shown["phone"], shown["chat"]) == (PHONE, None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "recipient_missing"),
        ({"phone": None}, "recipient_missing"),
        ({"phone": PHONE, "to": {"chat": "GROUP"}}, "recipient_ambiguous"),
        ({"to": {}}, "request_invalid"),
        ({"to": {"phone": PHONE}}, "request_invalid"),
        ({"to": {"chat": "Choir"}}, "chat_invalid"),
        ({"to": {"chat": "0" * 32 + "-default"}}, "chat_unknown"),
        ({"to": {"chat": "0" * 32 + "-other"}}, "chat_elsewhere"),
    ],
)
def test_a_recipient_is_one_and_known(caller: Caller, group: str, fields: object, code: str) -> None:
    assert isinstance(fields, dict)
    named = {**fields, "to": {"chat": group}} if fields.get("to") == {"chat": "GROUP"} else fields
    answer = caller.post("/send", {"message": "Hi", **named})
    assert problem(answer, 422) == code
    assert len((answer.json or {})["errors"]) >= 1
    assert (caller.get("/messages").json or {})["messages"] == []


def test_each_message_of_a_batch_has_its_recipient(caller: Caller, group: str) -> None:
    messages = [
        {"to": {"chat": group}, "message": "one"},
        {"phone": PHONE, "message": "two"},
        {"message": "x"},
    ]
    items = (caller.post("/messages:batch", {"messages": messages}).json or {})["items"]
    assert [item["outcome"] for item in items] == ["accepted", "accepted", "refused"]
    assert items[2]["problem"]["code"] == "recipient_missing"


def test_a_chat_can_be_on_the_opt_out_list(caller: Caller, group: str) -> None:
    """An operator may stop what goes to a group; no member can."""
    assert (caller.call("PUT", f"/opt-outs/{group}").json or {}) == {
        "phone": group,
        "opted_out": True,
        "source": None,
    }
    body = {"to": {"chat": group}, "message": "Hi"}
    assert problem(caller.post("/send", body), 422) == "recipient_opted_out"
    assert (caller.get("/opt-outs").json or {})["phones"] == [group]
    assert (caller.call("DELETE", f"/opt-outs/{group}").json or {})["opted_out"] is False
    assert caller.post("/send", body).status_code == 202


def test_groups_are_listed_by_their_kind(caller: Caller, group: str) -> None:
    found = (caller.get("/chats?kind=group").json or {})["chats"]
    assert [(chat["id"], chat["kind"], chat["closed"]) for chat in found] == [(group, "group", None)]
    assert len((caller.get("/chats").json or {})["chats"]) == 2
    assert problem(caller.get("/chats?kind=room"), 422) == "query_invalid"


def test_the_client_sends_to_chats(served: HttpServer, served_key: ApiKey, database: Database) -> None:
    person = seen(database)["person"]
    with Client(served.url, served_key.id, served_key.secrets[0]) as client:
        [listed] = client.chats(kind="person")
        accepted = client.send(message="Hi", chat=listed["id"])
        assert client.message(accepted["id"])["chat"] == person
