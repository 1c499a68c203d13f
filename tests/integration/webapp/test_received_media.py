"""Issue 16, point 2: the files of received messages over HTTP, and by the client."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import BoundedSemaphore

import pytest

from tests.integration.webapp.conftest import Caller, problem
from tests.integration.webapp.served_app import served_app
from tests.support.chats_read import AT_MS, chat_read
from tests.support.http_server import HttpServer
from webapp import file_answers
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.files import FileFacts
from whatsapp_tasks.domain.received_media import Found, MediaRules, MediaState, holder_of, stored_status
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.files.contents import Contents, Received
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.inbox_media import NO_LEASE
from whatsapp_tasks.stores.outcomes import SettleMedia

CONTENT = bytes(range(256)) * 240  # 60 kB, as the bubble says
NAME = "Rechnung 'für' 日本.html"


class Inbox:
    """Ada's chat, whose last message has a document that is to be stored."""

    def __init__(self, database: Database, settings: Settings, tmp_path: Path) -> None:
        self._database, self._settings, self._folder = database, settings, tmp_path
        self.rules = MediaRules(frozenset({"document"}), 10**6, 10**9)
        self.chat = chat_read(database, settings, self.rules)
        self.stores = AccountStores(database, settings, "default")
        ((self.message, *_), _) = self.stores.inbox.page(self.chat.id, None, 3)
        self.path = f"/chats/{self.chat.id}/messages/{self.message.id}/media"
        self.contents = Contents.from_settings(database, settings)

    def store(self, media_type: str, *, scanned: bool = False) -> None:
        """As the worker does."""
        rules = MediaRules(self.rules.kinds, self.rules.most_bytes, self.rules.day_bytes, scanned)
        digest, facts = hashlib.sha256(CONTENT).hexdigest(), FileFacts(media_type)
        file = self._folder / "file"
        file.write_bytes(CONTENT)
        received = Received(file, digest, len(CONTENT), facts)
        self.contents.keep(received, holder_of(self.message.id), AT_MS + 10**12)
        status = stored_status("document", NAME, "60 kB", Found(len(CONTENT), digest, facts, ""), rules)
        settled = self.stores.inbox_media.settle(
            self.message.id, MediaState.PENDING, status, fence=NO_LEASE, now_ms=AT_MS
        )
        assert settled is SettleMedia.SETTLED


@pytest.fixture
def inbox(database: Database, settings: Settings, caller: Caller, tmp_path: Path) -> Inbox:
    return Inbox(database, settings, tmp_path)


def test_a_stored_file_is_given_out_to_be_saved_and_never_as_a_page(caller: Caller, inbox: Inbox) -> None:
    assert problem(caller.get(inbox.path), 404) == "media_not_stored"
    inbox.store("text/html")
    answer = caller.get(inbox.path)
    assert (answer.status_code, answer.data) == (200, CONTENT)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["Cache-Control"] == "no-store"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''Rechnung%20")
    assert "%E6%97%A5%E6%9C%AC.html" in disposition
    answer.close()
    assert not list((inbox.contents.drafts._folder).iterdir())
    page = caller.get(f"/chats/{inbox.chat.id}/messages?limit=1").json
    assert page is not None
    media = page["messages"][0]["media"]
    assert (media["state"], media["bytes"]) == ("stored", len(CONTENT))
    assert media["sha256"] == hashlib.sha256(CONTENT).hexdigest()


def test_a_picture_has_its_type(caller: Caller, inbox: Inbox) -> None:
    inbox.store("image/jpeg")
    answer = caller.get(inbox.path)
    assert answer.headers["Content-Type"] == "image/jpeg"
    answer.close()


def test_only_so_many_copies_are_on_the_disk_at_once(
    caller: Caller, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_answers, "_room", BoundedSemaphore(1))
    assert problem(caller.get(inbox.path), 404) == "media_not_stored"
    inbox.store("text/plain")
    assert caller.call("HEAD", inbox.path).status_code == 200
    first = caller.get(inbox.path)
    head = caller.call("HEAD", inbox.path)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(CONTENT))), "it needs no copy"
    busy = caller.get(inbox.path)
    assert problem(busy, 503) == "downloads_busy"
    assert int(busy.headers["Retry-After"]) > 0
    assert first.data == CONTENT
    assert caller.get(inbox.path).data == CONTENT


def test_files_of_other_messages_and_chats_are_not_found(caller: Caller, inbox: Inbox) -> None:
    inbox.store("text/plain")
    other = f"{'0' * 32}-default"
    assert problem(caller.get(inbox.path.replace(inbox.message.id, other)), 404) == "message_not_found"
    assert problem(caller.get(inbox.path.replace(inbox.chat.id, other)), 404) == "chat_not_found"


def verdicts(stores: AccountStores) -> list[str]:
    events = [event for _, event in stores.events.after("0-0", 100) if event]
    return [event.details["state"] for event in events if event.type is EventType.MEDIA]


def test_a_file_in_quarantine_goes_to_the_scanner_alone_until_it_is_clean(
    caller: Caller, make_caller: Callable[..., Caller], inbox: Inbox
) -> None:
    inbox.store("image/png", scanned=True)
    scanner, scan = make_caller("scan"), f"/scans/{inbox.message.id}"
    assert problem(caller.get(inbox.path), 409) == "media_quarantined"
    assert problem(scanner.get(inbox.path), 403) == "scope_missing"
    assert problem(make_caller("read").get(scan), 403) == "scope_missing"
    with closing(scanner.get(scan)) as answer:
        assert answer.data == CONTENT
    for _ in range(2):  # repeating it changes nothing
        answer = scanner.post(scan, {"verdict": "clean"})
        assert answer.json == {
            **{"message_id": inbox.message.id, "state": "stored"},
            "sha256": hashlib.sha256(CONTENT).hexdigest(),
        }
    assert problem(scanner.post(scan, {"verdict": "infected"}), 409) == "media_not_quarantined"
    assert problem(scanner.get(scan), 409) == "media_not_quarantined"
    with closing(caller.get(inbox.path)) as answer:
        assert answer.data == CONTENT
    assert verdicts(inbox.stores) == ["quarantined", "stored"]


def test_an_infected_file_is_deleted(
    caller: Caller, make_caller: Callable[..., Caller], inbox: Inbox
) -> None:
    inbox.store("image/png", scanned=True)
    scanner, scan = make_caller("scan"), f"/scans/{inbox.message.id}"
    assert problem(scanner.post(scan, {"verdict": "dubious"}), 422) == "request_invalid"
    for _ in range(2):
        answer = scanner.post(scan, {"verdict": "infected"})
        assert (answer.status_code, (answer.json or {})["state"]) == (200, "infected")
    assert problem(caller.get(inbox.path), 404) == "media_not_stored"
    assert problem(scanner.get(scan), 409) == "media_not_quarantined"
    assert inbox.contents._store.names("files") == []
    assert verdicts(inbox.stores) == ["quarantined", "infected"]


def test_an_infected_file_that_another_message_holds_stays_for_that_one(
    make_caller: Callable[..., Caller], inbox: Inbox
) -> None:
    """Bytes are deleted when nobody holds them: a message that sends them was accepted before."""
    inbox.store("image/png", scanned=True)
    digest = hashlib.sha256(CONTENT).hexdigest()
    inbox.contents.records.hold(digest, "u:another", AT_MS + 10**12, AT_MS)
    answer = make_caller("scan").post(f"/scans/{inbox.message.id}", {"verdict": "infected"})
    assert (answer.json or {})["state"] == "infected"
    assert len(inbox.contents._store.names("files")) == 1


def test_the_bytes_are_held_as_long_as_the_message(inbox: Inbox) -> None:
    inbox.store("text/plain")
    assert inbox.contents.sweep() == 0
    inbox.contents.release(hashlib.sha256(CONTENT).hexdigest(), holder_of(inbox.message.id))
    assert inbox.contents._store.names("files") == []


@pytest.fixture
def served(redis_url: str, tmp_path: Path, settings: Settings) -> Iterator[HttpServer]:
    """The application as it is served, with the files of ``settings``."""
    server = served_app(redis_url, settings.data_dir, workers=1).start()
    yield server
    server.stop()


def test_the_client_saves_a_file_in_pieces(
    served: HttpServer, served_key: ApiKey, inbox: Inbox, tmp_path: Path
) -> None:
    target = tmp_path / "saved.bin"
    with Client(served.url, served_key.id, served_key.secrets[0]) as client:
        with pytest.raises(RequestRefused) as refused:
            client.save_media(inbox.chat.id, inbox.message.id, target)
        assert refused.value.code == "media_not_stored"
        assert list(tmp_path.glob("*saved*")) == []
        inbox.store("text/plain")
        client.save_media(inbox.chat.id, inbox.message.id, target)
    assert target.read_bytes() == CONTENT
    assert list(tmp_path.glob(".*")) == []
