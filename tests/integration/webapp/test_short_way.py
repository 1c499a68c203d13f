"""The short way of POST /send answers as Flask does, byte for byte, and is taken by what is usual."""

import asyncio
import json
import time
from asyncio import Runner
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask

from tests import asgi_caller
from tests.asgi_caller import AsgiAnswer
from tests.integration.redis_server import RedisServer
from tests.integration.stores.cutting_proxy import CuttingProxy
from webapp import create_app, rate_limits
from webapp.services import EXTENSION, Services
from webapp.short_way import _TOLD, ShortWay
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.queues import messages_list
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database, Pipeline
from whatsapp_tasks.stores.opt_outs import OptOuts

PHONE = "+4915112345678"
MOMENT = 1_790_000_000.0
"""When all is accepted; ids are made of the time."""
HELLO: dict[str, Any] = {"phone": PHONE, "message": "Grüße 👋"}
WITH_KEY = {**HELLO, "idempotency_key": "k"}
KEYS = {
    "sender": ApiKey("wak_sender", "sender", ("send",), 1, ("was_old", "was_new")),
    "reader": ApiKey("wak_reader", "reader", ("read",), 1, ("was_reader",)),
    "nobody": ApiKey("wak_nobody", "nobody", ("send",), 1, ("was_nobody",)),
}


@dataclass(frozen=True)
class Ask:
    """One request; all is as it should be, but for what is said."""

    fields: Any = field(default_factory=lambda: HELLO)
    body: bytes | None = None
    key: str = "sender"
    secret: int = 0
    headers: dict[str, str | None] = field(default_factory=dict)
    seconds_ago: int = 0
    target: str = "/send"
    pieces: int = 1


ONE: list[tuple[str, Sequence[Ask]]] = [
    ("usual", [Ask()]),
    ("second secret", [Ask(secret=1)]),
    ("again", [Ask(), Ask(seconds_ago=1)]),
    ("replay", [Ask(), Ask()]),
    ("two", [Ask(), Ask({**HELLO, "message": "Another"})]),
    ("field key", [Ask({**HELLO, "idempotency_key": "k"})]),
    ("header key", [Ask(headers={"Idempotency-Key": "k"})]),
    ("both keys", [Ask({**HELLO, "idempotency_key": "k"}, headers={"Idempotency-Key": "k"})]),
    ("two keys", [Ask({**HELLO, "idempotency_key": "k"}, headers={"Idempotency-Key": "l"})]),
    ("bad key", [Ask(headers={"Idempotency-Key": "ü"})]),
    ("conflict", [Ask(WITH_KEY), Ask({**WITH_KEY, "message": "x"})]),
    ("much", [Ask({**HELLO, "account": "default", "priority": "high", "metadata": {"a": [1]}})]),
    ("times", [Ask({**HELLO, "send_at": "2027-01-01T00:00:00Z", "expires_at": 1_800_000_000})]),
    ("too far", [Ask({**HELLO, "send_at": "2130-01-01T00:00:00Z"})]),
    ("bad phone", [Ask({**HELLO, "phone": "0151"})]),
    ("no phone", [Ask({"message": "x"})]),
    ("empty text", [Ask({**HELLO, "message": " \u200b"})]),
    ("long text", [Ask({**HELLO, "message": "x" * 70_000})]),
    ("unknown field", [Ask({**HELLO, "colour": 1})]),
    ("opted out", [Ask({**HELLO, "phone": "+4915112345600"})]),
    ("unknown account", [Ask({**HELLO, "account": "sales"})]),
    ("bad account", [Ask({**HELLO, "account": "NO"})]),
    ("no JSON", [Ask(body=b"{")]),
    ("no object", [Ask(body=b"[]")]),
    ("no body", [Ask(body=b"")]),
    ("no UTF-8", [Ask(body=b'{"phone": "\xff"}')]),
    ("too large", [Ask(body=b"{}" + b" " * 600_000)]),
    ("another type", [Ask(headers={"Content-Type": "text/plain"})]),
    ("a type with a parameter", [Ask(headers={"Content-Type": "application/json; charset=utf-8"})]),
    ("no type", [Ask(headers={"Content-Type": None})]),
    ("no key", [Ask(headers={"X-Api-Key": None})]),
    ("unknown key", [Ask(key="nobody")]),
    ("no scope", [Ask(key="reader")]),
    ("no signature", [Ask(headers={"X-Signature": None})]),
    ("wrong signature", [Ask(headers={"X-Signature": "sha256=00"})]),
    ("odd signature", [Ask(headers={"X-Signature": "\u00ff"})]),
    ("no timestamp", [Ask(headers={"X-Timestamp": None})]),
    ("odd timestamp", [Ask(headers={"X-Timestamp": "now"})]),
    ("old", [Ask(seconds_ago=40)]),
    ("query", [Ask(target="/send?a=b")]),
    ("another path", [Ask(target="/send/")]),
    ("proxied", [Ask(headers={"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"})]),
    ("odd request id", [Ask(headers={"X-Request-Id": "<script>"})]),
]  # fmt: skip


class World:
    """An application with a clock that stands, on a Redis of always the same content."""

    def __init__(self, loop: Runner, database: Database, settings: Settings, *, short: bool) -> None:
        self.database = database
        self.app = create_app(settings, database, Dispatcher(database, settings, clock=lambda: MOMENT))
        # The refusal of an old request tells its age in seconds.
        self._now = time.time()
        parts: Services = self.app.extensions[EXTENSION]
        self.app.extensions[EXTENSION] = replace(parts, clock=lambda: self._now)
        self.long_ways = 0
        self._loop = loop
        self._pipeline = Pipeline.connect(settings)
        self._short_way = ShortWay(self.app, self._pipeline)
        self._asgi: Any = self._short_way if short else self._short_way.flask
        self._flask = self._short_way.flask._wsgi
        self._short_way.flask._wsgi = self._counted

    def _counted(self, environ: Any, start_response: Any) -> Any:
        self.long_ways += _TOLD not in environ
        return self._flask(environ, start_response)

    def fill(self) -> None:
        self.database.do("FLUSHALL")
        Accounts(self.database).add("default", 1)
        OptOuts(self.database).add("+4915112345600")
        for name in ("sender", "reader"):
            ApiKeys(self.database).put(KEYS[name])
            self.app.extensions[EXTENSION].keys.get(KEYS[name].id)  # the short way looks nothing up

    def ask(self, ask: Ask, stamp: int) -> AsgiAnswer:
        return self._loop.run(self.asked(ask, stamp))

    async def asked(self, ask: Ask, stamp: int) -> AsgiAnswer:
        self._now = float(stamp)
        body = json.dumps(ask.fields).encode() if ask.body is None else ask.body
        key, moment = KEYS[ask.key], str(stamp - ask.seconds_ago)
        headers: dict[str, str | None] = {
            "Content-Type": "application/json",
            "X-Request-Id": "test-1",
            "X-Api-Key": key.id,
            "X-Timestamp": moment,
            "X-Signature": sign(key.secrets[ask.secret], moment, "POST", ask.target, body),
            **ask.headers,
        }
        given = {name: value for name, value in headers.items() if value is not None}
        answer = await asgi_caller.ask(self._asgi, "POST", ask.target, given, body, pieces=ask.pieces)
        assert answer is not None
        return answer

    def close(self) -> None:
        self._loop.run(self._pipeline.close())
        self.app.extensions[rate_limits.EXTENSION].close()


MOVING = {"retry-after", "ratelimit-reset"}
"""Seconds that may pass between the two."""


def told(answer: AsgiAnswer) -> tuple[Any, ...]:
    """All of an answer; a request id that was made up is another each time."""
    request_id = answer.header("X-Request-Id")
    own = request_id != "test-1"
    text = answer.body.replace(request_id.encode(), b"*") if own else answer.body
    headers = sorted(
        (name, "*" if name in MOVING or (own and name == "x-request-id") else value)
        for name, value in answer.headers
    )
    return answer.status, headers, text


@pytest.fixture
def loop() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


@pytest.fixture
def worlds(
    loop: Runner, database: Database, settings: Settings
) -> Iterator[Callable[..., tuple[World, World]]]:
    made: list[World] = []

    def make(base: Database = database, **changes: Any) -> tuple[World, World]:
        changed = settings.model_copy(update=changes)
        made.extend(World(loop, base, changed, short=short) for short in (True, False))
        return made[-2], made[-1]

    yield make
    for world in made:
        world.close()


def compared(worlds: Sequence[World], asks: Sequence[Ask]) -> list[int]:
    """Asks the same of both; the statuses of the answers, which are equal."""
    stamp = int(time.time())
    answers, leftovers = [], []
    for world in worlds:
        with suppress(Exception):
            world.fill()
        answers.append([told(world.ask(ask, stamp)) for ask in asks])
        with suppress(Exception):
            leftovers.append(sorted(world.database.texts("KEYS", "*")))
    assert answers[0] == answers[1]
    assert leftovers[:1] == leftovers[1:]
    return [status for status, _, _ in answers[0]]


@pytest.mark.parametrize("asks", [asks for _, asks in ONE], ids=[name for name, _ in ONE])
def test_both_ways_lead_to_the_same_answer(
    asks: Sequence[Ask], worlds: Callable[..., tuple[World, World]]
) -> None:
    compared(worlds(), asks)


def test_what_is_usual_takes_the_short_way(worlds: Callable[..., tuple[World, World]]) -> None:
    short, _ = worlds()
    short.fill()
    stamp = int(time.time())
    for ask in (
        Ask(),
        Ask(seconds_ago=1),
        Ask(seconds_ago=2, headers={"Idempotency-Key": "k"}),
        Ask({**HELLO, "priority": "low"}),
    ):
        assert short.ask(ask, stamp).status == 202
    assert short.ask(Ask({**HELLO, "phone": "+4915112345600"}), stamp).status == 422
    assert short.long_ways == 0


@pytest.mark.parametrize("limit", ["rate_limit_per_key", "rate_limit_per_address"])
def test_both_ways_count_and_refuse_alike(limit: str, worlds: Callable[..., tuple[World, World]]) -> None:
    asks = [Ask(body=b"{"), Ask(), Ask(seconds_ago=1), Ask(body=b"[")]
    assert compared(worlds(**{limit: "2/hour"}), asks) == [400, 202, 429, 429]


def test_without_signatures_both_ways_accept(worlds: Callable[..., tuple[World, World]]) -> None:
    asks = [Ask(headers={"X-Signature": None, "X-Timestamp": None})]
    pair = worlds(signature_required=False)
    stamp = int(time.time())
    for world in pair:
        world.fill()
        assert world.ask(asks[0], stamp).status == 202


def test_both_ways_say_that_redis_is_away(
    worlds: Callable[..., tuple[World, World]], own_redis: Callable[..., RedisServer], settings: Settings
) -> None:
    server = own_redis()
    changed = settings.model_copy(update={"redis_url": server.url, "redis_timeout_seconds": 0.3})
    database = Database.connect(changed)
    pair = worlds(database, redis_url=server.url, redis_timeout_seconds=0.3)
    stamp = int(time.time())
    for world in pair:
        world.fill()
        assert world.ask(Ask(), stamp).status == 202
    server.kill()
    assert compared(pair, [Ask(seconds_ago=2), Ask(seconds_ago=3)]) == [503, 503]
    server.start()
    for world in pair:
        world.fill()
        assert world.ask(Ask(), stamp).status == 202
    database.client.close()


def test_of_many_at_once_each_is_told_of_its_own_message(
    worlds: Callable[..., tuple[World, World]], loop: Runner
) -> None:
    short, _ = worlds()
    short.fill()
    stamp = int(time.time())
    texts = [f"Text {n} 👋" for n in range(200)]

    async def all_at_once() -> list[AsgiAnswer]:
        return await asyncio.gather(*(short.asked(Ask({**HELLO, "message": t}), stamp) for t in texts))

    answers = [json.loads(answer.body) for answer in loop.run(all_at_once())]
    ledger = short.app.extensions[EXTENSION].dispatcher.ledger("default")
    kept = [ledger.get(answer["id"]) for answer in answers]
    assert [message.text for message in kept] == texts
    assert short.long_ways == 0
    assert short.database.number("LLEN", messages_list("default", Priority.NORMAL)) == 200


def test_an_answer_lost_among_others_is_503_and_the_key_again_is_the_same_message(
    worlds: Callable[..., tuple[World, World]], own_redis: Callable[..., RedisServer], loop: Runner
) -> None:
    server = own_redis()
    with CuttingProxy(server.port) as proxy:
        database = Database.connect(Settings(REDIS_URL=server.url))
        short, _ = worlds(database, redis_url=f"redis://127.0.0.1:{proxy.port}/0")
        short.fill()
        stamp = int(time.time())
        assert short.ask(Ask(), stamp).status == 202

        async def all_at_once(seconds_ago: int) -> list[AsgiAnswer]:
            asks = [Ask({**HELLO, "idempotency_key": f"k{n}"}, seconds_ago=seconds_ago) for n in range(50)]
            return await asyncio.gather(*(short.asked(ask, stamp) for ask in asks))

        proxy.cut_after(1000)
        first = loop.run(all_at_once(1))
        assert {answer.status for answer in first} == {202, 503}
        for answer in first:
            if answer.status == 503:
                assert json.loads(answer.body)["code"] == "store_unavailable"
                assert answer.header("Retry-After") == "2"
        again = [json.loads(answer.body) for answer in loop.run(all_at_once(2))]
        for before, after in zip(first, again, strict=True):
            if before.status == 202:
                assert after["duplicate"]
                assert json.loads(before.body)["id"] == after["id"]
        lost = [after for before, after in zip(first, again, strict=True) if before.status == 503]
        assert any(after["duplicate"] for after in lost)  # it had been accepted all the same
        assert len({answer["id"] for answer in again}) == 50
        assert database.number("LLEN", messages_list("default", Priority.NORMAL)) == 51
        database.client.close()


def test_the_address_is_what_trusted_proxies_tell(worlds: Callable[..., tuple[World, World]]) -> None:
    asks = [
        Ask(seconds_ago=ago, headers={"X-Forwarded-For": f"192.0.2.9, 192.0.2.{ago % 2}"}) for ago in range(4)
    ]
    for hops, statuses in ((1, [202, 202, 429, 429]), (2, [202, 429, 429, 429]), (0, [202, 429, 429, 429])):
        pair = worlds(rate_limit_per_address="1/hour", trusted_proxies=hops)
        assert compared(pair, asks) == statuses
        assert pair[0].long_ways == 0


def test_a_body_in_pieces_of_the_network_is_one_body(worlds: Callable[..., tuple[World, World]]) -> None:
    pair = worlds()
    stamp = int(time.time())
    for world in pair:
        world.fill()
        assert world.ask(Ask(pieces=7), stamp).status == 202
    assert pair[0].long_ways == 0


def test_an_error_that_nobody_foresaw_is_told_by_flask(
    worlds: Callable[..., tuple[World, World]], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    short, _ = worlds()
    short.fill()

    async def broken(*_: object) -> None:
        raise RuntimeError("not for callers")

    monkeypatch.setattr(Pipeline, "run", broken)
    answer = short.ask(Ask(), int(time.time()))
    assert (answer.status, json.loads(answer.body)["code"]) == (500, "internal_error")
    assert b"not for callers" not in answer.body
    assert "Unexpected error in a request" in caplog.text


def test_flask_alone_knows_another_method(app: Flask) -> None:
    assert app.test_client().get("/send").status_code == 405
