"""Repeating: signed again, with the same key, not longer than the caller's patience."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whatsapp_tasks.client import Client
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.errors import ApiUnreachable, ConfigurationError, RequestRefused, WaitTimeout

Answer = tuple[int, dict[str, str], dict[str, Any]] | None
"""None: the connection ends without one."""

ACCEPTED: tuple[int, dict[str, str], Any] = (
    202,
    {},
    {"id": "1", "status": "queued", "duplicate": False, "links": {"self": "/messages/1"}},
)


def problem(status: int, code: str, **headers: str) -> Answer:
    return status, headers, {"code": code, "detail": f"About {code}.", "status": status}


class Script:
    """A server that gives these answers in turn, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[dict[str, Any]] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                target = self.requestline.split(" ")[1]  # `path` is changed where it begins with //
                script.asked.append(
                    {"method": self.command, "target": target, "body": body, **dict(self.headers)}
                )
                answer = script.answers.pop(0)
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, fields = answer
                raw = json.dumps(fields).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(raw))}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_DELETE = do_PUT = do

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=lambda: self.server.serve_forever(0.01))
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    yield script
    script.close()


@pytest.fixture
def make_client(script: Script) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def make(prefix: str = "", **options: Any) -> Client:
        clients.append(Client(script.url + prefix, "wak_1", "was_1", **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_a_request_is_signed_as_it_is_sent(make_client: Callable[..., Client], script: Script) -> None:
    script.answers = [ACCEPTED, (200, {}, {"phone": "+491", "opted_out": True})]
    client = make_client("/behind/a/proxy")
    client.send("+4915112345678", "Grüße 👋", idempotency_key="one")
    assert client.opted_out("+49 1/2?3")

    for asked in script.asked:
        signed = sign("was_1", asked["X-Timestamp"], asked["method"], asked["target"], asked["body"])
        assert asked["X-Signature"] == signed
    assert json.loads(script.asked[0]["body"]) == {
        "phone": "+4915112345678",
        "message": "Grüße 👋",
        "idempotency_key": "one",
    }
    assert script.asked[1]["target"] == "/behind/a/proxy/opt-outs/+49%201%2F2%3F3"


@pytest.mark.parametrize(
    "lost",
    [
        None,
        problem(503, "store_unavailable", Retry_After="1"),
        problem(429, "rate_limited", Retry_After="1"),
        problem(401, "signature_replayed"),
    ],
)
def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    lost: Answer, make_client: Callable[..., Client], script: Script
) -> None:
    script.answers = [lost, ACCEPTED]
    assert make_client().send("+4915112345678", "Hi")["id"] == "1"
    first, second = script.asked
    assert first["body"] == second["body"]
    assert json.loads(first["body"])["idempotency_key"]


def test_each_send_without_a_key_is_a_message_of_its_own(
    make_client: Callable[..., Client], script: Script
) -> None:
    script.answers = [ACCEPTED, ACCEPTED]
    client = make_client()
    client.send("+4915112345678", "Hi")
    client.send("+4915112345678", "Hi")
    assert script.asked[0]["body"] != script.asked[1]["body"]


def test_what_lasts_longer_than_patience_is_reported_at_once(
    make_client: Callable[..., Client], script: Script
) -> None:
    script.answers = [problem(429, "daily_cap_reached", Retry_After="40000")]
    with pytest.raises(RequestRefused, match="About daily_cap_reached") as caught:
        make_client().send("+4915112345678", "Hi")
    assert (caught.value.code, caught.value.http_status, caught.value.retry_after_seconds) == (
        "daily_cap_reached",
        429,
        40000,
    )
    assert len(script.asked) == 1


def test_an_api_that_stays_away_is_one_sentence(make_client: Callable[..., Client], script: Script) -> None:
    script.answers = [None, None, None, None, None]
    with pytest.raises(ApiUnreachable, match="whatsapp-tasks up"):
        make_client(patience_seconds=0.5).accounts()


def test_an_answer_that_is_no_problem_document_is_a_refusal_too(
    make_client: Callable[..., Client], script: Script
) -> None:
    script.answers = [(418, {}, {})]
    with pytest.raises(RequestRefused, match="answered 418"):
        make_client().accounts()


def test_a_list_is_fetched_page_by_page_as_it_is_read(
    make_client: Callable[..., Client], script: Script
) -> None:
    pages = [{"messages": [{"id": str(n)}], "next_cursor": f"c{n}" if n < 2 else None} for n in range(3)]
    script.answers = [(200, {}, page) for page in pages]
    found = make_client().messages(status="failed", phone="+4915112345678")
    assert next(found)["id"] == "0"
    assert len(script.asked) == 1
    assert [message["id"] for message in found] == ["1", "2"]
    assert [asked["target"].partition("cursor=")[2] for asked in script.asked] == ["", "c0", "c1"]
    assert all("status=failed&phone=%2B4915112345678" in asked["target"] for asked in script.asked)


def test_waiting_ends_with_the_status_or_with_the_last_word(
    make_client: Callable[..., Client], script: Script
) -> None:
    client = make_client()
    script.answers = [(200, {}, {"status": status}) for status in ("queued", "sent", "delivered")]
    assert client.wait("1", {"delivered"}, pause_seconds=0)["status"] == "delivered"
    script.answers = [(200, {}, {"status": "failed"})]
    assert client.wait("1", {"delivered"})["status"] == "failed"
    script.answers = [(200, {}, {"status": "queued"})] * 2
    with pytest.raises(WaitTimeout, match="still queued"):
        client.wait("1", timeout_seconds=-1, pause_seconds=0)


def test_watching_tells_each_change_once(make_client: Callable[..., Client], script: Script) -> None:
    script.answers = [(200, {}, {"status": status}) for status in ("queued", "queued", "sent", "read")]
    watched = make_client().watch("1", pause_seconds=0)
    assert [message["status"] for message in watched] == ["queued", "sent", "read"]


def test_a_repeat_is_signed_again(
    make_client: Callable[..., Client], script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, really = time.time(), time.time
    monkeypatch.setattr(time, "time", lambda: began + 10 * (really() - began))  # ten seconds in one
    script.answers = [None, ACCEPTED]
    make_client().send("+4915112345678", "Hi")
    first, second = script.asked
    assert first["X-Signature"] != second["X-Signature"]
    assert int(second["X-Timestamp"]) > int(first["X-Timestamp"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.text("aZ0/.~%+ ()[]{}|^`\"'<>\\:;,&=$!*@éü☃", max_size=20), st.sampled_from(["", "/p%2fq", "/é"]))
def test_any_path_is_signed_as_the_library_writes_it_issue_12_row_7(
    make_client: Callable[..., Client], script: Script, path: str, prefix: str
) -> None:
    script.answers, script.asked = [(200, {}, {})], []
    make_client(prefix).call("GET", "/" + path)
    [asked] = script.asked
    assert asked["X-Signature"] == sign("was_1", asked["X-Timestamp"], "GET", asked["target"], b"")


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_this_machine_is_reached_past_any_proxy_issue_12_row_26(
    make_client: Callable[..., Client], script: Script, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "example.org")
    script.answers = [(200, {}, {"accounts": []})]
    assert make_client(patience_seconds=0).accounts() == []


def test_another_machine_is_reached_through_the_proxy(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", script.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    script.answers = [(200, {}, {"accounts": []})]
    with Client("http://api.example/x", "wak_1", "was_1") as client:
        assert client.accounts() == []
    [asked] = script.asked
    assert asked["target"] == "http://api.example/x/accounts"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_and_its_place_is_reported_issue_12_row_26(
    make_client: Callable[..., Client], script: Script, status: int
) -> None:
    script.answers = [(status, {"Location": f"{script.url}/login?next=secret"}, {}), ACCEPTED]
    with pytest.raises(RequestRefused, match=f"redirects to {script.url}/login") as caught:
        make_client().send("+4915112345678", "Hi")
    assert (caught.value.code, caught.value.http_status) == ("redirected", status)
    assert len(script.asked) == 1


def test_a_page_in_the_place_of_json_is_reported(make_client: Callable[..., Client], script: Script) -> None:
    script.answers = [(200, {}, [])]  # type: ignore[list-item]
    with pytest.raises(RequestRefused, match="is the address right"):
        make_client().accounts()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "abc",
        "ftp://x",
        "http://",
        "http://:80",
        "http://[::1",
        "http://x:99999",
        "http://x/?a",
        "127.0.0.1",
    ],
)
def test_an_address_that_is_none_is_reported_at_once_issue_12_row_28(address: str) -> None:
    with pytest.raises(ConfigurationError, match="WHATSAPP_API_URL"):
        Client(address, "wak_1", "was_1")


def test_a_text_that_cannot_be_encoded_is_one_refusal_without_it(
    make_client: Callable[..., Client], script: Script, tmp_path: Path
) -> None:
    """An argument of the command line in Latin-1 was a traceback that showed it."""
    client, broken = make_client(), "caf\udce9"
    (tmp_path / "a.txt").write_bytes(b"x")
    calls: tuple[Callable[[], object], ...] = (
        lambda: client.send("+4915112345678", broken),
        lambda: list(client.messages(account=broken)),
        lambda: client.upload(tmp_path / "a.txt", name=broken),
        lambda: client.send_batch([{"phone": "+4915112345678", "message": "Hi"}], idempotency_key="\u20ac"),
    )
    for call in calls:
        with pytest.raises(RequestRefused, match="UTF-8") as refused:
            call()
        assert refused.value.__cause__ is None
        assert "caf" not in str(refused.value)
    assert script.asked == []


def test_a_files_name_that_cannot_be_encoded_is_called_one(
    make_client: Callable[..., Client], tmp_path: Path
) -> None:
    path = tmp_path / "lat\udce9.pdf"
    path.write_bytes(b"x")
    with pytest.raises(RequestRefused, match="The file's name cannot be encoded"):
        make_client().upload(path)


def test_what_is_no_regular_file_is_refused_at_once(
    make_client: Callable[..., Client], script: Script, tmp_path: Path
) -> None:
    """A pipe without a writer, and /dev/zero, were read for ever."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        for call in (make_client().upload, lambda path: make_client().send("+4915112345678", file=path)):
            with pytest.raises(RequestRefused, match=f"{path} is not a regular file"):
                call(path)
    with pytest.raises(FileNotFoundError):
        make_client().upload(tmp_path / "missing")
    assert script.asked == []


@pytest.mark.parametrize("key_id", ["wak_\n", "schlüssel"])
def test_a_key_that_no_header_can_hold_is_reported_at_once(key_id: str) -> None:
    with pytest.raises(ConfigurationError, match="WHATSAPP_API_KEY"):
        Client("http://127.0.0.1:1", key_id, "was_1")
