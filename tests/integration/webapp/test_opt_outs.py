"""The opt-out list over HTTP."""

import pytest

from tests.integration.webapp.conftest import Caller, problem
from tests.support.one_mobile import PAIRS
from whatsapp_tasks.stores.connection import Database


def test_a_phone_is_put_on_the_list_looked_up_and_taken_off(caller: Caller) -> None:
    def state(method: str, phone: str = "+4915112345678") -> dict[str, object]:
        answer = caller.call(method, f"/opt-outs/{phone}")
        assert answer.status_code == 200
        assert answer.json is not None
        return dict(answer.json)

    on = {"phone": "+4915112345678", "opted_out": True, "source": None}
    off = {**on, "opted_out": False}
    assert state("GET") == off
    assert state("PUT") == on
    assert state("PUT") == on
    assert state("GET", "%2B49%201511%202345678") == on  # E.164 on the list, whatever was typed
    assert caller.send().status_code == 422
    assert state("DELETE") == off
    assert state("DELETE") == off
    assert caller.send().status_code == 202


def test_who_opted_out_by_an_answer_is_told_so_until_taken_off(caller: Caller, database: Database) -> None:
    database.do("SADD", "wa:opt-outs", "+4915112345678")
    database.do("HSET", "wa:opt-out-sources", "+4915112345678", "answer")

    def source(method: str) -> object:
        return (caller.call(method, "/opt-outs/+4915112345678").json or {})["source"]

    assert source("PUT") == "answer"
    assert source("GET") == "answer"
    assert [source("DELETE"), source("PUT")] == [None, None]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_an_opt_out_covers_all_forms_of_one_mobile_issue_12_row_5(
    caller: Caller, one: str, other: str
) -> None:
    def opted_out(method: str, phone: str) -> object:
        return (caller.call(method, f"/opt-outs/{phone}").json or {})["opted_out"]

    first = caller.send(phone=other, message="queued before")
    assert first.status_code == 202
    assert opted_out("PUT", one) is True
    assert opted_out("GET", other) is True
    assert problem(caller.send(phone=other), 422) == "recipient_opted_out"
    assert problem(caller.send(phone=one), 422) == "recipient_opted_out"
    assert opted_out("DELETE", other) is False
    assert opted_out("GET", one) is False
    assert caller.send(phone=one).status_code == 202

    again = caller.send(phone=one, message="queued before").json
    assert again is not None
    assert again["duplicate"] is True  # the same text to the same person
    found = caller.get(f"/messages?phone={one.replace('+', '%2B')}").json
    assert found is not None
    assert len(found["messages"]) == 2


def test_an_old_mexican_mobile_is_taken_issue_12_row_6(caller: Caller) -> None:
    sent = caller.send(phone="+52 1 55 1234 5678").json
    assert sent is not None
    shown = caller.get(sent["links"]["self"]).json
    assert shown is not None
    assert shown["phone"] == "+525512345678"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_is_no_phone_number_is_refused(method: str, caller: Caller) -> None:
    assert problem(caller.call(method, "/opt-outs/me"), 422) == "phone_invalid"


def test_the_list_is_reported_page_by_page(caller: Caller, database: Database) -> None:
    phones = {f"+49151{n:08}" for n in range(2500)}
    database.do("SADD", "wa:opt-outs", *phones)
    told: set[str] = set()
    cursor, pages = "0", 0
    while cursor:
        page = caller.get(f"/opt-outs?limit=200&cursor={cursor}").json
        assert page is not None
        told |= set(page["phones"])
        cursor, pages = page["next_cursor"], pages + 1
    assert told == phones
    assert pages > 5


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=-1", "cursor=" + "9" * 19, "limit=0", "limit=1001", "all=1"]
)
def test_a_bad_query_is_refused(query: str, caller: Caller) -> None:
    assert problem(caller.get(f"/opt-outs?{query}"), 422) == "query_invalid"
