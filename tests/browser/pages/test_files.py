"""Files on the page: menu, preview, bubbles, as the service reads them and gives them input (issue 15)."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.pages.stage import Stage, within
from tests.support.files import DOCUMENT, PDF, PNG, TABLE, WEBP, Sample
from tests.support.stack import eventually
from whatsapp_tasks.browser.page_capture import capture_page
from whatsapp_tasks.domain.bubbles import Bubble, BubbleFile
from whatsapp_tasks.domain.chat_snapshot import Preview
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.files_shown import file_likeness, is_attaching, is_ready, preview_amiss, refusal_of
from whatsapp_tasks.domain.intents import AT_SERVER
from whatsapp_tasks.domain.likeness import Likeness
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.domain.typing_plan import typing_plan
from whatsapp_tasks.errors import InputStopped
from whatsapp_tasks.session.putting_away import put_away

ADA, BO, NOBODY_ELSES = "+4915112345678", "+4915112345679", "+4915112345691"
SMALL = [each for each in TABLE if len(each.content) < 1_000_000 and each.content != WEBP]
"""A WebP is converted before it comes to the page."""
REPORT = Sample("report.pdf", PDF, DOCUMENT, "application/pdf")


def choose(stage: Stage, sample: Sample, folder: Path, kind: FileKind | None = None) -> None:
    """Opens the menu and gives it the file."""
    mark = stage.mark()
    path = folder / sample.name
    path.write_bytes(sample.content)
    stage.whatsapp.press_attach(mark, within())
    stage.until(lambda s: s if s.attach_menu else None)
    stage.whatsapp.choose_file(mark, kind or sample.kind, path, within(), lambda: None)


def preview(stage: Stage, sample: Sample) -> Preview:
    """The preview once it can be sent."""
    found = stage.until(lambda s: s if s.preview and is_ready(s.preview, sample.file) else None).preview
    assert found is not None
    return found


def send(stage: Stage, caption: str = "") -> Bubble:
    """Types the caption, presses the button; the new bubble, once the server has it."""
    mark, known = stage.mark(), {bubble.id for bubble in stage.chat().bubbles}
    if caption:
        stage.whatsapp.focus(mark, within(), "caption")
        strokes = typing_plan(caption, lambda _low, _high: 0.0)
        stage.whatsapp.type_text(strokes, mark, within(60), "caption")
    stage.whatsapp.press_send_file(mark, caption, within())

    def sent(snapshot: object) -> Bubble | None:
        bubbles = stage.chat().bubbles
        return next((b for b in bubbles if b.id not in known and b.tick in ("sent", "delivered")), None)

    return stage.whatsapp.until(sent, within())


@pytest.fixture(autouse=True)
def before(stage: Stage) -> int:
    """How many messages there were; nothing of a file is left open."""
    put_away(stage.context, stage.whatsapp)
    return len(stage.simulator.messages(ADA))


@pytest.mark.parametrize("sample", SMALL, ids=lambda sample: sample.name)
def test_each_file_is_received_as_its_kind_with_its_caption(
    stage: Stage, tmp_path: Path, sample: Sample
) -> None:
    stage.open_chat(ADA)
    choose(stage, sample, tmp_path)
    shown = preview(stage, sample)
    assert preview_amiss(shown, sample.file) is None
    bubble = send(stage, sample.caption)
    message = stage.simulator.messages(ADA)[-1]
    (received,) = message.attachments
    assert (received["name"], received["kind"]) == (sample.name, str(sample.kind))
    assert received["sha256"] == sample.file.digest
    assert message.text == sample.caption
    assert bubble.outgoing
    assert file_likeness(bubble, sample.file, sample.caption) is Likeness.SAME
    assert stage.look().preview is None


def test_a_picture_of_the_page_shows_no_name_of_a_file(stage: Stage, tmp_path: Path) -> None:
    """Evidence of a failed attempt may be taken while the preview is open. Two names make the same picture,
    but for the caret and the ticks of earlier messages, which change. Pixels are compared: the padding at the
    end of a JPEG differs.
    """
    one, other = "anna.pdf", "xolo.pdf"
    covered: dict[str, set[bytes]] = {one: set(), other: set()}
    clear: dict[str, set[bytes]] = {one: set(), other: set()}

    def picture(*, masked: bool) -> bytes:
        taken = capture_page(stage.whatsapp.page, within(), masked=masked).picture
        assert taken is not None
        return Image.open(BytesIO(taken)).convert("RGB").tobytes()

    def both_look_the_same() -> bool:
        for name in (one, other):
            sample = Sample(name, PDF, DOCUMENT, "application/pdf")
            stage.open_chat(ADA)
            choose(stage, sample, tmp_path)
            preview(stage, sample)
            covered[name] |= {picture(masked=True) for _ in range(4)}
            clear[name] |= {picture(masked=False) for _ in range(4)}
            put_away(stage.context, stage.whatsapp)
        return bool(covered[one] & covered[other])

    assert eventually(both_look_the_same, "two names that make the same picture")
    assert not clear[one] & clear[other]


def test_the_menu_is_found_without_test_ids_as_well(stage: Stage, tmp_path: Path) -> None:
    stage.simulator.scenario("menu_without_test_ids")
    stage.open_chat(ADA)
    choose(stage, REPORT, tmp_path)
    assert preview_amiss(preview(stage, REPORT), REPORT.file) is None


def test_the_input_that_makes_stickers_is_never_given_a_file(
    stage: Stage, tmp_path: Path, before: int
) -> None:
    """At rest it is the only one (E3): whatever the page asks a file for, a picture becomes no sticker."""
    stage.open_chat(ADA)
    picture = Sample("a.png", PNG, FileKind.IMAGE, "image/png")
    stage.whatsapp.page.evaluate(
        """() => {
          const sticker = document.querySelector("footer input[type=file]");
          document.addEventListener("click", (event) => {
            if (!sticker || !event.isTrusted || !event.target.closest("footer li")) return;
            event.stopImmediatePropagation();
            sticker.click();
          }, { capture: true });
        }""",
        deadline=within(),
    )
    if stage.era != "E3":
        choose(stage, picture, tmp_path)
        preview(stage, picture)
        return
    with pytest.raises(InputStopped, match="no_chooser"):
        choose(stage, picture, tmp_path)
    assert len(stage.simulator.messages(ADA)) == before
    stage.reload()


def test_a_picture_that_cannot_be_read_is_seen_to_become_a_document(stage: Stage, tmp_path: Path) -> None:
    stage.open_chat(ADA)
    broken = Sample("broken.png", PNG[:40], FileKind.IMAGE, "image/png")
    choose(stage, broken, tmp_path)
    assert preview_amiss(preview(stage, broken), broken.file) == "file_kind_not_taken"


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("not_supported", "file_not_supported"),
        ("too_large", "file_too_large"),
        ("empty", "file_empty"),
        ("failed_to_load", "file_not_loaded"),
        ("not_added", "file_not_supported"),
    ],
)
def test_what_the_page_refuses_has_a_code_of_its_own(
    stage: Stage, tmp_path: Path, why: str, code: str
) -> None:
    stage.simulator.scenario("file_refused", why=why, count=1)
    stage.open_chat(ADA)
    choose(stage, REPORT, tmp_path)
    snapshot = stage.until(lambda s: s if s.file_notices else None)
    assert refusal_of(snapshot.file_notices) == code
    stage.until(lambda s: None if s.file_notices else s)


def test_a_text_that_speaks_of_files_refuses_none(stage: Stage) -> None:
    stage.open_chat(ADA)
    stage.simulator.incoming(ADA, "1 file you tried adding is not supported.")
    stage.until(lambda s: s if s.chat and s.chat.bubbles else None)
    assert stage.look().file_notices == frozenset()


@pytest.mark.parametrize("left", ["menu", "preview", "question", "under a dialog"])
def test_what_a_dead_attempt_left_open_is_closed_by_the_pages_own_buttons(
    stage: Stage, tmp_path: Path, before: int, left: str
) -> None:
    stage.open_chat(ADA)
    loaded_at = stage.loaded_at()
    if left == "menu":
        stage.whatsapp.press_attach(stage.mark(), within())
        stage.until(lambda s: s if s.attach_menu else None)
    else:
        if left == "under a dialog":
            stage.simulator.scenario("dialog_over_preview", what="news", count=1)
        choose(stage, REPORT, tmp_path)
        preview(stage, REPORT)
    if left == "question":
        stage.whatsapp.page.press_key("Escape", within())
        stage.whatsapp.page.press_key("Escape", within())
        stage.popup(Popup.DISCARD)
    if left == "under a dialog":
        stage.popup(Popup.WHATS_NEW)
    put_away(stage.context, stage.whatsapp)
    now = stage.look()
    assert not is_attaching(now)
    assert popup_of(now) is Popup.NONE
    assert stage.loaded_at() == loaded_at
    assert len(stage.simulator.messages(ADA)) == before


def test_a_preview_that_comes_back_with_its_chat_is_closed_when_the_chat_is_opened(
    stage: Stage, tmp_path: Path
) -> None:
    stage.open_chat(ADA)
    choose(stage, REPORT, tmp_path)
    preview(stage, REPORT)
    stage.whatsapp.open_chat_inside(BO, within())
    stage.until(lambda s: s if s.preview is None else None)
    stage.context.opened = None
    stage.open_chat(ADA)
    assert not is_attaching(stage.look())


def test_a_preview_of_several_files_or_of_another_one_is_not_sent(
    stage: Stage, tmp_path: Path, before: int
) -> None:
    stage.open_chat(ADA)
    choose(stage, REPORT, tmp_path)
    shown = preview(stage, REPORT)
    other = Sample("other.pdf", PDF, DOCUMENT, "application/pdf")
    assert preview_amiss(shown, other.file) == "preview_unexpected"
    assert shown.count == 1
    with pytest.raises(InputStopped, match="text"):
        stage.whatsapp.press_send_file(stage.mark(), "another caption", within())
    assert len(stage.simulator.messages(ADA)) == before


def test_a_preview_that_is_gone_takes_no_press(stage: Stage) -> None:
    stage.open_chat(ADA)
    with pytest.raises(InputStopped, match="no_box"):
        stage.whatsapp.press_send_file(stage.mark(), "", within())


def sent(stage: Stage, tmp_path: Path, wanted: Callable[[BubbleFile], bool]) -> Bubble:
    """Sends the report to Ada; its bubble, once it is as ``wanted``. Other tests have left bubbles there."""
    stage.open_chat(ADA)
    earlier = {bubble.id for bubble in stage.chat().bubbles}
    choose(stage, REPORT, tmp_path)
    preview(stage, REPORT)
    stage.whatsapp.press_send_file(stage.mark(), "", within())

    def found(snapshot: PageSnapshot) -> Bubble | None:
        new = [b for b in snapshot.chat.bubbles if b.id not in earlier] if snapshot.chat else []
        return next((bubble for bubble in new if bubble.file and wanted(bubble.file)), None)

    return stage.whatsapp.until(found, within())


def test_an_upload_is_seen_in_its_bubble(stage: Stage, tmp_path: Path) -> None:
    stage.simulator.scenario("upload_never_ends", percent=40, phone=ADA)
    bubble = sent(stage, tmp_path, lambda file: bool(file.upload) and file.percent in (None, 40))
    assert bubble.file is not None
    assert (bubble.file.kind, bubble.file.name, bubble.file.upload) == ("document", "report.pdf", "running")
    assert bubble.tick == "pending"
    stage.reload()


@pytest.mark.parametrize("mark", [True, False])
def test_an_upload_that_stopped_is_seen_with_and_without_the_mark(
    stage: Stage, tmp_path: Path, mark: bool
) -> None:
    stage.simulator.scenario("upload_fails", mark=mark, phone=ADA, count=1)
    bubble = sent(stage, tmp_path, lambda file: file.upload == "stopped")
    assert bubble.tick == ("failed" if mark else "pending")
    stage.reload()


def test_pictures_that_are_sent_one_by_one_and_share_a_row_are_each_found(
    stage: Stage, tmp_path: Path
) -> None:
    """12.12: from the fourth on the page makes an album of them, and from the fifth on shows the newest one
    nowhere but in the list of chats.
    """
    picture = Sample("a.png", PNG, FileKind.IMAGE, "image/png")
    stage.open_chat(NOBODY_ELSES)
    rows = []
    for _ in range(5):
        known = {bubble.id for bubble in stage.chat().bubbles}
        choose(stage, picture, tmp_path)
        preview(stage, picture)
        stage.whatsapp.press_send_file(stage.mark(), "", within())

        def at_server(snapshot: PageSnapshot, known: set[str] = known) -> tuple[Bubble, ...] | None:
            bubbles = snapshot.chat.bubbles if snapshot.chat else ()
            new = bubbles[-1] if bubbles and bubbles[-1].id not in known else None
            return bubbles if new and (new.tick or new.listed_tick) in AT_SERVER else None

        bubbles = stage.whatsapp.until(at_server, within())
        rows.append((len(bubbles), bubbles[-1].counted, bubbles[-1].tick is None))
    alone, of_four, of_five = (False, False), (False, False), (True, True)
    assert rows == [(1, *alone), (2, *alone), (3, *alone), (2, *of_four), (2, *of_five)]
