"""GET /messages and what is done to one of them."""

import time

import pytest

from tests.integration.webapp.conftest import PHONE, Caller, problem
from webapp.console.state import message_state
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.keys import AccountKeys
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.messages import Message

OTHER = "+4915112345679"


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database, "default", retention_ms=100_000, follow_ms=100_000)


def sent_ids(caller: Caller, count: int, **fields: str) -> list[str]:
    answers = [caller.send(message=f"Text {n}", **fields).json for n in range(count)]
    return [answer["id"] for answer in answers if answer]


def test_an_unknown_id_is_a_404(caller: Caller) -> None:
    assert problem(caller.get("/messages/0123456789abcdef"), 404) == "message_not_found"


def test_the_list_goes_from_new_to_old_and_page_by_page(caller: Caller) -> None:
    ids = []
    for number in range(7):
        ids += sent_ids(caller, 1, idempotency_key=f"k{number}")
    seen: list[str] = []
    cursor = ""
    while True:
        page = caller.get(f"/messages?limit=3{cursor}").json
        assert page is not None
        seen += [message["id"] for message in page["messages"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert sorted(seen) == sorted(ids)
    assert len(seen) == len(set(seen))


def test_messages_accepted_meanwhile_do_not_shift_the_pages(caller: Caller) -> None:
    ids = sent_ids(caller, 5)
    first = caller.get("/messages?limit=2").json
    sent_ids(caller, 4, phone=OTHER)
    assert first is not None
    rest = caller.get(f"/messages?limit=10&cursor={first['next_cursor']}").json

    assert rest is not None
    seen = [m["id"] for m in first["messages"]] + [m["id"] for m in rest["messages"]]
    assert sorted(seen) == sorted(ids)


def test_the_list_is_filtered_by_status_phone_and_account(
    caller: Caller, database: Database, ledger: Ledger
) -> None:
    Accounts(database).add("sales", 1)
    (here,) = sent_ids(caller, 1)
    (other,) = sent_ids(caller, 1, phone=OTHER)
    (sales,) = sent_ids(caller, 1, account="sales")
    caller.call("DELETE", f"/messages/{other}")

    def ids(query: str) -> set[str]:
        page = caller.get(f"/messages{query}").json
        assert page is not None
        return {message["id"] for message in page["messages"]}

    assert ids("") == {here, other, sales}
    assert ids("?status=cancelled") == {other}
    assert ids("?status=queued&account=default") == {here}
    assert ids("?account=sales") == {sales}
    assert ids("?phone=%2B4915112345679") == {other}
    assert ids("?phone=+4915112345679") == {other}  # a plus that was not encoded
    assert ids("?account=nobody") == set()


def test_the_pages_of_several_accounts_are_one_list(caller: Caller, database: Database) -> None:
    ids = []
    for account in ("a", "b", "c"):
        Accounts(database).add(account, 1)
    for number in range(9):
        ids += sent_ids(caller, 1, account="abc"[number % 3], idempotency_key=str(number))
        time.sleep(0.002)
    seen: list[str] = []
    cursor = ""
    while True:
        page = caller.get(f"/messages?limit=2{cursor}").json
        assert page is not None
        seen += [message["id"] for message in page["messages"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert seen == ids[::-1]


def test_a_record_that_is_gone_is_dropped_from_the_list(caller: Caller, database: Database) -> None:
    kept, gone = sent_ids(caller, 2)
    database.do("DEL", AccountKeys("default").message(gone))
    page = caller.get("/messages").json

    assert page is not None
    assert [message["id"] for message in page["messages"]] == [kept]
    assert database.texts("ZRANGE", AccountKeys("default").log, 0, -1) == [kept]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%201", "limit"),
        ("limit=", "limit"),
        ("status=lost", "status"),
        ("status=sent&status=read", "status"),
        ("cursor=1", "cursor"),
        ("cursor=1-G", "cursor"),
        ("page=2", "page"),
    ],
)
def test_a_bad_parameter_is_named(query: str, field: str, caller: Caller) -> None:
    answer = caller.get(f"/messages?{query}")

    assert problem(answer, 422) == "query_invalid"
    assert answer.json is not None
    assert [e["field"] for e in answer.json["errors"]] == [field]


def test_a_queued_message_can_be_cancelled_twice(caller: Caller) -> None:
    (message_id,) = sent_ids(caller, 1)

    for _ in range(2):
        answer = caller.call("DELETE", f"/messages/{message_id}")
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["status"] == "cancelled"
        assert [entry["status"] for entry in answer.json["timeline"]] == ["queued", "cancelled"]


def test_a_message_in_the_workers_hands_cannot_be_cancelled(
    caller: Caller, database: Database, ledger: Ledger
) -> None:
    (message_id,) = sent_ids(caller, 1)
    assert ledger.advance(Dispatcher(database, caller.settings).get(message_id), Status.SENDING, 1)

    answer = caller.call("DELETE", f"/messages/{message_id}")
    assert problem(answer, 409) == "not_cancellable"
    assert answer.json is not None
    assert "sending" in answer.json["detail"]


def tried_in_vain(ledger: Ledger, message: Message) -> Message:
    """Queued again after an attempt whose failure left a picture."""
    begun = ledger.advance(message, Status.SENDING, 2)
    assert begun is not None
    error = ("wrong_chat", "The chat bears another number.")
    tried = ledger.advance(
        begun, Status.QUEUED, 3, code=error[0], error=error, evidence_id="default_1_00000000"
    )
    assert tried is not None
    return tried


@pytest.mark.parametrize(
    ("then", "explained"),
    [
        ([], True),
        ([(Status.SENDING, None)], False),
        ([(Status.SENDING, None), (Status.QUEUED, "paused")], False),
        ([(Status.SENDING, None), (Status.SENT, None)], False),
        ([(Status.SENDING, None), (Status.SENT, None), (Status.READ, None)], False),
        ([(Status.CANCELLED, None)], False),
    ],
    ids=lambda each: "-".join(status for status, _ in each) if isinstance(each, list) else str(each),
)
def test_an_error_of_an_earlier_attempt_is_shown_only_while_it_is_the_reason(
    caller: Caller, database: Database, ledger: Ledger, then: list[tuple[Status, str | None]], explained: bool
) -> None:
    """Issue 11, C15: a message that was read carried the error, and the picture, of an attempt before."""
    (message_id,) = sent_ids(caller, 1)
    dispatcher = Dispatcher(database, caller.settings)
    message = tried_in_vain(ledger, dispatcher.get(message_id))
    for moment, (status, code) in enumerate(then, start=4):
        moved = ledger.advance(message, status, moment, code=code)
        assert moved is not None
        message = moved
    shown = caller.get(f"/messages/{message_id}").json
    assert shown is not None
    error = {"code": "wrong_chat", "message": "The chat bears another number."}
    assert shown["error"] == (
        {**error, "evidence": "/evidence/default_1_00000000.jpg"} if explained else None
    )
    assert "wrong_chat" in [entry.get("code") for entry in shown["timeline"]]
    row = message_state(dispatcher.get(message_id))
    assert (row["error"], row["evidence"]) == ((error, "default_1_00000000") if explained else (None, None))


def in_doubt(caller: Caller, dispatcher: Dispatcher, ledger: Ledger) -> str:
    (message_id,) = sent_ids(caller, 1)
    message = dispatcher.get(message_id)
    assert ledger.advance(message, Status.SENDING, 1)
    assert ledger.advance(message, Status.UNKNOWN, 2, code="chat_unclear", error=("chat_unclear", "?"))
    return message_id


@pytest.mark.parametrize("status", ["sent", "failed"])
def test_a_person_settles_a_message_in_doubt(
    status: str, caller: Caller, database: Database, ledger: Ledger
) -> None:
    message_id = in_doubt(caller, Dispatcher(database, caller.settings), ledger)

    answer = caller.post(f"/messages/{message_id}/resolve", {"status": status, "note": "I looked"})

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == status
    assert answer.json["resolution"] == {"by": caller.key.label, "note": "I looked"}
    assert answer.json["timeline"][-1]["code"] == "resolved"
    again = caller.post(f"/messages/{message_id}/resolve", {"status": status})
    assert problem(again, 409) == "not_resolvable"


def test_only_a_message_in_doubt_can_be_settled(caller: Caller, database: Database, ledger: Ledger) -> None:
    (queued,) = sent_ids(caller, 1)
    answer = caller.post(f"/messages/{queued}/resolve", {"status": "failed"})
    assert problem(answer, 409) == "not_resolvable"

    message = Dispatcher(database, caller.settings).get(queued)
    ledger.advance(message, Status.SENDING, 1)
    answer = caller.post(f"/messages/{queued}/resolve", {"status": "sent"})
    assert problem(answer, 409) == "not_resolvable"


@pytest.mark.parametrize("fields", [{}, {"status": "read"}, {"status": "sent", "note": "x" * 501}])
def test_a_bad_resolution_is_refused(fields: dict[str, str], caller: Caller) -> None:
    assert problem(caller.post("/messages/0/resolve", fields), 422) == "request_invalid"


def test_the_answer_shows_phone_and_text_but_no_digest(caller: Caller) -> None:
    (message_id,) = sent_ids(caller, 1)
    shown = caller.get(f"/messages/{message_id}").json

    assert shown is not None
    assert shown["phone"] == PHONE
    assert not {"content", "identity", "digest", "intent", "fence", "source"} & set(shown)
