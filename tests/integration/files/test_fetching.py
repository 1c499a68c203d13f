"""``file: {url}``: fetched by the webhooks worker, before the account's worker gets it (issue 15)."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.files.conftest import DAY, HOUR, FilesRig
from tests.integration.webhooks.worker_process import WorkerProcess
from tests.support.pictures import PDF, bomb, picture
from tests.support.webhook_receiver import (
    Behaviour,
    Exchange,
    Receiver,
    answer,
    drip,
    endless,
    garbage,
    hang_up,
)
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.faults import FAULTS, FETCH_ATTEMPTS, MAX_ATTEMPTS, Fault
from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import FetchFailed, ObjectStoreFailed
from whatsapp_tasks.files import fetching
from whatsapp_tasks.files.fetching import Fetcher
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.tasks.file_fetcher import MOST_PER_HOST, FileFetcher

S = Status
PHONE = "+4915112345678"


class FetchRig:
    """A dispatcher, a fetcher, and a server that behaves as a test wants."""

    def __init__(self, files: FilesRig, settings: Settings, server: Receiver) -> None:
        self.files = files
        self.settings = settings
        self.server = server
        self.dispatcher = Dispatcher(files.ledger.database, settings, self.clock)
        self.fetcher = Fetcher(
            files.ledger.database, settings, files.contents, clock=self.clock, jitter=lambda: 0.5
        )

    def clock(self) -> float:
        return self.files.ledger.now / 1000

    def url(self, path: str = "/invoice.pdf") -> str:
        return f"http://127.0.0.1:{self.server.port}{path}"

    def send(self, path: str = "/invoice.pdf", text: str = "", **fields: Any) -> Message:
        request = MessageRequest(PHONE, text, file=FileRequest(url=self.url(path), **fields))
        return self.files.ledger.get(self.dispatcher.send(request).id)

    def fetch(self) -> int:
        """Everything that is due, once."""
        taken = self.take(limit=10)
        for message_id in taken:
            self.fetcher.fetch(message_id)
        return len(taken)

    def take(self, limit: int, most_per_host: int = 10, **busy: int) -> dict[str, str]:
        return self.fetcher.fetches.take(
            self.files.ledger.now, hold_ms=30_000, limit=limit, most_per_host=most_per_host, busy=busy
        )

    def codes(self, message: Message) -> list[str | None]:
        return [entry.code for entry in self.files.ledger.get(message.id).timeline]


@pytest.fixture
def rig(files: FilesRig, settings: Settings) -> Iterator[FetchRig]:
    allowing = settings.model_copy(
        update={"file_url_allow_private": True, "max_file_bytes": 100_000, "file_url_seconds": 1.0}
    )
    with Receiver(answer(200, body=PDF)) as server:
        yield FetchRig(files, allowing, server)


def test_the_message_waits_for_its_file_and_then_goes_its_way(rig: FetchRig, tmp_path: Path) -> None:
    ledger = rig.files.ledger
    message = rig.send(text="Your invoice")
    assert (message.status, message.file) == (S.QUEUED, None)
    assert message.file_wanted == FileRequest(url=rig.url())
    assert ledger.queued() == []
    assert ledger.claim(message) == "later"
    ledger.now += 100
    assert rig.fetch() == 1
    fetched = ledger.get(message.id)
    assert fetched.file is not None
    assert (fetched.file.name, fetched.file.kind, fetched.file.size) == ("invoice.pdf", "document", len(PDF))
    assert fetched.file_wanted is None
    assert rig.codes(message) == [None, "file_fetching", "file_fetched"]
    assert ledger.queue.release_due(ledger.now) == 1
    assert ledger.pop() == message.id
    assert ledger.claim(message) == "claimed"
    assert rig.files.contents.hand_over(fetched.file, tmp_path).path.read_bytes() == PDF
    assert [request.method for request in rig.server.received] == ["GET"]
    assert rig.fetch() == 0


def test_a_slow_host_does_not_hold_up_the_files_of_others(rig: FetchRig) -> None:
    def send(url: str) -> str:
        rig.files.ledger.now += 1
        return rig.dispatcher.send(MessageRequest(PHONE, "", file=FileRequest(url=url))).id

    slow = [send(f"http://Slow/{n}.pdf") for n in range(4)]
    other = send("http://other:81/a.pdf?b=http://slow/")
    assert rig.take(8, 2) == {slow[0]: "slow", slow[1]: "slow", other: "other:81"}
    rig.files.ledger.now += 1999
    assert rig.take(8, 2, slow=2) == {}
    rig.files.ledger.now += 1
    assert rig.take(1, 2, slow=1) == {slow[2]: "slow"}
    rig.files.ledger.now += 2000
    assert rig.take(8, 2, slow=1) == {slow[3]: "slow"}


def test_fetches_that_run_count_for_their_host(rig: FetchRig, monkeypatch: pytest.MonkeyPatch) -> None:
    """All but two of a worker's places are free for other hosts."""
    begun, over = [], threading.Event()

    def fetch(message_id: str) -> None:
        begun.append(message_id)
        over.wait(60)

    monkeypatch.setattr(rig.fetcher, "fetch", fetch)
    monkeypatch.setattr("whatsapp_tasks.stores.file_fetches.PUT_OFF_MS", 0)
    fetcher = FileFetcher(rig.fetcher, rig.files.contents)
    slow = [rig.send(f"/{n}.pdf").id for n in range(12)]
    other = rig.dispatcher.send(MessageRequest(PHONE, "", file=FileRequest(url="http://other/a.pdf"))).id
    try:
        for _ in range(3):
            fetcher.round()
        assert len(set(slow) & set(fetcher._running)) == MOST_PER_HOST
        assert set(fetcher._running) - set(slow) == {other}
    finally:
        over.set()
    for _, thread in fetcher._running.values():
        thread.join(60)
    fetcher.round()
    assert len(begun) == 2 * MOST_PER_HOST + 1


def test_a_time_to_send_holds_also_after_the_fetch(rig: FetchRig) -> None:
    ledger = rig.files.ledger
    request = MessageRequest(PHONE, "", file=FileRequest(url=rig.url()), send_at=(ledger.now + HOUR) / 1000)
    message_id = rig.dispatcher.send(request).id
    rig.fetch()
    assert ledger.queue.release_due(ledger.now + HOUR - 1) == 0
    assert ledger.queue.release_due(ledger.now + HOUR) == 1
    assert ledger.queued() == [message_id]


def test_a_message_that_was_cancelled_meanwhile_is_not_fetched(rig: FetchRig) -> None:
    message = rig.send()
    rig.dispatcher.cancel(message.id)
    rig.fetch()
    assert rig.server.received == []
    assert rig.files.kept() == []
    assert rig.files.ledger.status(message) is S.CANCELLED
    assert rig.fetch() == 0


def test_a_message_that_is_cancelled_during_the_fetch_lets_the_file_go(rig: FetchRig) -> None:
    message = rig.send()

    def cancel(exchange: Exchange) -> None:
        rig.dispatcher.cancel(message.id)
        exchange.reply(200, body=PDF)

    rig.server.behave = cancel
    rig.fetch()
    assert rig.files.ledger.status(message) is S.CANCELLED
    rig.files.pass_time(2 * HOUR)
    assert rig.files.kept() == []
    assert rig.files.leftovers() == []


def test_the_url_is_part_of_the_content(rig: FetchRig) -> None:
    first = rig.send()
    assert rig.send().id == first.id
    assert rig.send("/other.pdf").id != first.id
    assert rig.send(kind=FileKind.DOCUMENT).id != first.id


def test_the_file_is_held_like_one_that_was_uploaded(rig: FetchRig) -> None:
    message = rig.send()
    rig.fetch()
    rig.files.pass_time(60 * DAY)
    assert len(rig.files.kept()) == 1
    rig.dispatcher.cancel(message.id)
    rig.files.pass_time(31 * DAY)
    assert rig.files.kept() == []


@pytest.mark.parametrize(
    ("path", "headers", "body", "name"),
    [
        ("/a/b/Rechnung%20%C3%A9.pdf?x=1", {}, PDF, "Rechnung é.pdf"),
        ("/download", {}, PDF, "download.pdf"),
        ("/", {}, PDF, "document.pdf"),
        ("/x", {"Content-Disposition": "attachment; filename*=UTF-8''%F0%9F%91%8D.pdf"}, PDF, "👍.pdf"),
        ("/x", {"Content-Disposition": 'attachment; filename="../../etc/passwd"'}, b"text", "passwd.txt"),
        (
            "/x",
            {"Content-Disposition": 'attachment; filename="März.pdf"'.encode().decode("latin-1")},
            PDF,
            "März.pdf",
        ),
        (
            "/x",
            {"Content-Disposition": "attachment; filename=\"EUR.pdf\"; filename*=UTF-8''%e2%82%ac.pdf"},
            PDF,
            "€.pdf",
        ),
        ("/x.pdf", {"Content-Disposition": "attachment; filename*=a\0b''y.pdf"}, PDF, "x.pdf"),
        ("/%2e%2e", {}, picture("PNG"), "image.png"),
        ("/a%E2%80%AE.pdf", {}, PDF, "a.pdf"),
        ("/page.html", {}, b"<!doctype html><html></html>", "page.html"),
    ],
)
def test_the_name_is_that_of_the_answer_or_of_the_url(
    rig: FetchRig, path: str, headers: dict[str, str], body: bytes, name: str
) -> None:
    rig.server.behave = answer(200, headers, body)
    message = rig.send(path)
    rig.fetch()
    file = rig.files.ledger.get(message.id).file
    assert file is not None
    assert file.name == name


def redirects(rig_path: str, target: str) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        if exchange.path == rig_path:
            exchange.reply(302, {"Location": target})
        else:
            exchange.reply(200, body=PDF)

    return behave


def test_a_redirect_is_followed(rig: FetchRig) -> None:
    rig.server.behave = redirects("/invoice.pdf", "/real/final.pdf")
    message = rig.send()
    rig.fetch()
    file = rig.files.ledger.get(message.id).file
    assert file is not None
    assert file.name == "final.pdf"


def lying(length: int, body: bytes) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", str(length))
        exchange.end_headers()
        exchange.wfile.write(body)
        exchange.close_connection = True

    return behave


def drip_body(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", "100")
    exchange.end_headers()
    for _ in range(100):
        exchange.wfile.write(b"x")
        exchange.wfile.flush()
        if exchange.receiver.released.wait(0.1):
            return


LOGIN = b"<!DOCTYPE html><html><form>Password</form></html>"


@pytest.mark.parametrize(
    ("behave", "fields", "code"),
    [
        (answer(404), {}, "file_url_not_found"),
        (answer(410), {}, "file_url_not_found"),
        (answer(401), {}, "file_url_forbidden"),
        (answer(403), {}, "file_url_forbidden"),
        (answer(206, body=PDF), {}, "file_url_failed"),
        (answer(400), {}, "file_url_failed"),
        (answer(200, body=LOGIN), {}, "file_url_is_page"),
        (answer(200, body=b"text"), {}, "file_type_contradicts"),
        (answer(200, {"Content-Disposition": "filename=login"}, LOGIN), {}, "file_url_is_page"),
        (answer(200, body=b""), {}, "file_empty"),
        (answer(200, body=b"%PDF-" + b"x" * 100_000), {}, "file_too_large"),
        (answer(200, {"Content-Encoding": "gzip"}, PDF), {}, "file_url_failed"),
        (answer(200, {"Transfer-Encoding": "gzip, chunked"}, PDF), {}, "file_url_failed"),
        (answer(200, body=PDF), {"kind": FileKind.IMAGE}, "file_kind_impossible"),
        (answer(200, body=PDF), {"name": "a.png"}, "file_type_contradicts"),
        (answer(200, {"Content-Disposition": "filename=a.png"}, bomb()), {}, "file_picture_too_large"),
        (endless, {}, "file_too_large"),
        (redirects("/invoice.pdf", "http://169.254.169.254/latest"), {}, "file_url_address"),
        (redirects("/invoice.pdf", "ftp://127.0.0.1/x"), {}, "file_url_redirected"),
        (redirects("/invoice.pdf", "file:///etc/passwd"), {}, "file_url_redirected"),
        (redirects("/invoice.pdf", "/invoice.pdf"), {}, "file_url_redirected"),
    ],
)
def test_what_cannot_be_sent_fails_the_message_at_once(
    rig: FetchRig, behave: Behaviour, fields: dict[str, Any], code: str
) -> None:
    rig.server.behave = behave
    message = rig.send(**fields)
    rig.fetch()
    failed = rig.files.ledger.get(message.id)
    assert (failed.status, failed.error_code) == (S.FAILED, code)
    assert failed.error_explains_status
    assert failed.error_message
    assert str(rig.server.port) not in failed.error_message
    assert rig.codes(message) == [None, "file_fetching", code]
    assert FAULTS[code].fault is Fault.FILE
    nothing_is_left(rig)


def nothing_is_left(rig: FetchRig) -> None:
    assert rig.files.kept() == []
    assert rig.files.leftovers() == []
    assert rig.files.ledger.database.number("ZCARD", keys.FILE_FETCHES) == 0
    assert rig.files.ledger.database.number("ZCARD", rig.files.ledger.keys.schedule) == 0


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (answer(503), "file_url_failed"),
        (answer(429), "file_url_failed"),
        (hang_up, "file_url_unreachable"),
        (garbage, "file_url_unreachable"),
        (lying(1000, PDF), "file_url_cut_off"),
        (drip, "file_url_slow"),
        (drip_body, "file_url_slow"),
    ],
)
def test_what_may_pass_is_tried_again_and_then_fails(rig: FetchRig, behave: Behaviour, code: str) -> None:
    rig.server.behave = behave
    message = rig.send()
    for attempt in range(1, FETCH_ATTEMPTS + 1):
        assert rig.fetch() == 1
        now = rig.files.ledger.get(message.id)
        assert now.status is (S.QUEUED if attempt < FETCH_ATTEMPTS else S.FAILED)
        assert now.error_code == code
        assert now.error_explains_status
        assert rig.files.ledger.claim(message) == ("later" if attempt < FETCH_ATTEMPTS else "done")
        assert rig.fetch() == 0
        rig.files.ledger.now += 600_000
    assert FAULTS[code].attempts == FETCH_ATTEMPTS
    nothing_is_left(rig)


def test_a_fetch_that_always_ends_its_worker_is_not_made_for_ever(
    rig: FetchRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, or an error that nobody foresaw: there is no result to decide by."""

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching, "get_file", die)
    message = rig.send()
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            rig.fetch()
        assert rig.files.ledger.get(message.id).status is S.QUEUED
        rig.files.ledger.now += 60_000
    rig.fetch()
    failed = rig.files.ledger.get(message.id)
    assert (failed.status, failed.error_code) == (S.FAILED, "file_fetch_broken_off")
    nothing_is_left(rig)


def test_a_store_that_is_away_for_an_hour_fails_no_message(
    rig: FetchRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ObjectStoreFailed

    message = rig.send()
    with monkeypatch.context() as patch:
        patch.setattr(rig.files.store, "put_file", away)
        until = rig.files.ledger.now + HOUR
        while rig.files.ledger.now < until:
            rig.fetch()
            rig.files.ledger.now += 60_000
    assert rig.files.ledger.get(message.id).error_code == "file_store_unavailable"
    rig.files.ledger.now += HOUR
    rig.fetch()
    assert rig.files.ledger.get(message.id).file is not None


def test_a_server_that_comes_back_costs_no_message(rig: FetchRig) -> None:
    rig.server.behave = answer(503)
    message = rig.send()
    rig.fetch()
    rig.server.behave = answer(200, body=PDF)
    rig.files.ledger.now += 600_000
    rig.fetch()
    fetched = rig.files.ledger.get(message.id)
    assert (fetched.error_code, fetched.error_message) == (None, None)
    assert rig.codes(message) == [None, "file_fetching", "file_url_failed", "file_fetching", "file_fetched"]


def test_a_private_address_is_refused_unless_a_setting_allows_it(
    files: FilesRig, settings: Settings, rig: FetchRig
) -> None:
    careful = FetchRig(files, settings, rig.server)
    rig.send()
    careful.fetch()
    assert rig.server.received == []
    [message] = [m for m in careful.dispatcher.page(limit=10)[0] if m.status is S.FAILED]
    assert message.error_code == "file_url_address"


def test_of_two_attempts_only_the_latest_counts(rig: FetchRig) -> None:
    """A worker that was stopped for longer than its hold comes back late."""
    message = rig.send()
    first = rig.fetcher.fetches.begin(message.id, "default", rig.files.ledger.now)
    assert first is not None
    rig.files.ledger.now += 60_000
    assert rig.fetch() == 1
    file = rig.files.ledger.get(message.id).file
    assert file is not None
    assert not rig.fetcher.fetches.fetched(first, file, rig.files.ledger.now)
    assert not rig.fetcher.fetches.again(first, rig.files.ledger.now, 0, ("file_url_failed", "x"))
    # It was told that there is no file any more: a URL that works once.
    rig.fetcher._failed(first, FetchFailed("file_url_not_found", "x"))
    now = rig.files.ledger.get(message.id)
    assert (now.status, now.file) == (S.QUEUED, file)
    assert rig.fetch() == 0


@pytest.mark.parametrize("point", ["after_file_stored", "before_file_fetched"])
def test_a_worker_killed_during_a_fetch_loses_nothing_and_doubles_nothing(
    rig: FetchRig, tmp_path: Path, point: str
) -> None:
    """The real webhooks worker, killed with SIGKILL. Its successor takes the fetch when the hold is over."""
    ledger, points = rig.files.ledger, tmp_path / "points"
    points.mkdir()
    (points / point).touch()
    ledger.now = int(time.time() * 1000)
    message = rig.send()
    environment = {
        "WHATSAPP_FILE_URL_ALLOW_PRIVATE": "true",
        "WHATSAPP_CRASH_POINTS": str(points),
    }
    with WorkerProcess(rig.settings.redis_url, rig.settings.data_dir, **environment) as worker:
        wait_until((points / f"{point}.reached").exists)
        worker.kill()
        assert ledger.get(message.id).file is None
        (points / point).unlink()
        ledger.database.do("ZADD", keys.FILE_FETCHES, 0, message.id)  # the hold is over
        worker.start()
        wait_until(lambda: ledger.get(message.id).file is not None)
    assert ledger.queue.release_due(int(time.time() * 1000)) == 1
    assert ledger.queued() == [message.id]
    assert rig.codes(message) == [None, "file_fetching", "file_fetching", "file_fetched"]
    assert len(rig.server.received) == 2
    file = ledger.get(message.id).file
    assert file is not None
    assert rig.files.contents.hand_over(file, tmp_path).path.read_bytes() == PDF
    assert "invoice" not in worker.log


def wait_until(condition: Any) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)
