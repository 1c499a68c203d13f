"""Replies over the API, on a real Redis: issue 16, point 4."""

import json
from typing import Any

import pytest

from tests.integration.webapp.conftest import PHONE, Caller, problem
from tests.support.ledger_rig import LedgerRig
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.messages import Message


@pytest.fixture
def sent(caller: Caller, database: Database) -> Message:
    """A message that is in its chat."""
    rig = LedgerRig(database)
    message = rig.claimed(phone=PHONE)
    rig.ledger.note(message, rig.fence, bubble_id="3EB0AA")
    assert rig.advance(message, Status.SENT, fence=rig.fence)
    return rig.get(message.id)


def shown(caller: Caller, message_id: str) -> dict[str, Any]:
    return dict(caller.get(f"/messages/{message_id}").json or {})


def test_a_reply_is_accepted_and_shown(caller: Caller, sent: Message) -> None:
    fields = {"phone": PHONE, "message": "Yes", "reply_to": sent.id, "reply_policy": "send_plain"}
    answer = caller.post("/send", fields)
    assert answer.status_code == 202, answer.text
    view = shown(caller, (answer.json or {})["id"])
    assert (view["reply_to"], view["reply_policy"], view["quoted"]) == (sent.id, "send_plain", None)
    plain = shown(caller, sent.id)
    assert (plain["reply_to"], plain["reply_policy"], plain["quoted"]) == (None, None, None)


def test_what_may_not_be_replied_to_is_422_and_names_the_field(caller: Caller, sent: Message) -> None:
    answer = caller.post("/send", {"phone": "+4915112345679", "message": "Yes", "reply_to": sent.id})
    assert problem(answer, 422) == "reply_to_elsewhere"
    assert (answer.json or {})["errors"] == [
        {"field": "reply_to", "message": "names a message of another chat"}
    ]


def test_the_same_key_with_another_reply_to_is_a_conflict(caller: Caller, sent: Message) -> None:
    body = {"phone": PHONE, "message": "Yes", "idempotency_key": "k"}
    assert caller.post("/send", {**body, "reply_to": sent.id}).status_code == 202
    assert problem(caller.post("/send", body), 409) == "idempotency_conflict"


def test_each_message_of_a_batch_is_judged_on_its_own(caller: Caller, sent: Message) -> None:
    messages = [
        {"phone": PHONE, "message": "one", "reply_to": sent.id},
        {"phone": PHONE, "message": "two", "reply_to": "f" * 32 + "-default"},
        {"phone": PHONE, "template": {"name": "a", "language": "en"}, "reply_to": sent.id},
    ]
    answer = caller.post("/messages:batch", {"messages": messages})
    items = json.loads(answer.data)["items"]
    assert [item["outcome"] for item in items] == ["accepted", "refused", "refused"]
    assert [item["problem"]["code"] for item in items[1:]] == ["reply_to_unknown", "template_unknown"]
    assert shown(caller, items[0]["id"])["reply_to"] == sent.id


def test_a_template_may_make_the_text_of_a_reply(caller: Caller, sent: Message) -> None:
    caller.call("PUT", "/templates/ready/en", {"text": "Ready"})
    fields = {"phone": PHONE, "template": {"name": "ready", "language": "en"}, "reply_to": sent.id}
    answer = caller.post("/send", fields)
    assert answer.status_code == 202, answer.text
    view = shown(caller, (answer.json or {})["id"])
    assert (view["message"], view["reply_to"]) == ("Ready", sent.id)
