"""Limits per key and per address."""

from collections.abc import Callable

from flask import Flask

from tests.integration.webapp.conftest import Caller, problem


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
