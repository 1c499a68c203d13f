"""Hostile requests: never a 500, one shape of errors, and nothing changed by a request that is refused.

Issue 12, "must show" 2. What is sent is a good request that was spoiled in some places.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.integration.webapp.test_gateway import HELLO, PHONE, Ask, World, loop, worlds
from tests.support.asgi_caller import AsgiAnswer
from webapp.problem_codes import KINDS

__all__ = ["loop", "worlds"]  # fixtures

NAMES = (
    *("Content-Type", "X-Api-Key", "X-Timestamp", "X-Signature", "Idempotency-Key", "X-Request-Id", "Host"),
    *("X-Forwarded-For", "X-Forwarded-Proto", "Transfer-Encoding", "Content-Length", "Cookie", "Expect"),
)
"""Also in small letters: the same field a second time."""

VALUES = (
    *("", " ", "0", "-1", "1e9", "application/json", "application/json; charset=utf-16", "text/plain"),
    *("wak_sender", "wak_reader", "wak_nobody", "wak_sender,wak_sender", "sha256=", "sha256=" + "0" * 64),
    *("localhost", "localhost, localhost", "a b", "[::1]:80", "user@host", "192.0.2.1", "2001:db8::1"),
    *("192.0.2.1, unknown", "unknown", "https", "chunked", "identity", "99999999999999999999", "\u00b2"),
)

TARGETS = (
    *("/send", "/send?", "/send?a=b", "/send?%zz", "//send", "/send/", "/%73end", "/./send", "/send%00"),
    *("/send;x", "/SEND", "/send/../send", "/messages:batch", "/healthz", "/accounts/default/pause"),
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "phone",
        "message",
        "account",
        "idempotency_key",
        "send_at",
        "expires_at",
        "priority",
        "metadata",
        "template",
        "x",
    ]
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A good body, one with odd fields, one that was cut or has something inside, or any bytes."""
    spoiled = draw(st.dictionaries(FIELDS, JSON_VALUES, max_size=3))
    body = json.dumps({**HELLO, **spoiled}, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    place, what = draw(st.integers(0, len(body))), draw(st.binary(max_size=4))
    kind = draw(
        st.sampled_from(["whole", "whole", "whole", "cut", "put in", "any", "padded", "twice", "deep"])
    )
    return {
        "whole": body,
        "cut": body[:place],
        "put in": body[:place] + what + body[place:],
        "any": what,
        "padded": body + b" " * 600_000,
        "twice": b'{"phone":"%b",%b' % (PHONE.encode(), body[1:]),
        "deep": b"[" * 100_000,
    }[kind]


@st.composite
def hostile(draw: st.DrawFn) -> Ask:
    """One request; signed as it is sent, unless a header was spoiled afterwards."""
    value = st.sampled_from(VALUES) | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
    spoiled = draw(st.dictionaries(st.sampled_from(NAMES), st.none() | value, max_size=2))
    twice = draw(st.dictionaries(st.sampled_from([name.lower() for name in NAMES]), value, max_size=1))
    return Ask(
        body=draw(bodies()),
        key=draw(st.sampled_from(["sender", "sender", "sender", "reader", "nobody"])),
        headers={**spoiled, **twice},
        seconds_ago=draw(st.sampled_from([0, 0, 0, 1, 29, 31, -4, -6, 10**9])),
        target=draw(st.sampled_from(["/send", "/send", "/send", *TARGETS])),
        pieces=draw(st.integers(1, 3)),
    )


@pytest.fixture
def ways(worlds: Callable[..., World]) -> list[World]:
    """On the event loop, and through Flask."""
    return [
        worlds(trusted_proxies=1, rate_limit_per_key="3/hour", by_flask=by_flask)
        for by_flask in (False, True)
    ]


MOVING = {"retry-after", "ratelimit-reset"}
"""Seconds that may pass between two answers."""


def told(answer: AsgiAnswer) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of an answer; a request id that was made up is another one each time."""
    own = answer.header("x-request-id") or ""
    made_up = own != "test-1"
    headers = sorted(
        (name, "*" if name in MOVING or (made_up and name == "x-request-id") else value)
        for name, value in answer.headers
    )
    return answer.status, headers, answer.body.replace(own.encode(), b"*") if made_up else answer.body


def kept(world: World) -> dict[str, Any]:
    """All that Redis holds, but for what a refusal may leave: counts of requests, and signatures, which every
    other endpoint uses up before it looks at the rest.
    """
    names = world.database.texts("KEYS", "*")
    kept_names = [name for name in names if not name.startswith(("wa:limit:", "wa:nonce:"))]
    return {name: world.database.client.dump(name) for name in kept_names}


@settings(
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
    deadline=None,
)
@given(asks=st.lists(hostile(), min_size=1, max_size=3))
@example([Ask(), Ask(), Ask(seconds_ago=1), Ask(seconds_ago=2), Ask(seconds_ago=3)])
@example([Ask(headers={"host": "localhost"})])
@example([Ask(headers={"x-api-key": "wak_sender"}), Ask(headers={"Content-Length": "5"})])
@example([Ask(headers={"X-Forwarded-For": "unknown"}), Ask(headers={"X-Forwarded-For": "[2001:db8::1]:80"})])
def test_a_hostile_request_is_accepted_or_one_clear_problem_on_both_ways(
    ways: list[World], asks: list[Ask]
) -> None:
    stamp = int(time.time())
    by_loop, by_flask = (all_told(world, asks, stamp) for world in ways)
    assert by_loop == by_flask


def all_told(world: World, asks: list[Ask], stamp: int) -> list[tuple[Any, list[str]]]:
    """What was answered to each, and the names of what Redis keeps after it."""
    world.fill()
    results = []
    for ask in asks:
        before = kept(world)
        answer = world.ask(ask, stamp)
        assert answer.status < 500
        if answer.status >= 300:
            fields = json.loads(answer.body)
            assert answer.header("content-type") == "application/problem+json"
            assert KINDS[fields["code"]] == (answer.status, fields["title"])
            assert fields["request_id"] == answer.header("x-request-id")
            assert kept(world) == before
        results.append((told(answer), sorted(kept(world))))
    return results


def test_known_keys_and_unknown_ones_cost_the_same(
    worlds: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 12, row 20: wrong signatures differed by a round trip to Redis, 0.2 ms."""
    from whatsapp_tasks.domain import signatures

    made: list[str] = []
    original = signatures.sign

    def counted(secret: str, *rest: Any) -> str:
        made.append(secret)
        return original(secret, *rest)

    monkeypatch.setattr(signatures, "sign", counted)
    wrong = {"X-Signature": "sha256=" + "0" * 64}
    world = worlds()
    world.fill()
    costs = []
    for key in ("sender", "sender", "reader", "nobody"):
        world.database.do("CONFIG", "RESETSTAT")
        made.clear()
        assert world.ask(Ask(key=key, headers=dict(wrong)), 1_790_000_000).status == 401
        stats = world.database.client.info("commandstats")
        costs.append((len(made), {name: each["calls"] for name, each in stats.items()}))
    _, *compared_costs = costs  # the first one opens connections and windows
    assert [cost == costs[1] for cost in compared_costs] == [True] * 3
    assert costs[1][1]["cmdstat_hget"] == 1
