"""Issue 16, point 2: the file of a received message is stored once and told once, whatever dies meanwhile."""

from collections.abc import Iterator

import pytest

from tests.integration.session.test_chat_reading import ADA, Reading
from tests.support.files_page import FilesPage
from tests.support.pictures import PDF, picture
from whatsapp_tasks import crash_points
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.incoming import ReceiveMode
from whatsapp_tasks.domain.received_media import MediaState, holder_of
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.errors import ObjectStoreFull
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.session import arriving
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.keys import file_held
from whatsapp_tasks.stores.pauses import PauseReason

PNG = picture("PNG")


class Killed(BaseException):
    """This worker dies here."""


class WithFiles(Reading):
    page: FilesPage

    def __init__(self, database: Database, settings: Settings, patch: pytest.MonkeyPatch) -> None:
        super().__init__(database, settings, patch)
        self.page = FilesPage(self.clock)
        self.it.keeper.page = self.page  # type: ignore[assignment]
        self.page.chat("Ada", ADA)
        self.page.chat("Choir")
        self.store("all")
        self.rounds(3)

    def store(self, kinds: str, **settings: object) -> None:
        context = self.it.context
        context.settings = context.settings.model_copy(update={"receive_media": kinds, **settings})

    def ends(self) -> list[tuple[str, str]]:
        events = [event for _, event in self.log().after("0-0", 100_000) if event]
        media = [event.details for event in events if event.type is EventType.MEDIA]
        return [(each["state"], each["reason"]) for each in media]

    def bytes_of(self, message: ReceivedMessage) -> bytes:
        contents = Contents.from_settings(self._database, self._settings)
        draft = contents.copied(message.media_status.sha256)
        try:
            return draft.path.read_bytes()
        finally:
            contents.drafts.drop(draft)


@pytest.fixture
def reading(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> WithFiles:
    return WithFiles(database, settings, monkeypatch)


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of points; the worker dies at the first one that it reaches, once."""
    points: list[str] = []

    def die(point: str) -> None:
        if point in points:
            points.remove(point)
            raise Killed

    monkeypatch.setattr(crash_points, "_hooks", [die])
    return points  # type: ignore[return-value]


def test_files_are_stored_byte_for_byte_and_each_is_told_once(reading: WithFiles) -> None:
    reading.page.send_file("Ada", PDF, name="Invoice.pdf")
    reading.page.send_file("Choir", PNG, kind="image")
    reading.rounds()
    document, image = sorted(reading.told(), key=lambda m: m.kind)
    assert [reading.bytes_of(document), reading.bytes_of(image)] == [PDF, PNG]
    assert document.media_status.file_name == "Invoice.pdf"
    assert image.media_status.file_name == "page's name.bin"
    assert reading.ends() == [("stored", "")] * 2
    assert reading.page.downloads == 2
    until = reading.it.context.clock.now_ms() + 31 * 24 * 3600 * 1000
    held = reading._database.do("ZSCORE", file_held(document.media_status.sha256), holder_of(document.id))
    assert reading.it.context.now_ms() < float(held) < until  # as long as the message


@pytest.mark.parametrize("point", crash_points.MEDIA_POINTS)
def test_a_worker_that_dies_leaves_one_file_and_one_event(
    reading: WithFiles, kill_at: list[str], point: str
) -> None:
    """ "Must show": killed in the middle, stored once, told once."""
    reading.page.send_file("Ada", PDF, name="Invoice.pdf")
    kill_at.append(point)
    with pytest.raises(Killed):
        reading.rounds()
    reading.next_worker()
    reading.store("all")
    reading.rounds()
    (message,) = reading.told()
    assert reading.bytes_of(message) == PDF
    assert reading.ends() == [("stored", "")]
    assert not reading.it.context.inbox_media.waiting(10)
    contents = Contents.from_settings(reading._database, reading._settings)
    assert len(contents._store.names("files")) == 1


def test_a_file_that_kills_its_worker_each_time_is_given_up(reading: WithFiles, kill_at: list[str]) -> None:
    reading.page.send_file("Ada", PDF)
    for _ in range(4):
        kill_at.append("media_downloaded")
        with pytest.raises(Killed):
            reading.rounds()
        reading.next_worker()
        reading.store("all")
    reading.page.write("Ada", "a text")
    reading.rounds()
    assert reading.ends() == [("failed", "cancelled")]
    assert "a text" in reading.texts("Ada")


def test_what_is_gone_is_expired_after_a_second_try(reading: WithFiles) -> None:
    reading.page.send_file("Ada", None, name="gone.pdf")
    reading.page.write("Ada", "a text")
    reading.rounds(120)
    assert reading.ends() == [("expired", "gone")]
    assert reading.texts("Ada") == ["", "a text"]


def test_files_that_were_not_asked_for_are_not_touched(reading: WithFiles) -> None:
    reading.store("image")
    reading.page.send_file("Ada", PDF)
    reading.rounds()
    (message,) = reading.told()
    assert (message.media_status.state, message.media_status.reason) == (MediaState.SKIPPED, "not_asked")
    assert (reading.ends(), reading.page.downloads) == ([], 0)


def test_a_day_has_so_many_bytes_and_no_more(reading: WithFiles) -> None:
    reading.store("all", receive_media_day_bytes=len(PDF))
    for _ in range(2):
        reading.page.send_file("Ada", PDF)
    reading.rounds()
    assert reading.ends() == [("stored", ""), ("skipped", "day_full")]


def test_a_full_disk_stops_nothing_and_the_file_is_stored_once_there_is_room(
    reading: WithFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = monkeypatch.context()
    with full as patch:

        def no_room(*_: object) -> None:
            raise ObjectStoreFull

        patch.setattr(arriving, "require_room", no_room)
        reading.page.send_file("Ada", PDF)
        reading.page.write("Ada", "a text")
        reading.rounds(120)
        assert reading.ends() == []
        assert reading.texts("Ada") == ["", "a text"]
    reading.rounds(400)
    assert reading.ends() == [("stored", "")]


def test_a_message_that_waits_ends_a_download_which_is_no_try(reading: WithFiles) -> None:
    reading.page.send_file("Ada", PDF)
    queue = reading.it.context.queue
    answers = iter([True] * 4 + [False] * 2)
    nothing_queued = queue.nothing_queued
    queue.nothing_queued = lambda: next(answers, True)  # type: ignore[method-assign]
    reading.rounds(3)
    assert (reading.ends(), reading.page.downloads) == ([], 0)
    queue.nothing_queued = nothing_queued  # type: ignore[method-assign]
    reading.rounds()
    assert reading.ends() == [("stored", "")]


def test_a_file_that_comes_late_is_not_taken_for_another_one(reading: WithFiles) -> None:
    """The page was asked for the first and not waited for; what it saves next is that one."""
    queue = reading.it.context.queue
    answers = iter([True] * 4 + [False])
    for n in range(3):
        reading.page.send_file("Ada", b"%PDF-1.7 " + bytes([48 + n]) * 10, name=f"{n}.pdf")
    queue.nothing_queued = lambda: next(answers, True)  # type: ignore[method-assign]
    reading.rounds(80)
    stored = [(m.media and m.media.name, reading.bytes_of(m)[-10:]) for m in reading.told()]
    assert stored == [(f"{n}.pdf", bytes([48 + n]) * 10) for n in range(3)]
    assert reading.ends() == [("stored", "")] * 3


def test_a_scanner_is_asked_first_if_the_setting_says_so(reading: WithFiles) -> None:
    reading.store("all", receive_media_scan=True)
    reading.page.send_file("Ada", PDF)
    reading.rounds()
    (message,) = reading.told()
    assert message.media_status.state is MediaState.QUARANTINED
    assert reading.ends() == [("quarantined", "")]


def test_a_paused_account_stores_files_although_messages_wait(
    reading: WithFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading.page.send_file("Ada", PDF)
    reading.it.context.pauses.set(PauseReason.OPERATOR, "test", 1)
    monkeypatch.setattr(reading.it.context.queue, "nothing_queued", lambda: False)
    reading.rounds()
    assert reading.ends() == [("stored", "")]


def test_files_that_are_not_asked_for_any_more_come_to_an_end(reading: WithFiles, kill_at: list[str]) -> None:
    reading.page.send_file("Ada", PDF)
    kill_at.append("media_downloaded")
    with pytest.raises(Killed):
        reading.rounds()
    reading.next_worker()
    reading.store("all", receive=ReceiveMode.NOTICE)
    opened = len(reading.page.opened)
    reading.rounds(80)
    assert reading.ends() == [("skipped", "not_asked")]
    assert len(reading.page.opened) == opened
