"""``/contacts``: checks of numbers over HTTP (issue 16, part 6)."""

import time
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from flask import Flask

from tests.integration.webapp.conftest import PHONE, Caller, problem
from tests.support.one_mobile import PAIRS
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.daily_cap import local_day
from whatsapp_tasks.domain.number_checks import Answer, NumberResult
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.keys import AccountKeys
from whatsapp_tasks.stores.leases import Lease
from whatsapp_tasks.stores.number_checks import NumberChecks
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.sessions import Sessions

BO = "+4915112345679"
AT = "2025-11-24T16:00:00.000Z"
AT_MS = 1_764_000_000_000
Fields = dict[str, Any]


class Worker:
    """The account's worker, which answers what the test says."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.store: NumberChecks = AccountStores(database, settings, "default").number_checks
        self.lease = Lease(database, "default", 60)
        assert self.lease.acquire() is None

    def answer(self, result: NumberResult, reason: str = "") -> None:
        number = self.store.next()
        assert number is not None
        answer = Answer(result, AT_MS, reason)
        self.store.settle(number, answer, self.lease.fence, AT_MS, looked_up=True)


@pytest.fixture
def worker(database: Database, settings: Settings, caller: Caller) -> Worker:
    return Worker(database, settings)


CallerWith = Callable[..., Caller]


@pytest.fixture
def caller_with(make_app: Callable[..., Flask], database: Database, settings: Settings) -> CallerWith:
    """``caller_with(setting=value)``: a caller of an application with other settings."""
    Accounts(database).add("default", 1)
    key = ApiKeys(database).create("test", ("admin",), 1)
    return lambda **changes: Caller(make_app(**changes).test_client(), key, settings)


def begun(caller: Caller, *phones: str) -> Fields:
    answer = caller.post("/contacts/check", {"phones": phones})
    assert answer.status_code == 202, answer.text
    assert answer.json is not None
    assert answer.headers["Location"] == answer.json["links"]["self"]
    return dict(answer.json)


def shown(caller: Caller, check: Fields) -> Fields:
    answer = caller.get(check["links"]["self"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def test_a_check_is_accepted_followed_and_done(caller: Caller, worker: Worker) -> None:
    check = begun(caller, "+49 1511 2345678", BO, "+12025550101")
    assert (check["status"], check["total"], check["left"], check["account"]) == ("waiting", 3, 3, "default")
    assert check["numbers"][0] == {"phone": PHONE, "result": None, "reason": None, "checked_at": None}
    worker.answer(NumberResult.REGISTERED)
    worker.answer(NumberResult.NOT_REGISTERED)
    worker.answer(NumberResult.UNKNOWN, "page_offline")
    done = shown(caller, check)
    counts = {name: done[name] for name in ("left", "registered", "not_registered", "unknown")}
    assert counts == {"left": 0, "registered": 1, "not_registered": 1, "unknown": 1}
    assert (done["status"], done["finished_at"], done["held_by"]) == ("done", AT, None)
    assert done["numbers"] == [
        {"phone": PHONE, "result": "registered", "reason": None, "checked_at": AT},
        {"phone": BO, "result": "not_registered", "reason": None, "checked_at": AT},
        {"phone": "+12025550101", "result": "unknown", "reason": "page_offline", "checked_at": AT},
    ]


def test_what_is_known_is_answered_at_once_with_its_age(caller: Caller, worker: Worker) -> None:
    begun(caller, PHONE)
    worker.answer(NumberResult.REGISTERED)
    again = begun(caller, PHONE)
    assert (again["status"], again["numbers"][0]["checked_at"]) == ("done", AT)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_all_forms_of_one_mobile_are_one_number(caller: Caller, worker: Worker, one: str, other: str) -> None:
    check = begun(caller, one, other)
    worker.answer(NumberResult.REGISTERED)
    done = shown(caller, check)
    assert [each["result"] for each in done["numbers"]] == ["registered"] * 2


def test_an_opt_out_is_answered_at_once_and_never_asked_about(
    caller: Caller, worker: Worker, database: Database
) -> None:
    OptOuts(database).add(PHONE)
    check = begun(caller, PHONE)
    assert check["status"] == "done"
    assert (check["numbers"][0]["result"], check["numbers"][0]["reason"]) == (
        "unknown",
        "recipient_opted_out",
    )
    assert worker.store.next() is None


def test_a_check_is_cancelled_once_and_its_answers_stay(caller: Caller, worker: Worker) -> None:
    check = begun(caller, PHONE, BO)
    worker.answer(NumberResult.REGISTERED)
    for _ in range(2):
        answer = caller.call("DELETE", check["links"]["self"])
        assert answer.status_code == 200
        assert answer.json is not None
        assert (answer.json["status"], answer.json["left"]) == ("cancelled", 1)
    assert worker.store.next() is None
    assert shown(caller, check)["numbers"][0]["result"] == "registered"


def test_it_says_what_look_ups_wait_for(caller_with: CallerWith, database: Database) -> None:
    caller = caller_with(number_lookups_per_day=1)
    check = begun(caller, PHONE, BO)
    assert check["held_by"] == "account"  # no worker gives signs of life
    sessions = Sessions(database, "default")
    sessions.beat({"worker": "w1", "at_ms": 1, "busy_with": None}, 60)
    sessions.apply(SessionEvent.LOGGED_IN, AT_MS, reason="test", actor="test", fence=None)
    assert shown(caller, check)["held_by"] is None
    message = caller.send().json
    assert message is not None
    assert shown(caller, check)["held_by"] == "messages"
    caller.call("DELETE", f"/messages/{message['id']}")
    day = local_day(int(time.time() * 1000), UTC)
    database.do("SET", AccountKeys("default").number_lookups(str(day)), 1)
    assert shown(caller, check)["held_by"] == "cap"


BAD_FIELDS: list[tuple[Fields, str, str]] = [
    ({"phones": []}, "request_invalid", "phones"),
    ({"phones": PHONE}, "request_invalid", "phones"),
    ({"phones": [PHONE] * 1001}, "request_invalid", "phones"),
    ({}, "request_invalid", "phones"),
    ({"phones": [PHONE], "phone": PHONE}, "request_invalid", "phone"),
    ({"phones": [PHONE, "0151", BO, "x"]}, "phone_invalid", "phones.1"),
    ({"phones": [PHONE], "account": "No Slug"}, "account_invalid", "account"),
]


@pytest.mark.parametrize(("fields", "code", "field"), BAD_FIELDS)
def test_a_wrong_request_is_refused_and_names_the_field(
    caller: Caller, fields: Fields, code: str, field: str
) -> None:
    answer = caller.post("/contacts/check", fields)
    assert problem(answer, 422) == code
    assert answer.json is not None
    assert answer.json["errors"][0]["field"] == field


def test_every_wrong_number_is_named(caller: Caller) -> None:
    answer = caller.post("/contacts/check", {"phones": [PHONE, "0151", BO, "x"]})
    assert answer.json is not None
    assert [each["field"] for each in answer.json["errors"]] == ["phones.1", "phones.3"]


def test_an_account_or_a_check_that_is_none(caller: Caller) -> None:
    wanted = {"phones": [PHONE], "account": "nobody"}
    assert problem(caller.post("/contacts/check", wanted), 404) == "account_unknown"
    for check_id in ("0" * 32, f"{'0' * 32}-default", "nonsense", f"{'0' * 32}-nobody"):
        for method in ("GET", "DELETE"):
            answer = caller.call(method, f"/contacts/checks/{check_id}")
            assert problem(answer, 404) == "number_check_not_found"


def test_too_many_waiting_numbers_are_refused(
    caller_with: CallerWith,
) -> None:
    caller = caller_with(number_lookups_per_day=1)
    begun(caller, *(f"+49151{n:08}" for n in range(60)))
    assert problem(caller.post("/contacts/check", {"phones": [PHONE]}), 429) == "number_checks_full"


def test_without_look_ups_only_what_is_known_is_answered(
    caller_with: CallerWith,
) -> None:
    check = begun(caller_with(number_lookups_per_day=0), PHONE)
    assert (check["status"], check["numbers"][0]["reason"]) == ("done", "lookups_off")


def test_the_account_shows_its_look_ups(caller: Caller, worker: Worker) -> None:
    begun(caller, PHONE, BO)
    account = caller.get("/accounts/default").json
    assert account is not None
    lookups = account["lookups"]
    assert {**lookups, "next_day_at": ""} == {
        **{"cap": 20, "used": 0, "left": 20, "waiting": 2},
        "next_day_at": "",
    }
    text = caller.get("/metrics").text
    assert 'whatsapp_number_lookups_cap{account="default"} 20.0' in text
    assert 'whatsapp_number_lookups_used{account="default"} 0.0' in text
    assert 'whatsapp_numbers_waiting{account="default"} 2.0' in text
    worker.answer(NumberResult.REGISTERED)
    assert 'whatsapp_number_lookups_total{account="default",result="registered"} 1.0' in (
        caller.get("/metrics").text
    )
