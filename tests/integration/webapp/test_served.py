"""What only a served application shows: real sockets, several processes, many callers at once."""

import http.client
import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.integration.webapp.conftest import PHONE
from tests.integration.webapp.served_app import served_app
from tests.integration.webapp.signing import signed
from tests.support.http_server import HttpServer
from tests.support.redis_server import RedisServer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.queues import control_queue, messages_lists, task_id_of
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.keys import AccountKeys
from whatsapp_tasks.stores.requests import WorkerRequests
from whatsapp_tasks.stores.sessions import Sessions

BODY = json.dumps({"phone": PHONE, "message": "One and the same"}).encode()


def call(
    served: HttpServer, method: str, target: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, dict[str, Any]]:
    """One request with the target as it is: no client normalises it."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    try:
        connection.putrequest(method, target)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def queued(database: Database) -> int:
    return sum(database.number("LLEN", name) for name in messages_lists("default"))


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/send?note=a%20b%2Fc%3F&x=%C3%A9&y=a+b"),
        ("POST", "/send?a=b;c=%7Bd%7D&&"),
        ("PUT", "/opt-outs/+4915112345678"),
        ("PUT", "/opt-outs/%2B4915112345678"),
        ("PUT", "/opt-outs/+1%20%28202%29%20555-0168"),  # issue 12, row 7
        ("PUT", "/opt-outs/%2b1%20(202)%20%355%35-0168"),
        ("DELETE", "/opt%2douts/+1%20(202%29%20555-0168"),
        ("POST", "/messages:batch"),
        ("POST", "/messages%3Abatch"),
    ],
)
def test_path_and_query_are_signed_as_they_were_sent(
    method: str, target: str, served: HttpServer, served_key: ApiKey
) -> None:
    body = b'{"messages": [' + BODY + b"]}" if "batch" in target else BODY
    status, answer = call(served, method, target, body, signed(served_key, method, target, body))
    assert status in (200, 202), answer


@pytest.mark.parametrize("slash", ["/", "%2F", "%2f", "//"])
def test_a_slash_in_a_phone_of_a_path_is_reported_issue_12_row_7(
    slash: str, served: HttpServer, served_key: ApiKey
) -> None:
    target = f"/opt-outs/+49{slash}151{slash}12345678"
    status, answer = call(served, "PUT", target, b"", signed(served_key, "PUT", target))
    assert (status, answer["code"]) == (422, "phone_invalid")
    assert "without a slash" in answer["detail"]


def test_another_escaping_of_the_path_is_another_signature(served: HttpServer, served_key: ApiKey) -> None:
    headers = signed(served_key, "PUT", "/opt-outs/+4915112345678")
    status, answer = call(served, "PUT", "/opt-outs/%2B4915112345678", b"", headers)
    assert (status, answer["code"]) == (401, "signature_invalid")


def test_a_query_that_was_changed_on_the_way_is_refused(served: HttpServer, served_key: ApiKey) -> None:
    headers = signed(served_key, "POST", "/send?x=1", BODY)
    status, answer = call(served, "POST", "/send?x=2", BODY, headers)
    assert (status, answer["code"]) == (401, "signature_invalid")


def test_two_hundred_equal_requests_at_once_are_one_message(
    served: HttpServer, database: Database, served_key: ApiKey
) -> None:
    keys = [ApiKeys(database).create(f"caller {n}", ("send",), 1) for n in range(10)]
    requests = [signed(key, "POST", "/send", BODY, ago) for key in keys for ago in range(20)]
    assert len({headers["X-Signature"] for headers in requests}) == 200

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda headers: call(served, "POST", "/send", BODY, headers), requests))

    assert Counter(status for status, _ in answers) == {202: 200}
    assert len({answer["id"] for _, answer in answers}) == 1
    assert Counter(answer["duplicate"] for _, answer in answers) == {True: 199, False: 1}
    assert queued(database) == 1


def test_two_hundred_different_requests_at_once_are_two_hundred_messages(
    served: HttpServer, database: Database, served_key: ApiKey
) -> None:
    def send(number: int) -> str:
        body = json.dumps({"phone": PHONE, "message": f"Text {number}"}).encode()
        status, answer = call(served, "POST", "/send", body, signed(served_key, "POST", "/send", body))
        assert status == 202, answer
        return str(answer["id"])

    with ThreadPoolExecutor(50) as pool:
        ids = list(pool.map(send, range(200)))

    for number, message_id in enumerate(ids):
        assert database.record(AccountKeys("default").message(message_id))["text"] == f"Text {number}"
    assert queued(database) == 200


@pytest.mark.parametrize("seconds_frozen", [0.0, 2.5], ids=["key known", "key forgotten"])
def test_while_redis_hangs_all_who_ask_at_once_are_answered_within_two_seconds(
    seconds_frozen: float, own_redis: Callable[..., RedisServer], tmp_path: Path
) -> None:
    server = own_redis()
    database = Database.connect(Settings(REDIS_URL=server.url))
    Accounts(database).add("default", 1)
    key = ApiKeys(database).create("test", ("send",), 1)
    served = served_app(server.url, tmp_path).start()

    def send(number: int) -> tuple[int, str, float]:
        body = json.dumps({"phone": PHONE, "message": f"Text {number}"}).encode()
        begun = time.monotonic()
        status, answer = call(served, "POST", "/send", body, signed(key, "POST", "/send", body))
        return status, answer.get("code", ""), time.monotonic() - begun

    try:
        assert send(0)[0] == 202
        assert send(1)[0] == 202
        server.freeze()
        time.sleep(seconds_frozen)
        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(send, range(2, 32)))
        assert {(status, code) for status, code, _ in answers} == {(503, "store_unavailable")}
        assert max(seconds for _, _, seconds in answers) < 2
        server.thaw()
        again = [send(n)[0] for n in range(2, 32)]
        assert set(again[5:]) == {202}
        assert served.log().count("Traceback") == 0
    finally:
        served.stop()
        database.client.close()


def test_requests_under_way_are_answered_before_the_end(
    own_redis: Callable[..., RedisServer], tmp_path: Path
) -> None:
    server = own_redis()
    database = Database.connect(Settings(REDIS_URL=server.url))
    Accounts(database).add("default", 1)
    key = ApiKeys(database).create("test", ("send",), 1)
    served = served_app(server.url, tmp_path, workers=2).start()

    def send(number: int) -> int:
        body = json.dumps({"phone": PHONE, "message": f"Text {number}"}).encode()
        return call(served, "POST", "/send", body, signed(key, "POST", "/send", body))[0]

    assert send(0) == 202
    server.freeze()
    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(send, number) for number in range(1, 21)]
        time.sleep(0.3)
        pool.submit(served.stop)
        time.sleep(0.2)
        server.thaw()
        statuses = Counter(answer.result() for answer in answers)
    assert statuses == {202: 20}
    assert queued(database) == 21
    database.client.close()


@pytest.mark.parametrize(
    "head",
    [
        b"X-Long: " + b"x" * 200_000,
        b"\r\n".join(b"X-%d: %b" % (n, b"x" * 100) for n in range(2000)),
    ],
    ids=["one long header", "many headers"],
)
def test_the_head_of_a_request_is_limited(head: bytes, served: HttpServer) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        answer = b""
        with suppress(ConnectionError):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + head)
            answer = connection.recv(1000)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")


def raw(served: HttpServer, request: bytes) -> bytes:
    """All that is answered to these bytes; the last request in them closes the connection."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        with suppress(ConnectionError):
            while piece := connection.recv(65_536):
                answer += piece
        return answer


def lines(headers: Mapping[str, str]) -> bytes:
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())


def test_a_message_with_a_wish_for_http2_is_accepted_and_its_body_not_executed(
    served: HttpServer, database: Database, served_key: ApiKey
) -> None:
    """Issue 12, row 13. The body is a whole signed request, which must stay a text."""
    inner_body = json.dumps({"phone": PHONE, "message": "smuggled"}).encode()
    inner = b"POST /send HTTP/1.1\r\nHost: localhost\r\n%bContent-Length: %d\r\n\r\n%b" % (
        lines(signed(served_key, "POST", "/send", inner_body)),
        len(inner_body),
        inner_body,
    )
    for body, status in ((BODY, b"202"), (inner, b"400")):
        answer = raw(
            served,
            b"POST /send HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
            b"Upgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
            b"%bContent-Length: %d\r\n\r\n%b"
            % (lines(signed(served_key, "POST", "/send", body)), len(body), body),
        )
        assert answer.startswith(b"HTTP/1.1 " + status)
        assert answer.count(b"HTTP/1.1 ") == 1
    assert queued(database) == 1


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (("/send", ["localhost"]), 202),
        (("/send", ["localhost", "localhost"]), 400),
        (("/send", ["localhost", "evil.example"]), 400),
        (("/send", []), 400),
        (("/send", ["user@localhost"]), 400),
        (("/send", ["localhost/x"]), 400),
        (("//send", ["localhost"]), 404),
        (("///send", ["localhost"]), 404),
        (("//localhost/send", ["localhost"]), 404),
    ],
)
def test_there_is_one_host_and_one_name_for_a_path(
    asked: tuple[str, list[str]], status: int, served: HttpServer, database: Database, served_key: ApiKey
) -> None:
    """Issue 12, row 20."""
    target, hosts = asked
    head = b"".join(b"Host: %b\r\n" % host.encode() for host in hosts)
    answer = raw(
        served,
        b"POST %b HTTP/1.1\r\n%b%bConnection: close\r\nContent-Length: %d\r\n\r\n%b"
        % (target.encode(), head, lines(signed(served_key, "POST", target, BODY)), len(BODY), BODY),
    )
    assert int(answer.split()[1]) == status, answer
    assert queued(database) == (status == 202)


def test_logs_name_no_key(served: HttpServer, served_key: ApiKey) -> None:
    """Issue 12, row 11."""
    for target, body in (("/accounts/default/pause", b"{}"), ("/accounts/default/resume", b"{}")):
        assert call(served, "POST", target, body, signed(served_key, "POST", target, body))[0] == 200
    assert served_key.id not in served.log()


def test_a_target_that_is_not_ascii_does_no_harm(served: HttpServer) -> None:
    for target in (b"/\xc3\xa9?q=\xc3\xa9", b"/healthz?\xff", b"/%FF%00", b"*"):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
            connection.sendall(
                b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            status = int(connection.recv(1000).split()[1])
            assert status in (200, 400, 404), target


def test_of_equal_signatures_at_once_one_is_accepted(
    served: HttpServer, database: Database, served_key: ApiKey
) -> None:
    headers = signed(served_key, "POST", "/send", BODY)
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: call(served, "POST", "/send", BODY, headers), range(100)))

    assert Counter(answer.get("code", "accepted") for _, answer in answers) == {
        "accepted": 1,
        "signature_replayed": 99,
    }
    assert queued(database) == 1


def test_of_different_texts_under_one_key_at_once_one_is_accepted(
    served: HttpServer, database: Database, served_key: ApiKey
) -> None:
    def send(number: int) -> tuple[int, dict[str, Any]]:
        fields = {"phone": PHONE, "message": f"Text {number}", "idempotency_key": "one"}
        body = json.dumps(fields).encode()
        return call(served, "POST", "/send", body, signed(served_key, "POST", "/send", body))

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(send, range(50)))

    assert Counter(status for status, _ in answers) == {202: 1, 409: 49}
    (winner,) = [answer["id"] for status, answer in answers if status == 202]
    assert {answer["message_id"] for status, answer in answers if status == 409} == {winner}
    assert queued(database) == 1


def test_a_body_in_pieces_is_limited_too(served: HttpServer, served_key: ApiKey) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    piece = b"x" * 65_536
    try:
        connection.request(
            "POST",
            "/send",
            body=(piece for _ in range(16)),
            headers=signed(served_key, "POST", "/send", piece * 16),
            encode_chunked=True,
        )
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["code"]) == (413, "body_too_large")
    finally:
        connection.close()


def test_the_log_holds_no_phone_number_and_no_text(
    served: HttpServer, database: Database, served_key: ApiKey
) -> None:
    for fields in (
        {"phone": PHONE, "message": "Secret words"},
        {"phone": "0151 987654", "message": "Secret words"},
    ):
        body = json.dumps(fields).encode()
        call(served, "POST", "/send", body, signed(served_key, "POST", "/send", body))
    call(served, "GET", f"/opt-outs/{PHONE}", b"", {"X-Api-Key": "wak_unknown"})

    log = served.log()
    assert "Request refused" in log
    assert "Secret words" not in log
    assert "15112345678" not in log
    assert "987654" not in log
    assert served_key.secrets[0] not in log


def test_requests_that_wait_for_a_worker_hold_up_no_others(
    served: HttpServer, database: Database, served_key: ApiKey
) -> None:
    Sessions(database, "default").beat({"worker": "w1"}, 60)
    path, queue = "/accounts/default/screenshot", control_queue("default")
    headers, url = signed(served_key, "GET", path), f"{served.url}{path}"
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(requests.get, url, headers=headers, timeout=30) for _ in range(8)]
        while database.number("LLEN", queue) < len(waiting):
            time.sleep(0.01)
        for _ in range(10):
            assert requests.get(f"{served.url}/healthz", timeout=5).ok
        assert not any(answer.done() for answer in waiting)
        for entry in database.texts("LRANGE", queue, 0, -1):
            request_id = task_id_of(entry)
            assert request_id is not None
            WorkerRequests(database, "default").give_answer(request_id, True, {"png": "iVBORw0KGgo="})
        assert {answer.result().status_code for answer in waiting} == {200}
