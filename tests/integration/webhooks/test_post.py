"""One POST, at receivers of every kind."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support import webhook_receiver as receivers
from tests.support.webhook_receiver import Behaviour, Receiver, answer
from whatsapp_tasks.clients import pinned_http, webhook_post
from whatsapp_tasks.clients.pinned_http import Limits
from whatsapp_tasks.clients.webhook_post import post
from whatsapp_tasks.domain.webhooks import Answer

SHORT = Limits(connect_seconds=0.5, total_seconds=1.0)
HEADERS = {"Content-Type": "application/json", "webhook-id": "evt_1"}


def send(url: str, *, allow_private: bool = True, limits: Limits = SHORT) -> Answer:
    return post(url, HEADERS, b'{"a":1}', allow_private=allow_private, limits=limits)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_a_receiver_gets_the_body_and_the_headers_as_they_are(receiver: Receiver) -> None:
    assert send(receiver.url + "?a=1&b=%20") == Answer(204)
    [request] = receiver.received
    assert (request.method, request.path, request.body) == ("POST", "/hook?a=1&b=%20", b'{"a":1}')
    assert request.headers["webhook-id"] == "evt_1"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [200, 202, 400, 401, 404, 410, 413, 500, 503])
def test_every_status_is_reported(receiver: Receiver, status: int) -> None:
    receiver.behave = answer(status)
    assert send(receiver.url).status == status


def test_the_pause_that_it_asks_for_is_reported(receiver: Receiver) -> None:
    receiver.behave = answer(429, {"Retry-After": "17"})
    assert send(receiver.url).retry_after_seconds == 17


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    with Receiver() as target:
        receiver.behave = answer(status, {"Location": target.url})
        assert send(receiver.url).status == status
        assert target.received == []
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("behave", "problem"),
    [
        (receivers.hang, "timeout"),
        (receivers.drip, "timeout"),
        (receivers.hang_up, "connection_lost"),
        (receivers.garbage, "malformed_answer"),
    ],
)
def test_a_receiver_without_an_answer_costs_the_total_time_at_most(
    receiver: Receiver, behave: Behaviour, problem: str
) -> None:
    receiver.behave = behave
    begun = time.monotonic()
    assert send(receiver.url).problem == problem
    assert time.monotonic() - begun < SHORT.total_seconds + 0.5


@pytest.mark.parametrize(
    "interim",
    [
        "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n",
    ],
)
def test_an_interim_answer_is_not_the_answer(receiver: Receiver, interim: str) -> None:
    """RFC 9110, 15.2. Taken for the final one, it made the same event come again for a day."""

    def behave(exchange: receivers.Exchange) -> None:
        exchange.wfile.write(interim.encode())
        exchange.reply(204)

    receiver.behave = behave
    assert send(receiver.url) == Answer(204)


@pytest.mark.parametrize("piece", [b"HTTP/1.1 100 Continue\r\n\r\n", b"X-Long: " + b"x" * 9000 + b"\r\n"])
def test_a_head_without_end_is_read_to_a_limit(receiver: Receiver, piece: bytes) -> None:
    """However fast it comes: the time for the answer is for slow receivers."""
    sent = 0

    def behave(exchange: receivers.Exchange) -> None:
        nonlocal sent
        exchange.close_connection = True
        if piece.startswith(b"X"):
            exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not exchange.receiver.released.is_set():
            exchange.wfile.write(piece)
            sent += len(piece)

    receiver.behave = behave
    assert send(receiver.url, limits=Limits(5, 60)).problem in ("malformed_answer", "connection_lost")
    assert sent < 20 << 20, "what the system takes for a connection"


def test_what_a_receiver_sends_back_is_not_in_the_log(receiver: Receiver) -> None:
    """A program that is no web server may echo the event, with phone and text in it."""

    def behave(exchange: receivers.Exchange) -> None:
        exchange.close_connection = True
        exchange.wfile.write(b'{"preview": "my secret"}\r\n\r\n')

    receiver.behave = behave
    assert send(receiver.url) == Answer(problem="malformed_answer", detail="BadStatusLine")


def test_a_body_without_end_is_not_read(receiver: Receiver) -> None:
    receiver.behave = receivers.endless
    begun = time.monotonic()
    assert send(receiver.url) == Answer(200)
    assert time.monotonic() - begun < SHORT.total_seconds + 0.5


def test_a_slow_body_after_a_good_head_is_not_waited_for(receiver: Receiver) -> None:
    def behave(exchange: receivers.Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", "5")
        exchange.end_headers()
        exchange.receiver.released.wait(30)

    receiver.behave = behave
    begun = time.monotonic()
    assert send(receiver.url, limits=Limits(5, 15)) == Answer(200)
    assert time.monotonic() - begun < webhook_post.BODY_SECONDS + 0.5


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening
        assert send(f"http://127.0.0.1:{taken.getsockname()[1]}/").problem == "connection_refused"


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        assert send("http://no-such-host.invalid/").problem == "name_not_resolved"
    assert send("http://a..b/").problem == "name_not_resolved"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://127.1:{port}/", "http://2130706433:{port}/",
        "http://0x7f.0.0.1:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://[::1]:{port}/",
    ],
)  # fmt: skip
def test_this_machine_is_refused_in_every_spelling(receiver: Receiver, url: str) -> None:
    refused = send(url.format(port=receiver.port), allow_private=False)
    assert refused.problem in ("address_refused", "name_not_resolved")
    assert receiver.received == []


def test_a_metadata_service_is_refused_even_when_private_networks_are_allowed() -> None:
    begun = time.monotonic()
    refused = send("http://169.254.169.254/latest/meta-data/")
    assert refused.problem == "address_refused"
    assert "169.254.169.254" in refused.detail
    assert time.monotonic() - begun < 0.4, "no connection was tried"


def resolver(*answers: str) -> tuple[Any, list[str]]:
    """A ``getaddrinfo`` that gives another answer each time it is asked; the last one stays."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        address = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve, asked


def test_a_name_that_resolves_to_this_machine_is_refused(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, _ = resolver("127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    refused = send(f"http://innocent.example:{receiver.port}/", allow_private=False)
    assert refused.problem == "address_refused"
    assert "allow_private" in refused.detail
    assert receiver.received == []


def test_a_name_is_resolved_once_so_that_it_cannot_change_after_the_check(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: one address when it is checked, another when it is connected to."""
    resolve, asked = resolver("127.0.0.2", "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert send(f"http://rebinding.example:{receiver.port}/").problem == "connection_refused"
    assert asked == ["rebinding.example"]
    assert receiver.received == []


def test_a_resolver_that_hangs_costs_the_time_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        time.sleep(1.5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    begun = time.monotonic()
    assert send("http://slow.example/").problem == "timeout"
    assert time.monotonic() - begun < 1.0


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ``receiver.example``, signed by itself, and its key in one file."""
    folder = tmp_path_factory.mktemp("tls")
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=receiver.example", "-addext", "subjectAltName=DNS:receiver.example"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip("openssl is not here to make a certificate")
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


@pytest.fixture
def tls_receiver(certificate: Path) -> Iterator[Receiver]:
    receiver = Receiver()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = receiver._server
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with receiver:
        yield receiver


def test_a_receiver_that_takes_a_body_slowly_costs_the_total_time_at_most(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(pinned_http, "tls", lambda: trusting)
    resolve, _ = resolver("127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    context, ended = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), threading.Event()
    context.load_cert_chain(certificate)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listening.bind(("127.0.0.1", 0))
    listening.listen(1)

    def take() -> None:
        with suppress(OSError), context.wrap_socket(listening.accept()[0], server_side=True) as connection:
            while not ended.wait(0.1):
                connection.recv(16_384)

    taking = threading.Thread(target=take)
    taking.start()
    begun = time.monotonic()
    url = f"https://receiver.example:{listening.getsockname()[1]}/"
    answered = post(url, HEADERS, bytes(16 << 20), allow_private=True, limits=SHORT)
    took = time.monotonic() - begun
    ended.set()
    taking.join()
    listening.close()
    assert answered.problem == "timeout"
    assert took < 10


def test_tls_is_checked_against_the_name_while_the_address_is_pinned(
    tls_receiver: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, _ = resolver("127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert send(f"https://receiver.example:{tls_receiver.port}/").problem == "tls_failed", "an unknown signer"

    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(pinned_http, "tls", lambda: trusting)
    assert send(f"https://receiver.example:{tls_receiver.port}/") == Answer(204)
    assert send(f"https://other.example:{tls_receiver.port}/").problem == "tls_failed"
    assert [r.headers["host"] for r in tls_receiver.received] == [f"receiver.example:{tls_receiver.port}"]
    assert send(f"https://receiver.example.:{tls_receiver.port}/") == Answer(204), "the same name, absolute"
