"""Evidence is kept with what explains a failure, and never makes a failure worse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.session.stage import Stage
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page_capture import PageCapture
from whatsapp_tasks.clients.folder_store import FolderStore
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import BrowserTimeout, ObjectStoreFailed
from whatsapp_tasks.session.evidence import EvidenceKeeper
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.evidence import EvidenceIndex
from whatsapp_tasks.stores.messages import Message

NOW_MS = 1_790_000_000_000


class LivingPage:
    def alive(self) -> bool:
        return True


@pytest.fixture
def make_keeper(database: Database, settings: Settings, tmp_path: Path) -> Callable[..., EvidenceKeeper]:
    def make(take: Callable[..., PageCapture], **changes: Any) -> EvidenceKeeper:
        changed = settings.model_copy(update=changes)
        return EvidenceKeeper(database, changed, "default", FolderStore(tmp_path / "kept"), take)

    return make


def keep(keeper: EvidenceKeeper, page: object, now_ms: int = NOW_MS) -> str | None:
    return keeper.keep(
        page,  # type: ignore[arg-type]
        code="still_pending",
        detail="No tick came.",
        state="AUTHENTICATED",
        now_ms=now_ms,
        message_id="m1",
    )


def picture(*_: object, **__: object) -> PageCapture:
    return PageCapture(b"\xff\xd8", ("body", " div"))


def test_picture_structure_events_and_reason_are_kept(
    make_keeper: Callable[..., EvidenceKeeper], database: Database, tmp_path: Path
) -> None:
    EventLog(database, "default").publish(EventType.QUEUED, "m1", 5, {})
    kept = keep(make_keeper(picture), LivingPage())
    assert kept is not None
    storage = FolderStore(tmp_path / "kept")
    assert storage.get(f"default/{kept}.jpg") == b"\xff\xd8"
    report = json.loads(storage.get(f"default/{kept}.json") or b"")
    assert (report["code"], report["message_id"], report["structure"]) == (
        "still_pending",
        "m1",
        ["body", " div"],
    )
    assert [event["type"] for event in report["last_events"]] == ["message.queued"]
    latest = EvidenceIndex(database, "default").latest()
    assert latest is not None
    assert (latest.id, latest.picture, latest.detail) == (kept, True, "No tick came.")


def test_without_a_page_the_reason_and_the_events_are_kept(
    make_keeper: Callable[..., EvidenceKeeper], database: Database
) -> None:
    assert keep(make_keeper(picture), None) is not None
    latest = EvidenceIndex(database, "default").latest()
    assert latest is not None
    assert (latest.picture, latest.structure) == (False, False)


def test_a_page_that_fails_again_costs_no_more_than_its_picture(
    make_keeper: Callable[..., EvidenceKeeper],
) -> None:
    def fail(*_: object, **__: object) -> PageCapture:
        raise BrowserTimeout

    assert keep(make_keeper(fail), LivingPage()) is not None


@pytest.mark.parametrize(
    ("setting", "asked"),
    [
        ("masked", {"picture": True, "masked": True}),
        ("clear", {"picture": True, "masked": False}),
        ("off", {"picture": False, "masked": False}),
    ],
)
def test_the_setting_decides_what_a_picture_shows(
    make_keeper: Callable[..., EvidenceKeeper], setting: str, asked: dict[str, bool]
) -> None:
    seen: list[dict[str, object]] = []

    def take(*_: object, **options: object) -> PageCapture:
        seen.append(options)
        return PageCapture(None, ())

    keep(make_keeper(take, evidence_pictures=setting), LivingPage())
    assert seen == [asked]


def test_a_store_that_fails_is_a_line_in_the_log(
    make_keeper: Callable[..., EvidenceKeeper],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise ObjectStoreFailed

    monkeypatch.setattr(FolderStore, "put", fail)
    assert keep(make_keeper(picture), LivingPage()) is None
    assert [record.message for record in caplog.records] == ["Evidence of a failure was not kept"]


def test_no_more_is_kept_than_the_settings_allow(
    make_keeper: Callable[..., EvidenceKeeper], database: Database, tmp_path: Path
) -> None:
    keeper = make_keeper(picture, evidence_keep_count=2, evidence_keep_days=1.0)
    ids = [keep(keeper, LivingPage(), NOW_MS + n) for n in range(3)]
    storage = FolderStore(tmp_path / "kept")
    assert storage.names("default") == [f"default/{i}.{kind}" for i in ids[1:] for kind in ("jpg", "json")]
    last = keep(keeper, LivingPage(), NOW_MS + 2 * 24 * 3600 * 1000)
    assert storage.names("default") == [f"default/{last}.jpg", f"default/{last}.json"]
    assert database.texts("ZRANGE", "wa:{default}:evidence", 0, -1) == [last]


def test_forgotten_evidence_leaves_no_file(
    make_keeper: Callable[..., EvidenceKeeper], tmp_path: Path
) -> None:
    other = tmp_path / "kept" / "other" / "other_1790000000000_00000000.json"
    # In one bucket: files of messages, beside the evidence of an account with the name of their folder.
    file = tmp_path / "kept" / "default" / f"1790000000000_{'0' * 64}_00000000.bin"
    for each in (other, file):
        each.parent.mkdir(parents=True)
        each.write_bytes(b"{}")
    keeper = make_keeper(lambda *_, **__: PageCapture(b"picture", ()))
    for second in range(3):
        keep(keeper, LivingPage(), NOW_MS + second * 1000)
    assert keeper.forget() == 6
    assert {path for path in (tmp_path / "kept").rglob("*") if path.is_file()} == {other, file}
    assert keeper.forget() == 0


class Photographer:
    """Keeps, in place of a picture, what the scripted page of ``stage`` shows."""

    def __init__(self, stage: Stage, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
        self._stage, self._storage = stage, FolderStore(tmp_path / "kept")
        patch.setattr(type(stage.session_rig.keeper), "running", LivingPage())
        stage.context.evidence = EvidenceKeeper(
            stage.rig.database, stage.context.settings, "default", self._storage, self._take
        )

    def _take(self, *_: object, **__: object) -> PageCapture:
        shown = self._stage.page.look(Deadline(0.0))
        dialogs = [name for dialog in shown.dialogs for name in sorted(dialog.texts)]
        chat = f"{shown.chat.title} {shown.chat.notice}".strip() if shown.chat else "no chat"
        box = shown.chat.compose.text if shown.chat and shown.chat.compose else ""
        parts = (chat, box, *dialogs, "preview" if shown.preview else "")
        return PageCapture(b"picture", tuple(part for part in parts if part))

    def shown(self, message: Message) -> tuple[str, list[str]]:
        """Code, and what the evidence linked from ``message`` shows."""
        report = json.loads(
            self._storage.get(f"default/{self._stage.rig.get(message.id).evidence_id}.json") or b""
        )
        assert report["message_id"] == message.id
        return report["code"], report["structure"]


@pytest.mark.parametrize(
    ("shows", "code", "kept"),
    [
        ("Ada | notice: closed to you", "chat_not_writable", ["Ada closed to you"]),
        ("+49 30 1234567 | box:", "wrong_chat", ["+49 30 1234567"]),
        ("chats | dialog: unheard-of", "answer_unknown", ["no chat", "unheard-of"]),
    ],
)
def test_a_picture_shows_the_failure_and_not_the_page_put_right_again(  # noqa: PLR0917 - one case
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shows: str, code: str, kept: list[str]
) -> None:
    """Issue 11, C4: an unknown notice in place of the box is kept as evidence, before the chat is left."""
    photographer, message = Photographer(stage, tmp_path, monkeypatch), stage.accept("Hello")
    stage.play(f"<< open Ada\n>> {shows}\n<< load the chats\n>> chats")
    assert stage.deliver(message) == (Status.QUEUED, code)
    stage.page.end()
    assert photographer.shown(message) == (code, kept)


def test_a_picture_of_a_chat_that_did_not_open_is_taken_before_the_load(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photographer, message = Photographer(stage, tmp_path, monkeypatch), stage.accept("Hello")
    wait = "chats | dialog: starting_chat"
    stage.play(f"<< open Ada\n>> {wait}\n<< load Ada\n>> {wait}\n<< load the chats\n>> chats")
    assert stage.deliver(message) == (Status.QUEUED, "chat_not_opened")
    stage.page.end()
    assert photographer.shown(message) == ("chat_not_opened", ["no chat", "starting_chat"])


def test_a_picture_of_a_text_that_is_not_kept_is_taken_before_the_box_is_emptied(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photographer, message = Photographer(stage, tmp_path, monkeypatch), stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | box:
        << focus
        << type Hello
        >> Ada | box: Hello!
        << focus
        << clear
        >> Ada | box:
    """)
    assert stage.deliver(message) == (Status.QUEUED, "text_not_kept")
    stage.page.end()
    assert photographer.shown(message) == ("text_not_kept", ["Ada", "Hello!"])


def test_a_picture_of_a_preview_is_taken_before_it_is_closed(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photographer, message = Photographer(stage, tmp_path, monkeypatch), stage.accept_file()
    stage.play("""
        << open Ada
        >> Ada | box:
        << focus
        << press attach
        >> Ada | box: | menu
        << choose report.pdf as document
        >> Ada | box: | preview: report.pdf + other.pdf
        << press Close
        >> Ada | box:
    """)
    assert stage.deliver(message) == (Status.QUEUED, "preview_unexpected")
    stage.page.end()
    assert photographer.shown(message) == ("preview_unexpected", ["Ada", "preview"])


def test_a_picture_taken_ahead_is_of_its_own_failure_alone(
    make_keeper: Callable[..., EvidenceKeeper], tmp_path: Path
) -> None:
    """It may be of an attempt whose evidence was never asked for."""
    pictures = iter([b"first", b"second", b"third"])
    keeper = make_keeper(lambda *_, **__: PageCapture(next(pictures), ()))
    keeper.take_ahead(LivingPage(), "wrong_chat")  # type: ignore[arg-type]
    storage = FolderStore(tmp_path / "kept")
    assert storage.get(f"default/{keep(keeper, LivingPage())}.jpg") == b"second"
    keeper.take_ahead(LivingPage(), "still_pending")  # type: ignore[arg-type]
    assert storage.get(f"default/{keep(keeper, LivingPage())}.jpg") == b"third"


def test_off_keeps_nothing(database: Database, settings: Settings) -> None:
    keeper = EvidenceKeeper.from_settings(
        database, settings.model_copy(update={"evidence": "off"}), "default"
    )
    assert keep(keeper, LivingPage()) is None
    assert not (settings.data_dir / "evidence").exists()
