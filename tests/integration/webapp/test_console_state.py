"""What the console gets, and what it does not get."""

import json

import pytest
from flask.testing import FlaskClient

from tests.integration.webapp.console_operator import ConsoleOperator
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.evidence import Evidence, EvidenceIndex
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions

PHONE = "+4915112345678"
TEXT = "a text that is nobody's business"


@pytest.fixture
def operator(client: FlaskClient, database: Database) -> ConsoleOperator:
    return ConsoleOperator(client, ApiKeys(database).create("Ann", ("admin",), 1)).log_in()


@pytest.fixture
def dispatcher(database: Database, settings: Settings) -> Dispatcher:
    return Dispatcher(database, settings)


def in_doubt(dispatcher: Dispatcher, text: str = TEXT) -> str:
    """A message that is unknown, as a worker would have left it."""
    ledger, message_id = dispatcher.ledger("default"), dispatcher.send(MessageRequest(PHONE, text)).id
    message = ledger.get(message_id)
    assert message is not None
    assert ledger.advance(message, Status.SENDING, 2, fence=None)
    assert ledger.advance(
        message, Status.UNKNOWN, 3, code="still_pending", error=("still_pending", "No tick.")
    )
    return message_id


def test_an_account_that_was_just_added(operator: ConsoleOperator) -> None:
    [account] = operator.state()["accounts"]
    assert account["state"] == "INIT"
    assert account["worker"] is None
    assert account["failure"] is None
    assert account["queue"] == {"open": 0, "scheduled": 0, "unknown": 0}
    assert account["day"]["sent"] == [0] * 48


def test_numbers_are_masked_and_texts_left_out(operator: ConsoleOperator, dispatcher: Dispatcher) -> None:
    message_id = dispatcher.send(MessageRequest(PHONE, TEXT)).id
    state = operator.state()
    [message] = state["messages"]
    assert (message["id"], message["phone"], message["status"]) == (message_id, "+49•••••••••78", "queued")
    assert PHONE[4:] not in json.dumps(state)
    assert TEXT not in json.dumps(state)


def test_all_that_is_in_doubt_is_told_however_old(operator: ConsoleOperator, dispatcher: Dispatcher) -> None:
    doubtful = in_doubt(dispatcher)
    for number in range(35):
        dispatcher.send(MessageRequest(PHONE, f"later {number}"))
    state = operator.state()
    assert [message["id"] for message in state["in_doubt"]] == [doubtful]
    assert doubtful not in [message["id"] for message in state["messages"]]
    assert state["in_doubt"][0]["error"] == {"code": "still_pending", "message": "No tick."}


def test_an_answer_that_says_nothing_new_is_not_repeated(
    operator: ConsoleOperator, dispatcher: Dispatcher
) -> None:
    first = operator.client.get("/console/state")
    same = operator.client.get("/console/state", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    dispatcher.send(MessageRequest(PHONE, TEXT))
    after = operator.client.get("/console/state", headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["ETag"] != first.headers["ETag"]


def test_pauses_name_their_author_by_the_label_of_his_key(
    operator: ConsoleOperator, database: Database
) -> None:
    Pauses(database, "default").set(PauseReason.OPERATOR, operator.key.id, 5, "new phone")
    Pauses(database, "default").set(PauseReason.MEMORY, "worker process 1 on host", 6)
    pauses = operator.state()["accounts"][0]["pauses"]
    assert [(p["reason"], p["author"], p["note"]) for p in pauses] == [
        ("operator", "Ann", "new phone"),
        ("memory", "worker process 1 on host", ""),
    ]


def test_the_worker_and_its_memory(operator: ConsoleOperator, database: Database) -> None:
    facts = {
        "worker": "worker process 7 on host",
        "at_ms": 1_790_000_012_345,
        "browser_running": True,
        "busy_with": None,
        "memory": {"pss_mb": 300.5, "anon_mb": 200.25},
    }
    Sessions(database, "default").beat(facts, ttl_seconds=9)
    Sessions(database, "default").count_cure("start_first")
    [account] = operator.state()["accounts"]
    assert account["worker"]["beat_ms"] == 1_790_000_010_000
    assert account["worker"]["memory_mb"] == 200.25
    assert account["cures"] == {"start_first": 1}


def test_the_newest_failure_stands_beside_the_account(operator: ConsoleOperator, database: Database) -> None:
    index = EvidenceIndex(database, "default")
    for n in range(3):
        evidence = Evidence(
            f"default_{n:013d}_0000000{n}",
            "default",
            n,
            f"code_{n}",
            "why",
            "AUTHENTICATED",
            None,
            True,
            True,
        )
        index.add(evidence, keep_count=2, keep_ms=10**12)
    failure = operator.state()["accounts"][0]["failure"]
    assert (failure["code"], failure["picture"]) == ("code_2", True)
    assert index.get("default_0000000000000_00000000") is None
    assert index.get("default_0000000000001_00000001") is not None


def test_the_day_counts_each_message_once_and_reads_only_what_is_new(
    operator: ConsoleOperator, database: Database
) -> None:
    log, now_ms = EventLog(database, "default"), int(database.do("TIME")[0]) * 1000
    for kind in (EventType.SENT, EventType.DELIVERED, EventType.READ):
        log.publish(kind, "one", now_ms, {})
    log.publish(EventType.DELIVERED, "two", now_ms, {})
    log.publish(EventType.FAILED, "three", now_ms, {})
    day = operator.state()["accounts"][0]["day"]
    assert (sum(day["sent"]), sum(day["failed"])) == (2, 1)
    log.publish(EventType.READ, "two", now_ms, {})
    log.publish(EventType.UNKNOWN, "four", now_ms, {})
    day = operator.state()["accounts"][0]["day"]
    assert (sum(day["sent"]), sum(day["failed"])) == (2, 2)


def test_several_accounts_are_told_apart(operator: ConsoleOperator, database: Database) -> None:
    Accounts(database).add("shop", 1)
    assert [account["account"] for account in operator.state()["accounts"]] == ["default", "shop"]
