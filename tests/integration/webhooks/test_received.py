"""Received messages at their receivers: what is told, in which order, and what is kept of it."""

import pytest

from tests.integration.stores.desk import NOW, Desk
from tests.integration.webhooks.conftest import MakeReceiver, Office
from tests.integration.webhooks.receiver import Receiver, answer
from whatsapp_tasks.domain.incoming import Findings, Notice
from whatsapp_tasks.stores.incoming import Incoming

ADA = "+49 1511 2345678"


@pytest.fixture
def incoming(desk: Desk) -> Incoming:
    return Incoming(desk.database, desk.account)


def write(incoming: Incoming, desk: Desk, *notices: Notice) -> None:
    findings = Findings({}, notices)
    assert incoming.write(findings, frozenset(), fence=desk.fence, now_ms=NOW, first=True)


def test_it_is_told_once_and_then_nothing_is_kept(
    office: Office, desk: Desk, incoming: Incoming, receiver: Receiver
) -> None:
    orders = office.endpoint(receiver, events=("message.received",))
    desk.accept()
    write(incoming, desk, Notice(ADA, 2, 2, "Good day", "+4915112345678"))
    office.until_quiet()
    [request] = receiver.received
    assert request.envelope["type"] == "message.received"
    assert request.envelope["data"] == {
        "chat": ADA, "phone": "+4915112345678", "unread": 2, "new": 2, "preview": "Good day",
    }  # fmt: skip
    assert orders.counts() == {"waiting": 0, "running": 0, "dead": 0}
    assert _anywhere(desk, "Good day") == []


def test_the_filter_of_another_endpoint_keeps_it_away(
    office: Office, desk: Desk, incoming: Incoming, make_receiver: MakeReceiver
) -> None:
    everything, session_only = make_receiver(), make_receiver()
    office.endpoint(everything, "all", events=("message.*",))
    office.endpoint(session_only, "sessions", events=("session.*", "message.sent"))
    write(incoming, desk, Notice("Ada", 1, 1, "Good day"))
    office.until_quiet()
    assert [r.envelope["data"]["phone"] for r in everything.received] == [None]
    assert session_only.received == []


def test_what_nobody_wants_is_not_kept_either(office: Office, desk: Desk, incoming: Incoming) -> None:
    write(incoming, desk, Notice(ADA, 1, 1, "Good day"))
    assert _anywhere(desk, "Good day")
    office.until_quiet()
    assert _anywhere(desk, "Good day") == []


def test_a_chat_is_told_in_its_order_and_another_chat_does_not_wait_for_it(
    office: Office, desk: Desk, incoming: Incoming, receiver: Receiver
) -> None:
    office.endpoint(receiver)
    receiver.behave = answer(500)
    write(
        incoming, desk, Notice(ADA, 1, 1, "first"), Notice(ADA, 2, 1, "second"), Notice("Bo", 1, 1, "other")
    )
    office.until_quiet()
    assert sorted(r.envelope["data"]["preview"] for r in receiver.received) == ["first", "other"]
    receiver.behave = answer(204)
    office.clock.ahead += 7
    office.until_quiet()
    told = [r.envelope["data"]["preview"] for r in receiver.received if r.envelope["data"]["chat"] == ADA]
    assert told == ["first", "first", "second"]


def _anywhere(desk: Desk, text: str) -> list[str]:
    """Keys of Redis in whose value the text stands."""
    database = desk.database
    commands: dict[str | None, tuple[str | int, ...]] = {
        "hash": ("HGETALL",),
        "string": ("GET",),
        "list": ("LRANGE", 0, -1),
        "stream": ("XRANGE", "-", "+"),
    }
    found = []
    for key in database.texts("KEYS", "*"):
        command = commands.get(database.text("TYPE", key))
        if command and text in str(database.do(command[0], key, *command[1:])):
            found.append(key)
    return found
