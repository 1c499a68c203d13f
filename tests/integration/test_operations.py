"""Commands to an account, on a real Redis; what they are refused with is the same for all who ask."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.circuit import CLOSED, CircuitRules
from whatsapp_tasks.domain.restrictions import Permission
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.operations import RESUMABLE, Operations, PauseReason
from whatsapp_tasks.queues import RESTART_TASK, control_queue, messages_queue
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.circuits import Circuits
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import Lease
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.requests import WorkerRequests
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.tasks import steering

NOW = 1_790_000_000.0


@pytest.fixture
def operations(database: Database, settings: Settings) -> Operations:
    Accounts(database).add("default", 1)
    return Operations(database, settings, "default", lambda: NOW).existing()


@pytest.fixture
def worker(database: Database) -> None:
    Sessions(database, "default").beat({"worker": "w1"}, 60)


def be(database: Database, *events: SessionEvent) -> None:
    for event in events:
        Sessions(database, "default").apply(event, 1, reason="test", actor="test", fence=None)


def refused(call: Any, *arguments: Any) -> str:
    with pytest.raises(RequestRefused) as caught:
        call(*arguments)
    return caught.value.code


def test_an_unknown_account_is_refused(database: Database, settings: Settings) -> None:
    assert refused(Operations(database, settings, "nobody").existing) == "account_unknown"


def test_a_pause_keeps_its_first_author_and_stops_sending(
    operations: Operations, database: Database, worker: None
) -> None:
    be(database, SessionEvent.LOGGED_IN)
    assert operations.overview().sends is Permission.ALL
    assert operations.pause("ada", "lunch")
    assert not operations.pause("bob", "dinner")
    [pause] = operations.overview().pauses
    assert (pause.reason, pause.author, pause.note) == ("operator", "ada", "lunch")
    assert pause.since_ms == NOW * 1000
    assert operations.overview().sends is Permission.NOTHING
    assert [operations.resume("bob"), operations.resume("bob")] == [True, False]
    assert operations.overview().sends is Permission.ALL


def test_resuming_the_circuit_closes_it(operations: Operations, database: Database) -> None:
    lease = Lease(database, "default", 60)
    lease.acquire()
    Circuits(database, "default").put(CLOSED.opened(CircuitRules(), 0), lease.fence)
    operations.resume("ada", PauseReason.CIRCUIT)
    assert Circuits(database, "default").get() == CLOSED


def test_a_ban_is_cleared_and_not_resumed(operations: Operations, database: Database) -> None:
    assert PauseReason.BAN not in RESUMABLE
    be(database, SessionEvent.LOGGED_IN, SessionEvent.BAN_SIGNAL, SessionEvent.BAN_CONFIRMED)
    Pauses(database, "default").set(PauseReason.BAN, "engine", 1)
    assert operations.clear_ban("ada") == "INIT"
    assert operations.pauses() == []
    assert refused(operations.clear_ban, "ada") == "nothing_to_clear"


def test_without_a_worker_nothing_is_ordered_nor_asked(operations: Operations, database: Database) -> None:
    for call in (operations.restart, operations.log_out, operations.qr):
        assert refused(call) == "worker_not_running"
    for ask in (operations.screenshot, operations.examine):
        assert refused(ask, 1.0) == "worker_not_running"
    assert refused(operations.pairing_code, "+4915112345678", 1.0) == "worker_not_running"
    assert database.number("LLEN", control_queue("default")) == 0


def test_an_order_is_on_the_workers_control_queue(
    operations: Operations, database: Database, worker: None
) -> None:
    order_id = operations.restart()
    [entry] = database.texts("LRANGE", control_queue("default"), 0, -1)
    headers = json.loads(entry)["headers"]
    assert (headers["id"], headers["task"]) == (order_id, RESTART_TASK)


def test_a_worker_that_says_nothing_is_told_apart_from_one_that_could_not(
    operations: Operations, monkeypatch: pytest.MonkeyPatch, worker: None
) -> None:
    assert refused(operations.examine, 0.1) == "worker_no_answer"
    answers = [SimpleNamespace(ok=False, payload={"code": "page_failed", "message": "it hangs"})] * 3
    monkeypatch.setattr(WorkerRequests, "await_answer", lambda *_: answers.pop())
    assert refused(operations.examine, 1.0) == "worker_failed"
    assert refused(operations.screenshot, 1.0) == "worker_failed"
    assert refused(operations.pairing_code, "+4915112345678", 1.0) == "worker_failed"
    monkeypatch.setattr(WorkerRequests, "await_answer", lambda *_: SimpleNamespace(ok=True, payload={}))
    assert refused(operations.screenshot, 1.0) == "worker_failed"  # without a picture


def test_a_code_that_is_not_shown_says_why(operations: Operations, database: Database, worker: None) -> None:
    assert refused(operations.qr) == "qr_not_shown"
    Sessions(database, "default").show_qr("2@x", 1)
    assert operations.qr() == "2@x"
    Sessions(database, "default").hide_qr()
    be(database, SessionEvent.LOGGED_IN)
    assert refused(operations.qr) == "account_linked"


def test_flowers_commands_are_these(
    operations: Operations, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = SimpleNamespace(settings=settings, account="default", now_ms=lambda: 5)
    monkeypatch.setattr(
        steering, "runtime", lambda: SimpleNamespace(session=SimpleNamespace(context=context))
    )
    queue = messages_queue("default")
    assert "ok" in steering.cancel_consumer(None, queue)
    [pause] = operations.pauses()
    assert (pause.reason, pause.author, pause.since_ms) == ("operator", steering.AUTHOR, 5)
    assert steering.add_consumer(None, queue) == {"ok": "the account is resumed"}
    assert operations.pauses() == []
