"""Limits per key and per address."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

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
    limits = {"rate_limit_per_key": "2/minute", "rate_limit_per_address": "5/minute"}
    caller.client = make_app(**limits, trusted_proxies=1).test_client()
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


@pytest.mark.parametrize(("method", "target"), [("GET", "/nothing"), ("PATCH", "/send"), ("POST", "//send")])
def test_what_leads_nowhere_is_counted_too(
    method: str, target: str, make_app: Callable[..., Flask], caller: Caller
) -> None:
    """Issue 12, row 20."""
    caller.client = make_app(rate_limit_per_address="2/minute").test_client()
    environ = EnvironBuilder(target.replace("//", "/"), method=method).get_environ()
    environ["PATH_INFO"] = target  # no client normalises it
    answers = [caller.client.open(dict(environ)) for _ in range(3)]
    assert [answer.status_code for answer in answers][1:] == [405 if method == "PATCH" else 404, 429]
    assert caller.get("/accounts").status_code == 429


def test_a_forged_header_does_not_pass_the_limits_unless_a_proxy_is_trusted(
    make_app: Callable[..., Flask], caller: Caller
) -> None:
    """Issue 12, row 15."""
    caller.client = make_app(rate_limit_per_address="2/minute").test_client()
    forged = ({"X-Forwarded-For": f"192.0.2.{n}"} for n in range(3))
    assert [caller.get("/accounts", **headers).status_code for headers in forged] == [200, 200, 429]


def test_what_a_proxy_tells_is_an_address_or_refused(make_app: Callable[..., Flask], caller: Caller) -> None:
    """Issue 12, row 15."""
    caller.client = make_app(rate_limit_per_address="3/minute", trusted_proxies=1).test_client()

    def asked(told: str) -> int:
        return caller.get("/accounts", **{"X-Forwarded-For": told}).status_code

    assert [asked(told) for told in ("2001:db8::1", "[2001:db8::2]:443", "2001:db8::3")] == [200] * 3
    assert asked("2001:db8:0:0:ffff::") == 429  # the same network of 64 bits
    assert asked("2001:db8:0:1::") == 200
    assert [asked(told) for told in ("unknown", "x" * 60_000, "192.0.2")] == [400] * 3
    assert asked("") == 429  # these were counted as the proxy's own


def test_the_keys_of_limits_are_short(
    make_app: Callable[..., Flask], caller: Caller, database: Database
) -> None:
    """Issue 12, row 15."""
    caller.client = make_app(trusted_proxies=1).test_client()
    for told in ("x" * 60_000, "2001:db8::1", "192.0.2.1:1"):
        caller.send(message=told[:10])
        caller.call("GET", f"/messages/{'y' * 30_000}", headers={"X-Forwarded-For": told})
        caller.client.get("/accounts", headers={"X-Api-Key": "z" * 60_000, "X-Forwarded-For": told})
    assert max(len(key) for key in database.texts("KEYS", "*")) < 200


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
