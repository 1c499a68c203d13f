"""``GET /events`` as it is served (issue 16, 8): resumed without loss, scoped, bounded, ended in time."""

import http.client
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from flask import Flask

from tests.integration.webapp.conftest import PHONE, Caller, problem
from tests.integration.webapp.console_operator import COOKIE, ConsoleOperator
from tests.integration.webapp.served_app import served_app
from tests.integration.webapp.signing import signed
from tests.support.event_listener import Block, EventListener, listen
from tests.support.http_server import HttpServer
from tests.support.redis_server import RedisServer
from tests.support.stack import eventually
from webapp.event_hub import MOST_WAITING
from webapp.event_stream import THREADS
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.event_places import MOST_ACCOUNTS
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.keys import AccountKeys

TEXT = "a text that is nobody's business"
ENOUGH_FOR_BUFFERS = 6_000
LONG = 2_000
"""So many events with so long a subject are more than a socket (4 MiB) and a list of ours hold."""


@pytest.fixture(autouse=True)
def _nobody_listens_on() -> Iterator[None]:
    yield
    EventListener.close_all()


@pytest.fixture
def key(database: Database) -> ApiKey:
    """May read, and nothing else; with two accounts."""
    Accounts(database).add("default", 1)
    Accounts(database).add("sales", 1)
    return ApiKeys(database).create("reader", ("read",), 1)


@pytest.fixture
def dispatcher(database: Database, settings: Settings) -> Dispatcher:
    return Dispatcher(database, settings.model_copy(update={"cap_policy": "off"}))


@pytest.fixture
def serve(redis_url: str, tmp_path: Path) -> Iterator[Callable[..., HttpServer]]:
    """``serve(NAME=value)``: one process with these settings."""
    started: list[HttpServer] = []

    def start(url: str = redis_url, **environment: str) -> HttpServer:
        folder = tmp_path / f"served-{len(started)}"
        folder.mkdir()
        environment |= {
            "WHATSAPP_RATE_LIMIT_PER_KEY": "100000/minute",
            "WHATSAPP_RATE_LIMIT_PER_ADDRESS": "100000/minute",
        }
        started.append(served_app(url, folder, workers=1, **environment).start())
        return started[-1]

    yield start
    for server in started:
        server.stop()


def follow(server: HttpServer, key: ApiKey, target: str = "/events", last_id: str = "") -> EventListener:
    return listen(server, signed(key, "GET", target), target, last_id)


def refused(server: HttpServer, key: ApiKey, target: str, **headers: str) -> tuple[int, str, str | None]:
    """Status, code and Retry-After."""
    listener = EventListener.open(server, {**signed(key, "GET", target), **headers}, target)
    found = listener.response.status, listener.code, listener.response.headers["Retry-After"]
    listener.close()
    return found


def happen(
    database: Database, many: int, account: str = "default", kind: str = "message.sent", length: int = 0
) -> list[str]:
    """So many events; returns their subjects."""
    stream, first = AccountKeys(account).events, EventLog(database, account).added()
    subjects = [f"m{first + number}".ljust(length, ".") for number in range(many)]
    for start in range(0, many, 1000):
        database.together(
            *(
                ("XADD", stream, "*", "type", kind, "subject", subject, "at_ms", 1, "code", "")
                for subject in subjects[start : start + 1000]
            )
        )
    return subjects


def subjects(blocks: list[Block]) -> list[str]:
    return [block.data["data"]["message_id"] for block in blocks]


def test_an_event_is_reported_as_it_happens_without_phone_and_text(
    served: HttpServer, key: ApiKey, dispatcher: Dispatcher
) -> None:
    listener = follow(served, key)
    headers = listener.response.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Accel-Buffering"] == "no"
    accepted = dispatcher.send(MessageRequest(PHONE, TEXT, metadata={"order": 7}))
    block = listener.next()
    assert block.event == "message.queued"
    assert block.data == {
        "id": f"evt_default_{block.id.partition(':')[2].partition(',')[0].replace('-', '_')}",
        "type": "message.queued",
        "timestamp": block.data["timestamp"],
        "account": "default",
        "data": {"message_id": accepted.id, "status": "queued"},
    }
    listener.close()


def test_who_wrote_to_the_account_is_not_told(served: HttpServer, key: ApiKey, database: Database) -> None:
    listener = follow(served, key, "/events?type=message.received")
    keys, fields = AccountKeys("default"), ("type", "message.received", "subject", "digest", "at_ms", 1)
    place = database.text("XADD", keys.events, "*", *fields, "unread", 3, "new", 2)
    database.do("HSET", f"{keys.received}{place}", "chat", "Ann", "phone", PHONE, "preview", TEXT)
    assert listener.next().data["data"] == {"unread": 3, "new": 2}
    listener.close()


def test_it_goes_on_after_the_last_event_in_whichever_process(
    served: HttpServer, key: ApiKey, database: Database
) -> None:
    """Nothing is lost and nothing comes twice, over many connections to two processes."""
    listener = follow(served, key)
    expected: list[str] = []
    got: list[str] = []
    for turn in range(12):
        for account in ("default", "sales"):
            expected += [f"{account} {subject}" for subject in happen(database, 5, account)]
        blocks = listener.take(7 if turn % 2 else 10)  # in the middle, or all
        got += [f"{block.data['account']} {block.data['data']['message_id']}" for block in blocks]
        listener.close()
        listener = follow(served, key, last_id=listener.last_id)
    got += [
        f"{block.data['account']} {block.data['data']['message_id']}"
        for block in listener.take(len(expected) - len(got))
    ]
    for account in ("default", "sales"):
        assert [one for one in got if one.startswith(account)] == [
            one for one in expected if one.startswith(account)
        ]
    happen(database, 1, kind="message.read")
    assert listener.next().event == "message.read"  # nothing was left over
    listener.close()


def test_a_listener_that_saw_no_event_yet_goes_on_from_where_it_began(
    served: HttpServer, key: ApiKey, database: Database
) -> None:
    happen(database, 3)
    listener = follow(served, key, "/events?account=default")
    listener.close()
    missed = happen(database, 2)
    listener = follow(served, key, f"/events?account=default&after={listener.last_id}")
    assert subjects(listener.take(2)) == missed
    listener.close()


def test_the_header_comes_before_the_parameter_as_browsers_repeat_the_address(
    served: HttpServer, key: ApiKey, database: Database
) -> None:
    told = happen(database, 3)
    listener = follow(served, key, "/events?account=default&after=0-0")
    assert subjects(listener.take(2)) == told[:2]
    listener.close()
    again = follow(served, key, "/events?account=default&after=0-0", last_id=listener.last_id)
    assert subjects([again.next()]) == told[2:]
    again.close()


def test_a_long_way_behind_and_events_meanwhile_are_one_row(
    served: HttpServer, key: ApiKey, database: Database
) -> None:
    expected = happen(database, 3000)
    listener = follow(served, key, "/events?account=default&after=0-0")
    got = subjects(listener.take(1))
    expected += happen(database, 2000)
    got += subjects(listener.take(4999))
    assert got == expected
    listener.close()


def test_an_id_that_was_trimmed_away_is_reported(served: HttpServer, key: ApiKey, database: Database) -> None:
    told = happen(database, 10)
    log, stream = EventLog(database, "default"), AccountKeys("default").events
    places = [place for place, _ in log.after("0-0", 10)]
    database.do("XTRIM", stream, "MAXLEN", "=", 4)
    listener = follow(served, key, "/events?account=default", last_id=places[2])
    first = listener.next()
    assert (first.event, first.data) == ("missed", {"account": "default", "after": places[2]})
    assert subjects(listener.take(4)) == told[6:]
    listener.close()
    # What was missed is told once.
    listener = follow(served, key, "/events?account=default", last_id=first.id)
    assert subjects(listener.take(4)) == told[6:]
    listener.close()


def test_events_that_redis_has_lost_are_reported(served: HttpServer, key: ApiKey, database: Database) -> None:
    happen(database, 1)
    listener = follow(served, key, "/events?account=default", last_id="9000000000000-0")
    assert listener.next().event == "missed"
    told = happen(database, 1)
    assert subjects([listener.next()]) == told
    listener.close()


@pytest.mark.parametrize("target", ["/events?after={}", "/events"])
@pytest.mark.parametrize("place", ["x", "1", "1-", "default:1", "1-1,2-2", "18446744073709551616-0"])
def test_a_malformed_id_is_refused(target: str, place: str, served: HttpServer, key: ApiKey) -> None:
    headers = {} if "after" in target else {"Last-Event-ID": place}
    assert refused(served, key, target.format(place), **headers)[:2] == (422, "query_invalid")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("type=message.gone", 422, "query_invalid"),
        ("type=", 422, "query_invalid"),
        ("type=message.sent&type=message.read", 422, "query_invalid"),
        ("colour=red", 422, "query_invalid"),
        ("account=NO", 422, "account_invalid"),
        ("account=", 422, "account_invalid"),
        ("account=nobody", 404, "account_unknown"),
        ("account=default,nobody", 404, "account_unknown"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    query: str, status: int, code: str, served: HttpServer, key: ApiKey
) -> None:
    assert refused(served, key, f"/events?{query}")[:2] == (status, code)


def test_an_unknown_type_is_named_with_those_that_are_known(make_caller: Callable[..., Caller]) -> None:
    answer = make_caller("read").get("/events?type=message.sent,message.gone")
    assert problem(answer, 422) == "query_invalid"
    assert answer.json is not None
    [error] = answer.json["errors"]
    assert error["field"] == "type"
    assert "unknown type 'message.gone'" in error["message"]
    assert "message.sent" in error["message"]


def test_more_accounts_than_an_id_holds_must_be_named(
    served: HttpServer, key: ApiKey, database: Database
) -> None:
    for number in range(MOST_ACCOUNTS):
        Accounts(database).add(f"account-{number}", 1)
    assert refused(served, key, "/events")[:2] == (422, "query_invalid")
    listener = follow(served, key, "/events?account=account-7,sales")
    happen(database, 1, "account-8")
    happen(database, 1, "sales")
    assert listener.next().data["account"] == "sales"
    listener.close()


def test_only_the_account_and_the_types_that_are_wanted_are_reported(
    served: HttpServer, key: ApiKey, database: Database
) -> None:
    of_sales = follow(served, key, "/events?account=sales")
    of_default = follow(served, key, "/events?account=default&type=message.failed,session.*")
    happen(database, 3)
    happen(database, 1, "sales", "message.read")
    happen(database, 1, kind="message.failed")
    assert of_sales.next().event == "message.read"
    assert of_default.next().event == "message.failed"
    of_sales.close()
    of_default.close()


@pytest.mark.parametrize("scopes", [("send",), ()])
def test_a_key_that_may_not_read_may_not_listen(
    scopes: tuple[str, ...], served: HttpServer, key: ApiKey, database: Database
) -> None:
    other = ApiKeys(database).create("sender", scopes, 1)
    assert refused(served, other, "/events")[:2] == (403, "scope_missing")


def test_a_request_that_is_not_signed_is_refused(served: HttpServer, key: ApiKey) -> None:
    unsigned = {"X-Api-Key": key.id}
    listener = EventListener.open(served, unsigned)
    assert (listener.response.status, listener.code) == (401, "signature_missing")
    for_another = EventListener.open(served, signed(key, "GET", "/events"), "/events?account=sales")
    assert (for_another.response.status, for_another.code) == (401, "signature_invalid")


def test_a_revoked_key_loses_its_stream_and_another_one_does_not(
    served: HttpServer, key: ApiKey, database: Database
) -> None:
    other = ApiKeys(database).create("other", ("read",), 1)
    listener, stays = follow(served, key), follow(served, other)
    ApiKeys(database).revoke(key.id)
    assert listener.next() == Block(event="end", data={"reason": "key_revoked"})
    assert list(listener.blocks()) == []
    happen(database, 1)
    assert stays.next().event == "message.sent"
    stays.close()


def test_a_key_that_loses_its_scope_loses_its_stream(
    served: HttpServer, key: ApiKey, database: Database
) -> None:
    listener = follow(served, key)
    ApiKeys(database).put(ApiKey(key.id, key.label, ("send",), 1, key.secrets))
    assert listener.next().data == {"reason": "key_revoked"}


def test_it_goes_on_when_redis_is_back_and_nothing_is_lost(
    serve: Callable[..., HttpServer], own_redis: Callable[..., RedisServer], settings: Settings
) -> None:
    server = own_redis("--appendfsync", "always")
    database = Database.connect(settings.model_copy(update={"redis_url": server.url}))
    Accounts(database).add("default", 1)
    key = ApiKeys(database).create("reader", ("read",), 1)
    served = serve(server.url, WHATSAPP_EVENTS_HEARTBEAT_SECONDS="0.2")
    listener = follow(served, key)
    expected = happen(database, 5)
    got = subjects(listener.take(5))
    server.kill()
    for block in listener.blocks():  # it stays open, and is told so
        assert block.is_comment
        break
    assert refused(served, key, "/events")[:2] == (503, "store_unavailable")
    server.start()
    database.client.close()  # connections to the old one
    expected += happen(database, 5)
    got += subjects(listener.take(5))
    assert got == expected
    listener.close()


def test_a_slow_reader_is_ended_with_a_reason_and_goes_on_from_there(
    serve: Callable[..., HttpServer], key: ApiKey, database: Database
) -> None:
    served = serve()
    target = "/events?account=default"
    slow = EventListener.open(served, signed(key, "GET", target), target, receive_buffer=4096).begin()
    quick = follow(served, key, target)
    before = psutil.Process(served.pid).memory_info().rss
    expected: list[str] = []
    for _ in range(ENOUGH_FOR_BUFFERS // 500):
        some = happen(database, 500, length=LONG)
        assert subjects(quick.take(500)) == some
        expected += some
    grown = psutil.Process(served.pid).memory_info().rss - before
    assert grown < 2 * MOST_WAITING * LONG + 16 * 1024 * 1024
    got: list[str] = []
    for block in slow.blocks():
        if block.event == "end":
            assert block.data == {"reason": "too_slow"}
        elif block.event:
            got += subjects([block])
    assert 0 < len(got) < len(expected)
    again = follow(served, key, target, last_id=slow.last_id)
    got += subjects(again.take(len(expected) - len(got)))
    assert got == expected
    assert "too slow" in served.log()
    again.close()
    quick.close()


def test_a_key_and_a_process_have_only_so_many_listeners(
    serve: Callable[..., HttpServer], key: ApiKey, database: Database
) -> None:
    other = ApiKeys(database).create("other", ("read",), 1)
    served = serve(WHATSAPP_EVENTS_LISTENERS="3", WHATSAPP_EVENTS_LISTENERS_PER_KEY="2")
    first, second = follow(served, key), follow(served, key)
    assert refused(served, key, "/events") == (429, "listeners_of_key", "10")
    third = follow(served, other)
    assert refused(served, other, "/events") == (503, "listeners_busy", "10")
    third.close()
    while (status := refused_or_open(served, other)) == 503:
        pass  # the server has not seen the end of the connection yet
    assert status == 200
    first.close()
    second.close()


def refused_or_open(served: HttpServer, key: ApiKey) -> int:
    listener = EventListener.open(served, signed(key, "GET", "/events"))
    listener.close()
    return listener.response.status


def test_listeners_take_neither_threads_nor_the_place_of_other_connections(
    serve: Callable[..., HttpServer], key: ApiKey, database: Database
) -> None:
    sender = ApiKeys(database).create("sender", ("send",), 1)
    served = serve(
        WHATSAPP_WEB_CONNECTIONS="16", WHATSAPP_EVENTS_LISTENERS_PER_KEY="100", WHATSAPP_CAP_POLICY="off"
    )
    process = psutil.Process(served.pid)
    listeners = [follow(served, key)]
    threads = process.num_threads()
    listeners += [follow(served, key) for _ in range(60)]
    assert process.num_threads() <= threads + THREADS
    body = json.dumps({"phone": PHONE, "message": TEXT}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.request("POST", "/send", body, signed(sender, "POST", "/send", body))
    answer = connection.getresponse()
    assert answer.status == 202, answer.read()
    connection.close()
    for listener in listeners:
        assert listener.next().event == "message.queued"
        listener.close()


def test_nothing_but_a_heartbeat_keeps_the_connection_and_moves_the_place(
    serve: Callable[..., HttpServer], key: ApiKey, database: Database
) -> None:
    served = serve(WHATSAPP_EVENTS_HEARTBEAT_SECONDS="0.2")
    listener = follow(served, key, "/events?account=default&type=message.failed")
    happen(database, 3)  # of another type
    newest = EventLog(database, "default").latest(1)[0].position
    for block in listener.blocks():
        assert (block.is_comment, block.event) == (True, "")
        if block.id == newest:
            break
    listener.close()


@pytest.mark.parametrize("reads", [True, False], ids=["one that reads", "one that does not"])
def test_the_end_of_the_process_ends_streams_at_once(
    reads: bool, serve: Callable[..., HttpServer], key: ApiKey, database: Database
) -> None:
    served = serve()
    target = "/events?account=default"
    listener = EventListener.open(served, signed(key, "GET", target), target, receive_buffer=4096).begin()
    if not reads:
        happen(database, ENOUGH_FOR_BUFFERS, length=LONG)
        eventually(lambda: "too slow" in served.log(), "the reader is too slow")
    process = psutil.Process(served.pid)
    process.send_signal(signal.SIGTERM)
    if reads:
        assert listener.next() == Block(event="end", data={"reason": "closing"})
    process.wait(15)
    listener.close()


# without the event loop


def test_head_answers_what_get_would(served: HttpServer, key: ApiKey) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.request("HEAD", "/events", headers=signed(key, "HEAD", "/events"))
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.read() == b""
    connection.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_get_listens(method: str, served: HttpServer, key: ApiKey) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.request(method, "/events", headers=signed(key, method, "/events"))
    answer = connection.getresponse()
    assert (answer.status, set(answer.headers["Allow"].split(", "))) == (405, {"GET", "HEAD"})
    connection.close()


def test_a_server_without_an_event_loop_answers_what_there_is_and_ends(
    make_caller: Callable[..., Caller], database: Database
) -> None:
    told = happen(database, 450)
    caller = make_caller("read")
    last = "0-0"
    got: list[str] = []
    while len(got) < len(told):
        answer = caller.get("/events?account=default", **{"Last-Event-ID": last})
        assert answer.status_code == 200
        lines = answer.text.splitlines()
        got += [json.loads(line[6:])["data"]["message_id"] for line in lines if line.startswith("data: ")]
        last = [line[4:] for line in lines if line.startswith("id: ")][-1]
    assert got == told
    assert "retry: " in answer.text


# the console


def session_of(app: Flask, key: ApiKey) -> tuple[ConsoleOperator, str]:
    """An operator, and the cookie that proves it to the served application too."""
    operator = ConsoleOperator(app.test_client(), key).log_in()
    cookie = operator.client.get_cookie(COOKIE)
    assert cookie is not None
    return operator, cookie.value


@pytest.fixture
def admin(key: ApiKey, database: Database) -> ApiKey:
    return ApiKeys(database).create("Ann", ("admin",), 1)


def test_the_console_is_told_that_something_has_changed_until_its_session_ends(
    served: HttpServer, app: Flask, admin: ApiKey, database: Database
) -> None:
    operator, session = session_of(app, admin)
    listener = listen(served, {"Cookie": f"{COOKIE}={session}"}, "/console/events")
    happen(database, 1, "sales")
    assert listener.next() == Block(event="changed", data={"account": "sales"})
    assert operator.post("/logout").status_code == 303
    assert listener.next().data == {"reason": "key_revoked"}


def test_without_a_session_there_is_no_stream_for_the_console(served: HttpServer, admin: ApiKey) -> None:
    for headers in ({}, {"Cookie": f"{COOKIE}=wrong"}, signed(admin, "GET", "/console/events")):
        listener = EventListener.open(served, headers, "/console/events")
        assert (listener.response.status, listener.code) == (401, "console_session_missing")


def test_a_console_without_an_event_loop_goes_on_asking(app: Flask, admin: ApiKey) -> None:
    operator, _ = session_of(app, admin)
    answer = operator.client.get("/console/events")
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert answer.text.startswith("retry: 60000\n")
    assert app.test_client().get("/console/events").status_code == 401
