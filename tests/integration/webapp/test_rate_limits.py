"""Limits per key and per address."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.integration.webapp.conftest import Caller, problem
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.queues import messages_list
from whatsapp_tasks.stores.connection import Database


def test_a_key_over_its_limit_is_told_when_to_come_back(
    make_app: Callable[..., Flask], make_caller: Callable[..., Caller]
) -> None:
    client = make_app(rate_limit_per_key="3/minute").test_client()
    busy, other = make_caller("read"), make_caller("read")
    busy.client = other.client = client

    assert [busy.get("/accounts").status_code for _ in range(3)] == [200] * 3
    answer = busy.get("/accounts")
    assert problem(answer, 429) == "rate_limited"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["RateLimit-Limit"] == "3"
    assert answer.headers["RateLimit-Remaining"] == "0"
    assert answer.headers["RateLimit-Reset"] == answer.headers["Retry-After"]
    assert other.get("/accounts").status_code == 200


def test_a_key_is_counted_over_all_endpoints(make_app: Callable[..., Flask], caller: Caller) -> None:
    caller.client = make_app(rate_limit_per_key="2/minute").test_client()

    assert caller.send().status_code == 202
    assert caller.get("/accounts").status_code == 200
    assert problem(caller.send(), 429) == "rate_limited"


def test_wrong_signatures_use_up_the_address_and_not_the_key(
    make_app: Callable[..., Flask], caller: Caller
) -> None:
    caller.client = make_app(rate_limit_per_key="2/minute", rate_limit_per_address="5/minute").test_client()
    caller.secret = "wrong"

    assert [caller.send().status_code for _ in range(6)] == [401] * 5 + [429]
    caller.secret = ""
    elsewhere = {"X-Forwarded-For": "192.0.2.7"}
    assert caller.call("GET", "/accounts", headers=elsewhere).status_code == 200


def test_only_trusted_proxies_tell_the_address(make_app: Callable[..., Flask], caller: Caller) -> None:
    caller.client = make_app(rate_limit_per_address="2/minute", trusted_proxies=0).test_client()
    statuses = [
        caller.call("GET", "/accounts", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(3)
    ]
    assert statuses == [200, 200, 429]


def test_probes_are_not_limited(make_app: Callable[..., Flask]) -> None:
    client = make_app(rate_limit_per_address="1/minute").test_client()
    assert {client.get("/healthz").status_code for _ in range(5)} == {200}
    assert {client.get("/readyz").status_code for _ in range(5)} == {200}


def test_a_send_over_the_limit_is_told_so_and_queues_nothing(
    make_app: Callable[..., Flask], caller: Caller, database: Database
) -> None:
    caller.client = make_app(rate_limit_per_key="2/minute").test_client()

    statuses = [caller.send(message=f"Text {n}").status_code for n in range(3)]
    answer = caller.send(message="One more")

    assert statuses == [202, 202, 429]
    assert problem(answer, 429) == "rate_limited"
    assert answer.headers["RateLimit-Limit"] == "2"
    assert answer.headers["RateLimit-Remaining"] == "0"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert database.number("LLEN", messages_list("default", Priority.NORMAL)) == 2


def test_refused_sends_are_counted_too(make_app: Callable[..., Flask], caller: Caller) -> None:
    caller.client = make_app(rate_limit_per_key="3/minute").test_client()

    answers = [caller.send(phone="0151"), caller.send(colour="red"), caller.send(), caller.send(phone="0151")]

    assert [answer.status_code for answer in answers] == [422, 422, 202, 429]
    assert caller.get("/accounts").status_code == 429


def test_several_limits_hold_at_once(make_app: Callable[..., Flask], caller: Caller) -> None:
    caller.client = make_app(rate_limit_per_key="100/hour;2/second").test_client()

    statuses = [caller.send(message=f"Text {n}").status_code for n in range(4)]

    assert statuses[:3] == [202, 202, 429]
    time.sleep(2.1)
    assert caller.send(message="later").status_code == 202


def test_the_script_and_the_limiter_count_alike(make_app: Callable[..., Flask], caller: Caller) -> None:
    """In turn, over several shifts of a short window, both let the same number through."""
    app = make_app(rate_limit_per_key="10000/minute", rate_limit_per_address="5/second")
    caller.client = app.test_client()
    passed = 0
    until = time.monotonic() + 3.5
    number = 0
    while time.monotonic() < until:
        number += 1
        caller.moments.clear()
        answer = caller.send(message=f"Text {number}") if number % 2 else caller.get("/accounts")
        assert answer.status_code in (200, 202, 429)
        passed += answer.status_code != 429
    assert 15 <= passed <= 25


def test_a_send_costs_one_round_trip(caller: Caller, database: Database) -> None:
    caller.send(message="warm up")
    before = database.client.info("commandstats")
    for number in range(5):
        assert caller.send(message=f"Text {number}").status_code == 202
    after = database.client.info("commandstats")

    def calls(stats: dict[str, Any], *names: str) -> int:
        return sum(stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in names)

    # What scripts call is counted as well; these two are what a client sends.
    assert calls(after, "evalsha") - calls(before, "evalsha") == 5
    assert calls(after, "hget") - calls(before, "hget") <= 5 + 1  # the identity's status, and the key
