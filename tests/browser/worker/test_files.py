"""Issue 15: files are received once, byte for byte (or as converted), as their kind, with their caption, in
the right chat; whatever the page does with one, the account goes on.
"""

import hashlib
import os
from pathlib import Path

import pytest

from bench.one_worker import Life, OneWorker
from tests.browser.worker.conftest import SENT, LifeMaker, configure, settled
from tests.support.files import DOCUMENT, PDF, PNG, TABLE, Sample
from whatsapp_simulator.testing import ReceivedMessage
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.states import SessionState

pytestmark = pytest.mark.timeout(600)  # generous: a busy machine is slow, not wrong

ADA, BO = "+4915112345678", "+4915112345679"
FULL = os.environ.get("TEST_FILES") == "full"
SKINS = [(era, lang) for era in ("E1", "E2", "E3") for lang in ("en", "pt", "es")] if FULL else [("E3", "en")]
"""All of them in `make test-files`."""
REPORT = Sample("report.pdf", PDF, DOCUMENT, "application/pdf", "the report")
PICTURE = Sample("a.png", PNG, FileKind.IMAGE, "image/png")
DEATHS_BEFORE = ["chooser_open", "preview_open", "after_typing", "before_enter"] if FULL else ["preview_open"]
DEATHS_AFTER = (
    [(point, sample) for point in ("after_enter", "uploading", "uploaded") for sample in (REPORT, PICTURE)]
    if FULL
    else [("uploading", REPORT)]
)
"""In the short form one point before the press and one after it; more are in the short crash matrix."""
SLOW, ENDLESS, FAILS, REFUSED = (f"+120255501{number}" for number in (20, 21, 22, 23))


def shown(message: ReceivedMessage) -> tuple[str, str, str, str]:
    """Chat, text, kind and name of a message with one file."""
    (file,) = message.attachments
    return message.chat, message.text, file["kind"], file["name"]


@pytest.mark.parametrize(("era", "lang"), SKINS)
def test_the_table_of_files(world: OneWorker, linked: LifeMaker, era: str, lang: str) -> None:
    """Issue 15, "Must show" 1."""
    life = linked(era, lang)
    phones = [f"+49151123456{number:02d}" for number in range(len(TABLE))]
    ids = [life.accept_file(phone, sample) for phone, sample in zip(phones, TABLE, strict=True)]
    assert life.rounds(lambda: settled(life), 540), told(life)
    assert [life.message(each).status in SENT for each in ids] == [True] * len(TABLE), told(life)
    received = world.simulator.messages()
    assert len(received) == len(TABLE)
    for phone, sample, message in zip(phones, TABLE, received, strict=True):
        chat, text, kind, name = shown(message)
        assert (chat, text, kind) == (phone[1:], sample.caption, str(sample.kind))
        (file,) = message.attachments
        if sample.file.is_converted:
            assert Path(name).stem == Path(sample.name).stem
            assert Path(name).suffix in (".png", ".jpg", ".jpeg")
        else:
            assert (name, file["sha256"]) == (sample.name, hashlib.sha256(sample.content).hexdigest())


def told(life: Life) -> list[tuple[str, str | None]]:
    return [(str(message.status), message.error_code) for message in life.messages()]


def test_files_and_texts_keep_their_order_in_one_chat(world: OneWorker, linked: LifeMaker) -> None:
    life = linked()
    life.accept(ADA, "first")
    life.accept_file(ADA, PICTURE)
    life.accept_file(ADA, PICTURE, "the same again")
    life.accept_file(ADA, REPORT)
    life.accept(ADA, "last")
    assert life.rounds(lambda: settled(life), 300), told(life)
    assert {status for status, _ in told(life)} <= set(SENT)
    texts = [message.text for message in world.simulator.messages()]
    assert texts == ["first", "", "the same again", "the report", "last"]


def test_what_one_file_meets_is_its_own_matter(world: OneWorker, linked: LifeMaker) -> None:
    """A slow upload is no hang; one that fails or is refused fails its message alone."""
    life = linked()
    slow = life.accept_file(SLOW, REPORT)
    fails, refused = life.accept_file(FAILS, REPORT), life.accept_file(REFUSED, REPORT)
    after = life.accept_file(ADA, REPORT)
    assert life.rounds(lambda: settled(life), 300), told(life)
    assert life.message(slow).status in SENT
    assert life.message(fails).error_code == "file_upload_stopped"
    assert life.message(refused).error_code == "file_not_supported"
    assert life.message(after).status in SENT
    assert [shown(each)[0] for each in world.simulator.messages()] == [SLOW[1:], ADA[1:]]
    assert life.state is SessionState.AUTHENTICATED
    assert life.session.context.circuits.get().failures == 0


def test_an_upload_that_stands_still_is_unknown_and_followed(
    world: OneWorker, linked: LifeMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whatsapp_tasks.session.uploading.UPLOAD_STANDS_SECONDS", 2.0)
    life = linked()
    endless = life.accept_file(ENDLESS, REPORT)
    after = life.accept(ADA, "after")
    assert life.rounds(lambda: settled(life), 300), told(life)
    assert (life.message(endless).status, life.message(endless).error_code) == ("unknown", "file_uploading")
    assert life.message(after).status in SENT
    assert [message.text for message in world.simulator.messages()] == ["after"]
    assert life.session.context.circuits.get().failures == 0


@pytest.mark.parametrize("scenario", ["slow_preview", "dialog_over_preview", "takes_focus", "enter_ignored"])
def test_what_disturbs_a_preview_is_tried_again(world: OneWorker, linked: LifeMaker, scenario: str) -> None:
    parameters: dict[str, dict[str, object]] = {
        "takes_focus": {"what": "dialog", "after_characters": 3, "lasts_ms": 500},
    }
    world.simulator.scenario(scenario, count=1, **parameters.get(scenario, {}))
    life = linked()
    sent = life.accept_file(ADA, REPORT)
    assert life.rounds(lambda: settled(life), 300), told(life)
    assert life.message(sent).status in SENT
    assert [shown(each) for each in world.simulator.messages()] == [
        (ADA[1:], "the report", "document", "report.pdf")
    ]


def test_a_preview_that_somebody_left_open_goes_before_a_text_is_sent(
    world: OneWorker, linked: LifeMaker
) -> None:
    life = linked()
    configure(life, open_chat_timeout_seconds=20)
    world.simulator.scenario("dialog_over_preview", what="unknown", count=1)
    file, text = life.accept_file(ADA, REPORT), life.accept(BO, "a text")
    assert life.rounds(lambda: settled(life), 300), told(life)
    assert life.message(file).status in SENT
    assert life.message(text).status in SENT
    assert len(world.simulator.messages()) == 2


def test_nothing_of_a_file_is_left_on_the_workers_disk(world: OneWorker, linked: LifeMaker) -> None:
    life = linked()
    life.accept_file(ADA, REPORT)
    assert life.rounds(lambda: settled(life), 300), told(life)
    outgoing = life.session.context.settings.data_dir / "outgoing"
    assert [each for each in outgoing.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize("point", DEATHS_BEFORE)
def test_a_browser_that_dies_before_the_send_button_loses_and_doubles_nothing(
    world: OneWorker, linked: LifeMaker, point: str
) -> None:
    life = linked(login_at_once=True)
    with life.browser_killed_at(point):
        sent = life.accept_file(ADA, REPORT)
        assert life.rounds(lambda: settled(life), 300), told(life)
    assert life.message(sent).status in SENT
    assert len(world.simulator.messages()) == 1


@pytest.mark.parametrize(("point", "sample"), DEATHS_AFTER, ids=lambda value: getattr(value, "name", value))
def test_a_browser_that_dies_after_the_send_button_loses_and_doubles_nothing(
    world: OneWorker, linked: LifeMaker, point: str, sample: Sample
) -> None:
    """A picture without a word whose bubble was not noted yet may end as unknown: it may be anybody's, if its
    upload was over before the browser was dead.
    """
    world.simulator.scenario("slow_upload", ms=300)
    life = linked(login_at_once=True)
    with life.browser_killed_at(point):
        sent = life.accept_file(ADA, sample)
        assert life.rounds(lambda: settled(life), 300), told(life)
    received = len(world.simulator.messages())
    may_be_anybodys = point == "after_enter" and sample is PICTURE
    assert life.message(sent).status in (*SENT, *(["unknown"] if may_be_anybodys else []))
    assert received == 1
