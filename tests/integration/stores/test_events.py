"""Events: written with the change they tell of, or not at all."""

import json

import pytest

from tests.integration.stores.desk import NOW, Desk
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.domain.statuses import TRANSITIONS, Status
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.metrics import Metrics
from whatsapp_tasks.stores.sessions import Sessions


@pytest.fixture
def desk(database: Database) -> Desk:
    desk = Desk(database)
    database.do("DEL", desk.keys.events, desk.keys.metrics)  # those of linking
    return desk


def told(desk: Desk) -> list[tuple[str, str]]:
    """Type and code of all events, oldest first."""
    entries = EventLog(desk.database, desk.account).after("0-0", 1000)
    return [(str(event.type), event.code) for _, event in entries if event is not None]


def test_an_accepted_message_has_its_event_and_its_count(desk: Desk) -> None:
    message = desk.accept(metadata={"order": 7})
    log = EventLog(desk.database, desk.account)
    [(place, event)] = log.after("0-0", 10)
    assert event is not None
    assert (event.type, event.subject, event.at_ms) == (EventType.QUEUED, message.id, NOW)
    assert log.after(place, 10) == []
    assert log.messages([event])[message.id]["metadata"] == {"order": 7}
    assert Metrics(desk.database, desk.account).read().by("messages", "status") == {"queued": 1}


def test_a_message_that_is_not_accepted_has_none(desk: Desk) -> None:
    new = desk.new()
    desk.admission.accept(new)
    desk.admission.accept(new)
    desk.admission.accept(desk.new(identity=new.identity))
    assert len(told(desk)) == 1


def test_each_change_of_status_has_one_event_but_the_worker_s_own_matters(desk: Desk) -> None:
    message = desk.accept()
    for status in (Status.SENDING, Status.QUEUED, Status.SENDING, Status.UNKNOWN, Status.SENT, Status.READ):
        assert desk.ledger.advance(message, status, NOW, fence=desk.fence, code=f"code-{status}", due_ms=NOW)
    assert not desk.ledger.advance(message, Status.SENT, NOW, fence=desk.fence)
    assert told(desk) == [
        ("message.queued", ""),
        ("message.unknown", "code-unknown"),
        ("message.sent", "code-sent"),
        ("message.read", "code-read"),
    ]
    counts = Metrics(desk.database, desk.account).read().by("messages", "status")
    assert counts == {"queued": 1, "unknown": 1, "sent": 1, "read": 1}


@pytest.mark.parametrize("status", sorted(TRANSITIONS[Status.QUEUED] - {Status.SENDING}))
def test_each_end_of_a_queued_message_has_an_event(desk: Desk, status: Status) -> None:
    message = desk.accept()
    assert desk.ledger.advance(message, status, NOW)
    assert told(desk)[1:] == [(f"message.{status}", "")]


def test_a_worker_that_lost_its_lease_writes_neither_change_nor_event(desk: Desk) -> None:
    message = desk.accept()
    with pytest.raises(LeaseLost):
        desk.ledger.advance(message, Status.SENT, NOW, fence=desk.fence - 1)
    with pytest.raises(LeaseLost):
        Sessions(desk.database, desk.account).apply(
            SessionEvent.LOGGED_OUT, NOW, reason="r", actor="a", fence=desk.fence - 1
        )
    assert len(told(desk)) == 1


def test_a_change_of_the_session_is_told_and_a_person_called_where_one_is_needed(desk: Desk) -> None:
    sessions = Sessions(desk.database, desk.account)
    for event, reason in [
        (SessionEvent.LOGGED_IN, "chat_list_shown"),  # no change: it is so already
        (SessionEvent.LOGGED_OUT, "unexpected_logout"),
        (SessionEvent.LOGGED_IN, "chat_list_shown"),
    ]:
        sessions.apply(event, NOW, reason=reason, actor="worker 7", fence=desk.fence)
    assert told(desk) == [
        ("session.state", "unexpected_logout"),
        ("session.attention", "unexpected_logout"),
        ("session.state", "chat_list_shown"),
    ]
    newest = EventLog(desk.database, desk.account).latest(1)[0]
    assert (newest.details["from"], newest.details["to"]) == ("QR_PENDING", "AUTHENTICATED")


def test_what_no_script_writes_can_be_published(desk: Desk) -> None:
    log = EventLog(desk.database, desk.account)
    log.publish(EventType.RECEIVED, "in-1", NOW, {"chat": "c1"})
    assert [e.details for e in log.latest(5)] == [{"chat": "c1"}]


def test_the_stream_is_trimmed_and_knows_how_much_is_gone(desk: Desk) -> None:
    for _ in range(5):
        desk.accept()
    log = EventLog(desk.database, desk.account)
    desk.database.do("XTRIM", desk.keys.events, "MAXLEN", 2)
    assert (log.added(), log.trimmed()) == (5, 3)
    assert EventLog(desk.database, "nobody").trimmed() == 0


def test_an_entry_that_is_not_understood_keeps_its_place(desk: Desk) -> None:
    desk.database.do("XADD", desk.keys.events, "*", "type", "message.danced", "odd", json.dumps([1]))
    [(place, event)] = EventLog(desk.database, desk.account).after("0-0", 10)
    assert event is None
    assert place
