"""POST /send as it is served: on the event loop, and in a thread where Redis must be asked first."""

import asyncio
import json
import time
from asyncio import Runner
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask

from tests.integration.stores.cutting_proxy import CuttingProxy
from tests.support import asgi_caller
from tests.support.asgi_caller import AsgiAnswer
from tests.support.redis_server import RedisServer
from webapp import create_app, rate_limits
from webapp.gateway import Gateway
from webapp.problem_codes import KINDS
from webapp.services import EXTENSION, Services
from webapp.threads import Threads
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.queues import messages_list
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database, Pipeline
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.templates import Templates

PHONE = "+4915112345678"
MOMENT = 1_790_000_000.0
"""When all is accepted; ids are made of the time."""
HELLO: dict[str, Any] = {"phone": PHONE, "message": "Grüße 👋"}
WITH_KEY = {**HELLO, "idempotency_key": "k"}
READY = {"name": "order_ready", "language": "en"}
BY_TEMPLATE: dict[str, Any] = {"phone": PHONE, "template": {**READY, "variables": {"name": "Ana"}}}
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


ONE: list[tuple[str, Sequence[Ask], Sequence[str]]] = [
    ("usual", [Ask()], [""]),
    ("second secret", [Ask(secret=1)], [""]),
    ("again", [Ask(), Ask(seconds_ago=1)], ["", ""]),
    ("replay", [Ask(), Ask()], ["", "signature_replayed"]),
    ("two", [Ask(), Ask({**HELLO, "message": "Another"})], ["", ""]),
    ("field key", [Ask({**HELLO, "idempotency_key": "k"})], [""]),
    ("header key", [Ask(headers={"Idempotency-Key": "k"})], [""]),
    ("both keys", [Ask({**HELLO, "idempotency_key": "k"}, headers={"Idempotency-Key": "k"})], [""]),
    ("two keys", [Ask(WITH_KEY, headers={"Idempotency-Key": "l"})], ["idempotency_key_ambiguous"]),
    ("bad key", [Ask(headers={"Idempotency-Key": "ü"})], ["idempotency_key_invalid"]),
    ("conflict", [Ask(WITH_KEY), Ask({**WITH_KEY, "message": "x"})], ["", "idempotency_conflict"]),
    ("much", [Ask({**HELLO, "account": "default", "priority": "high", "metadata": {"a": [1]}})], [""]),
    ("times", [Ask({**HELLO, "send_at": "2027-01-01T00:00:00Z", "expires_at": 1_800_000_000})], [""]),
    ("too far", [Ask({**HELLO, "send_at": "2130-01-01T00:00:00Z"})], ["send_at_invalid"]),
    ("bad phone", [Ask({**HELLO, "phone": "0151"})], ["phone_invalid"]),
    ("no phone", [Ask({"message": "x"})], ["recipient_missing"]),
    ("empty text", [Ask({**HELLO, "message": " \u200b"})], ["message_empty"]),
    ("long text", [Ask({**HELLO, "message": "x" * 70_000})], ["message_too_long"]),
    ("unknown field", [Ask({**HELLO, "colour": 1})], ["request_invalid"]),
    ("template", [Ask(BY_TEMPLATE), Ask({**BY_TEMPLATE, "idempotency_key": "k"})], ["", ""]),
    ("template again", [Ask(BY_TEMPLATE), Ask(BY_TEMPLATE, seconds_ago=1)], ["", ""]),
    ("template as caption", [Ask({**BY_TEMPLATE, "file": {"url": "https://example.com/a.pdf"}})], [""]),
    ("template and text", [Ask({**BY_TEMPLATE, "message": "x"})], ["template_invalid"]),
    ("no template", [Ask({**BY_TEMPLATE, "template": {**READY, "name": "a"}})], ["template_unknown"]),
    ("bad template", [Ask({**BY_TEMPLATE, "template": {**READY, "name": "A"}})], ["template_invalid"]),
    ("no variables", [Ask({**BY_TEMPLATE, "template": READY})], ["template_variables_wrong"]),
    ("reply to nobody", [Ask({**HELLO, "reply_to": "f" * 32 + "-default"})], ["reply_to_unknown"]),
    ("reply to no id", [Ask({**HELLO, "reply_to": "yes"})], ["reply_to_invalid"]),
    ("no such policy", [Ask({**HELLO, "reply_policy": "x"})], ["request_invalid"]),
    ("opted out", [Ask({**HELLO, "phone": "+4915112345600"})], ["recipient_opted_out"]),
    ("unknown account", [Ask({**HELLO, "account": "sales"})], ["account_unknown"]),
    ("bad account", [Ask({**HELLO, "account": "NO"})], ["account_invalid"]),
    ("no JSON", [Ask(body=b"{")], ["json_malformed"]),
    ("no object", [Ask(body=b"[]")], ["json_malformed"]),
    ("no body", [Ask(body=b"")], ["json_malformed"]),
    ("no UTF-8", [Ask(body=b'{"phone": "\xff"}')], ["json_malformed"]),
    ("too large", [Ask(body=b"{}" + b" " * 600_000)], ["body_too_large"]),
    ("another type", [Ask(headers={"Content-Type": "text/plain"})], ["content_type_unsupported"]),
    ("a type with a parameter", [Ask(headers={"Content-Type": "application/json; charset=utf-8"})], [""]),
    ("no type", [Ask(headers={"Content-Type": None})], ["content_type_unsupported"]),
    ("no key", [Ask(headers={"X-Api-Key": None})], ["api_key_missing"]),
    ("unknown key", [Ask(key="nobody")], ["signature_invalid"]),
    ("no scope", [Ask(key="reader")], ["scope_missing"]),
    ("no signature", [Ask(headers={"X-Signature": None})], ["signature_missing"]),
    ("wrong signature", [Ask(headers={"X-Signature": "sha256=00"})], ["signature_invalid"]),
    ("odd signature", [Ask(headers={"X-Signature": "\u00ff"})], ["signature_invalid"]),
    ("no timestamp", [Ask(headers={"X-Timestamp": None})], ["signature_missing"]),
    ("odd timestamp", [Ask(headers={"X-Timestamp": "now"})], ["timestamp_invalid"]),
    ("old", [Ask(seconds_ago=40)], ["timestamp_expired"]),
    ("query", [Ask(target="/send?a=b")], [""]),
    ("escaped", [Ask(target="/%73end"), Ask(body=b"{", target="/%73end")], ["", "json_malformed"]),
    ("another path", [Ask(target="/send/")], ["not_found"]),
    ("proxied", [Ask(headers={"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"})], [""]),
    ("odd request id", [Ask(headers={"X-Request-Id": "<script>"})], [""]),
]  # fmt: skip


class World:
    """An application with a clock that stands, on a Redis of always the same content. ``by_flask``: as a WSGI
    server serves it, without the event loop's own way for ``POST /send``.
    """

    def __init__(
        self, loop: Runner, database: Database, settings: Settings, *, by_flask: bool = False
    ) -> None:
        self.database = database
        self.app = create_app(settings, database, Dispatcher(database, settings, clock=lambda: MOMENT))
        # The refusal of an old request contains its age in seconds.
        self._now = time.time()
        parts: Services = self.app.extensions[EXTENSION]
        self.app.extensions[EXTENSION] = replace(parts, clock=lambda: self._now)
        self._loop = loop
        self._pipeline = Pipeline.connect(settings)
        self._gateway = Gateway(self.app, self._pipeline, self._pipeline)
        flask = Threads(self.app.wsgi_app, most_body_bytes=settings.max_body_bytes)
        self._asgi = flask if by_flask else self._gateway

    def fill(self) -> None:
        self.database.do("FLUSHALL")
        Accounts(self.database).add("default", 1)
        OptOuts(self.database).add("+4915112345600")
        Templates(self.database, lambda: MOMENT).put("order_ready", "en", "Hi {{name}}", "test")
        for name in ("sender", "reader"):
            ApiKeys(self.database).put(KEYS[name])
            # Known from now on, so that no thread is needed for it.
            self.app.extensions[EXTENSION].keys.get(KEYS[name].id)

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


HEADERS = {
    *("content-type", "content-length", "x-request-id", "cache-control"),
    *("referrer-policy", "x-content-type-options", "x-frame-options"),
}
"""Of each answer; an acceptance names the message's path, a refusal may say when to try again."""


def code_of(answer: AsgiAnswer) -> str:
    """Empty where the message was accepted; the shape of the answer is checked."""
    fields = json.loads(answer.body)
    names = [name for name, _ in answer.headers]
    assert len(set(names)) == len(names)
    assert set(names) >= HEADERS
    if answer.status == 202:
        assert answer.header("content-type") == "application/json"
        assert answer.header("location") == fields["links"]["self"] == f"/messages/{fields['id']}"
        return ""
    assert answer.header("content-type") == "application/problem+json"
    assert KINDS[fields["code"]] == (answer.status, fields["title"])
    assert fields["request_id"] == answer.header("x-request-id")
    assert ("www-authenticate" in names) is (answer.status == 401)
    assert ("retry-after" in names) is (answer.status in (429, 503))
    return str(fields["code"])


@pytest.fixture
def loop() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


@pytest.fixture
def worlds(loop: Runner, database: Database, settings: Settings) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(base: Database = database, *, by_flask: bool = False, **changes: Any) -> World:
        made.append(World(loop, base, settings.model_copy(update=changes), by_flask=by_flask))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def threads_asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was done in a thread."""
    asked: list[Any] = []
    run = Threads.run

    async def noted(threads: Threads, call: Callable[[], Any]) -> Any:
        asked.append(call)
        return await run(threads, call)

    monkeypatch.setattr(Threads, "run", noted)
    return asked


def codes(world: World, asks: Sequence[Ask]) -> list[str]:
    """What each of the requests comes to, one after the other."""
    stamp = int(time.time())
    world.fill()
    return [code_of(world.ask(ask, stamp)) for ask in asks]


@pytest.mark.parametrize(("asks", "expected"), [one[1:] for one in ONE], ids=[one[0] for one in ONE])
def test_what_a_request_comes_to(
    asks: Sequence[Ask], expected: Sequence[str], worlds: Callable[..., World]
) -> None:
    assert codes(worlds(), asks) == expected


def test_what_is_usual_needs_no_thread(worlds: Callable[..., World], threads_asked: list[Any]) -> None:
    asks = [
        Ask(),
        Ask(seconds_ago=1),
        Ask(seconds_ago=2, headers={"Idempotency-Key": "k"}),
        Ask({**HELLO, "priority": "low"}),
    ]
    assert codes(worlds(), asks) == [""] * 4
    assert not threads_asked


class RecordedPipeline(Pipeline):
    """Remembers which scripts were called."""

    def __init__(self, pipeline: Pipeline, called: list[str]) -> None:
        super().__init__(pipeline._scripts)
        self._called = called

    async def run(self, name: str, *args: Any, **more: Any) -> Any:
        self._called.append(name)
        return await super().run(name, *args, **more)


def test_a_template_is_read_through_the_pipeline_and_nothing_is_read_for_others(
    worlds: Callable[..., World], threads_asked: list[Any]
) -> None:
    """Issue 16, part 9: one more script for a message with a template, none for one without."""
    world, called = worlds(), list[str]()
    world._gateway._pipeline = RecordedPipeline(world._pipeline, called)
    assert codes(world, [Ask()]) == [""]
    assert called == ["accept"]
    assert codes(world, [Ask(BY_TEMPLATE)]) == [""]
    assert called == ["accept", "template_find", "accept"]
    assert not threads_asked


def test_of_many_with_templates_each_gets_its_own_values(worlds: Callable[..., World], loop: Runner) -> None:
    """Issue 16, part 9: also while the template is changed; each text is of one version."""
    world = worlds()
    world.fill()
    stamp = int(time.time())
    names = [f"Ana {n} {{{{name}}}}" for n in range(200)]
    templates = Templates(world.database)

    async def change() -> None:
        for _ in range(3):
            await asyncio.to_thread(templates.put, "order_ready", "en", "Hello {{name}}!", "test")
            await asyncio.to_thread(templates.put, "order_ready", "en", "Hi {{name}}", "test")

    async def all_at_once() -> list[AsgiAnswer]:
        asks = [Ask({**BY_TEMPLATE, "template": {**READY, "variables": {"name": name}}}) for name in names]
        changes = asyncio.create_task(change())
        answers = await asyncio.gather(*(world.asked(ask, stamp) for ask in asks))
        await changes
        return answers

    answers = [json.loads(answer.body) for answer in loop.run(all_at_once())]
    ledger = world.app.extensions[EXTENSION].dispatcher.ledger("default")
    for name, answer in zip(names, answers, strict=True):
        assert ledger.get(answer["id"]).text in (f"Hi {name}", f"Hello {name}!")


def test_a_key_and_a_cap_that_are_not_known_yet_are_looked_up_in_a_thread(
    worlds: Callable[..., World], threads_asked: list[Any]
) -> None:
    world = worlds(cap_policy="reject")
    world.fill()
    world.app.extensions[EXTENSION].keys._known.clear()
    stamp = int(time.time())
    assert [world.ask(Ask(seconds_ago=ago), stamp).status for ago in range(3)] == [202] * 3
    assert len(threads_asked) == 1


@pytest.mark.parametrize("limit", ["rate_limit_per_key", "rate_limit_per_address"])
def test_what_is_refused_is_counted_too(limit: str, worlds: Callable[..., World]) -> None:
    asks = [Ask(body=b"{"), Ask(), Ask(seconds_ago=1), Ask(body=b"[")]
    assert codes(worlds(**{limit: "2/hour"}), asks) == ["json_malformed", "", "rate_limited", "rate_limited"]


def test_without_signatures_a_message_is_accepted(worlds: Callable[..., World]) -> None:
    unsigned = Ask(headers={"X-Signature": None, "X-Timestamp": None})
    assert codes(worlds(signature_required=False), [unsigned]) == [""]


def test_it_says_that_redis_is_away(
    worlds: Callable[..., World], own_redis: Callable[..., RedisServer], settings: Settings
) -> None:
    server = own_redis()
    changed = settings.model_copy(update={"redis_url": server.url, "redis_timeout_seconds": 0.3})
    database = Database.connect(changed)
    world = worlds(database, redis_url=server.url, redis_timeout_seconds=0.3)
    assert codes(world, [Ask()]) == [""]
    server.kill()
    stamp = int(time.time())
    for ask in (Ask(seconds_ago=2), Ask(seconds_ago=3), Ask(BY_TEMPLATE), Ask(key="nobody")):
        assert code_of(world.ask(ask, stamp)) == "store_unavailable"
    server.start()
    assert codes(world, [Ask(seconds_ago=4)]) == [""]
    database.client.close()


def test_of_many_at_once_each_is_told_of_its_own_message(worlds: Callable[..., World], loop: Runner) -> None:
    world = worlds()
    world.fill()
    stamp = int(time.time())
    texts = [f"Text {n} 👋" for n in range(200)]

    async def all_at_once() -> list[AsgiAnswer]:
        return await asyncio.gather(*(world.asked(Ask({**HELLO, "message": t}), stamp) for t in texts))

    answers = [json.loads(answer.body) for answer in loop.run(all_at_once())]
    ledger = world.app.extensions[EXTENSION].dispatcher.ledger("default")
    kept = [ledger.get(answer["id"]) for answer in answers]
    assert [message.text for message in kept] == texts
    assert world.database.number("LLEN", messages_list("default", Priority.NORMAL)) == 200


def test_an_answer_lost_among_others_is_503_and_the_key_again_is_the_same_message(
    worlds: Callable[..., World], own_redis: Callable[..., RedisServer], loop: Runner
) -> None:
    server = own_redis()
    with CuttingProxy(server.port) as proxy:
        database = Database.connect(Settings(REDIS_URL=server.url))
        world = worlds(database, redis_url=f"redis://127.0.0.1:{proxy.port}/0")
        world.fill()
        stamp = int(time.time())
        assert world.ask(Ask(), stamp).status == 202

        async def all_at_once(seconds_ago: int) -> list[AsgiAnswer]:
            asks = [Ask({**HELLO, "idempotency_key": f"k{n}"}, seconds_ago=seconds_ago) for n in range(50)]
            return await asyncio.gather(*(world.asked(ask, stamp) for ask in asks))

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


def test_the_address_is_what_trusted_proxies_tell(worlds: Callable[..., World]) -> None:
    asks = [
        Ask(seconds_ago=ago, headers={"X-Forwarded-For": f"192.0.2.9, 192.0.2.{ago % 2}"}) for ago in range(4)
    ]
    for hops, accepted in ((1, 2), (2, 1), (0, 1)):
        found = codes(worlds(rate_limit_per_address="1/hour", trusted_proxies=hops), asks)
        assert found == [""] * accepted + ["rate_limited"] * (4 - accepted)


def test_a_body_in_pieces_of_the_network_is_one_body(worlds: Callable[..., World]) -> None:
    assert codes(worlds(), [Ask(pieces=7)]) == [""]


def test_an_error_that_nobody_foresaw_is_a_problem_too(
    worlds: Callable[..., World], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    world = worlds()
    world.fill()

    async def broken(*_: object) -> None:
        raise RuntimeError("not for callers")

    monkeypatch.setattr(Pipeline, "run", broken)
    answer = world.ask(Ask(), int(time.time()))
    assert (answer.status, json.loads(answer.body)["code"]) == (500, "internal_error")
    assert b"not for callers" not in answer.body
    assert "Unexpected error in a request" in caplog.text


def test_flask_alone_knows_another_method(app: Flask) -> None:
    assert app.test_client().get("/send").status_code == 405
