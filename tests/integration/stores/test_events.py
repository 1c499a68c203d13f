"""Events: written together with their change, or not at all."""

import json

import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.domain.statuses import TRANSITIONS, Status
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.metrics import Metrics
from whatsapp_tasks.stores.sessions import Sessions


@pytest.fixture
def rig(database: Database) -> LedgerRig:
    rig = LedgerRig(database)
    database.do("DEL", rig.keys.events, rig.keys.metrics)  # those of linking
    return rig


def told(rig: LedgerRig) -> list[tuple[str, str]]:
    """Type and code of all events, oldest first."""
    entries = EventLog(rig.database, rig.account).after("0-0", 1000)
    return [(str(event.type), event.code) for _, event in entries if event is not None]


def test_an_accepted_message_has_its_event_and_its_count(rig: LedgerRig) -> None:
    message = rig.accept(metadata={"order": 7})
    log = EventLog(rig.database, rig.account)
    [(place, event)] = log.after("0-0", 10)
    assert event is not None
    assert (event.type, event.subject, event.at_ms) == (EventType.QUEUED, message.id, NOW)
    assert log.after(place, 10) == []
    assert log.messages([event])[message.id]["metadata"] == {"order": 7}
    assert Metrics(rig.database, rig.account).read().by("messages", "status") == {"queued": 1}


def test_a_message_that_is_not_accepted_has_none(rig: LedgerRig) -> None:
    new = rig.new()
    rig.admission.accept(new)
    rig.admission.accept(new)
    rig.admission.accept(rig.new(identity=new.identity))
    assert len(told(rig)) == 1


def test_each_change_of_status_has_one_event_but_the_worker_s_own_matters(rig: LedgerRig) -> None:
    message = rig.accept()
    for status in (Status.SENDING, Status.QUEUED, Status.SENDING, Status.UNKNOWN, Status.SENT, Status.READ):
        assert rig.ledger.advance(message, status, NOW, fence=rig.fence, code=f"code-{status}", due_ms=NOW)
    assert not rig.ledger.advance(message, Status.SENT, NOW, fence=rig.fence)
    assert told(rig) == [
        ("message.queued", ""),
        ("message.unknown", "code-unknown"),
        ("message.sent", "code-sent"),
        ("message.read", "code-read"),
    ]
    counts = Metrics(rig.database, rig.account).read().by("messages", "status")
    assert counts == {"queued": 1, "unknown": 1, "sent": 1, "read": 1}


@pytest.mark.parametrize("status", sorted(TRANSITIONS[Status.QUEUED] - {Status.SENDING}))
def test_each_end_of_a_queued_message_has_an_event(rig: LedgerRig, status: Status) -> None:
    message = rig.accept()
    assert rig.ledger.advance(message, status, NOW)
    assert told(rig)[1:] == [(f"message.{status}", "")]


def test_a_worker_that_lost_its_lease_writes_neither_change_nor_event(rig: LedgerRig) -> None:
    message = rig.accept()
    with pytest.raises(LeaseLost):
        rig.ledger.advance(message, Status.SENT, NOW, fence=rig.fence - 1)
    with pytest.raises(LeaseLost):
        Sessions(rig.database, rig.account).apply(
            SessionEvent.LOGGED_OUT, NOW, reason="r", actor="a", fence=rig.fence - 1
        )
    assert len(told(rig)) == 1


def test_a_change_of_the_session_is_reported_and_a_person_called_where_one_is_needed(
    rig: LedgerRig,
) -> None:
    sessions = Sessions(rig.database, rig.account)
    for event, reason in [
        (SessionEvent.LOGGED_IN, "chat_list_shown"),  # no change: it is so already
        (SessionEvent.LOGGED_OUT, "unexpected_logout"),
        (SessionEvent.LOGGED_IN, "chat_list_shown"),
    ]:
        sessions.apply(event, NOW, reason=reason, actor="worker 7", fence=rig.fence)
    assert told(rig) == [
        ("session.state", "unexpected_logout"),
        ("session.attention", "unexpected_logout"),
        ("session.state", "chat_list_shown"),
    ]
    newest = EventLog(rig.database, rig.account).latest(1)[0]
    assert (newest.details["from"], newest.details["to"]) == ("QR_PENDING", "AUTHENTICATED")


def test_what_no_script_writes_can_be_published(rig: LedgerRig) -> None:
    log = EventLog(rig.database, rig.account)
    log.publish(EventType.RECEIVED, "in-1", NOW, {"chat": "c1"})
    assert [e.details for e in log.latest(5)] == [{"chat": "c1"}]


def test_the_stream_is_trimmed_and_knows_how_much_is_gone(rig: LedgerRig) -> None:
    for _ in range(5):
        rig.accept()
    log = EventLog(rig.database, rig.account)
    rig.database.do("XTRIM", rig.keys.events, "MAXLEN", 2)
    assert (log.added(), log.trimmed()) == (5, 3)
    assert EventLog(rig.database, "nobody").trimmed() == 0


def test_an_entry_that_is_not_understood_keeps_its_place(rig: LedgerRig) -> None:
    rig.database.do("XADD", rig.keys.events, "*", "type", "message.danced", "odd", json.dumps([1]))
    [(place, event)] = EventLog(rig.database, rig.account).after("0-0", 10)
    assert event is None
    assert place
