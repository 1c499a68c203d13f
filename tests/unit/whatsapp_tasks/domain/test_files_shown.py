"""What a bubble and a preview say of a file: `absent` means sending again, so it must be sure (issue 15)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.looks import DIALOG, page
from whatsapp_tasks.domain.bubbles import Bubble, BubbleFile
from whatsapp_tasks.domain.chat_snapshot import Compose, Preview
from whatsapp_tasks.domain.files import FileKind, MessageFile
from whatsapp_tasks.domain.files_shown import (
    REFUSALS,
    file_likeness,
    is_attaching,
    is_distinct,
    is_ready,
    preparation_seconds,
    preview_amiss,
    refusal_of,
    same_name,
    sizes_agree,
    upload_seconds,
)
from whatsapp_tasks.domain.intents import Intent, find_intended
from whatsapp_tasks.domain.likeness import Likeness
from whatsapp_tasks.domain.page_controls import Button

PDF = MessageFile("00", "invoice.pdf", FileKind.DOCUMENT, 61_000, "application/pdf")
PICTURE = MessageFile("11", "a.png", FileKind.IMAGE, 4000, "image/png")
SHOWN = BubbleFile("document", "invoice.pdf", "60 kB")
HI = Bubble("hi", outgoing=False, text="Hi")
SEND, CAPTION = Button("Send", 1, 2), Compose("", True, 1, 2)

PREVIEW: dict[str, Any] = {"names": ["a.pdf"], "count": 1, "caption": None, "send": None, "close": None}

kinds = st.sampled_from(FileKind)
names = st.text("abcxyz äöü日本🧾 .-_()\u202e", min_size=1, max_size=20).filter(lambda n: bool(n.strip()))
captions = st.just("") | st.text(max_size=60).filter(lambda text: bool(text.strip()))
files = st.builds(MessageFile, st.just("00"), names, kinds, st.integers(1, 10**9), st.just("x/y"))


def written(size: int) -> str:
    """As the page writes it (docs/whatsapp-web.md, 12.6)."""
    value, unit = float(size), 0
    while value >= 1024 and unit < 3:
        value, unit = value / 1024, unit + 1
    return f"{value:.{int(size > 1024 * 1024)}f} {('B', 'kB', 'MB', 'GB')[unit]}"


def ours(file: MessageFile, caption: str, /, **changes: Any) -> Bubble:
    """The bubble of a file that was sent, in full."""
    is_document = file.kind is FileKind.DOCUMENT
    shown = BubbleFile(
        str(file.kind), file.name if is_document else "", written(file.size) if is_document else ""
    )
    return replace(Bubble("new", True, caption.strip() or None, "sent", file=shown), **changes)


def find(
    file: MessageFile, caption: str, *bubbles: Bubble, watched: bool = False, settled: bool = True
) -> str:
    found = find_intended(
        Intent(1, ("hi",)), caption, [HI, *bubbles], settled=settled, watched=watched, file=file
    )
    return found.verdict


drawings = st.sampled_from(
    [
        {},
        {"file": None, "text": None},  # emptied off-screen
        {"file": BubbleFile("document")},  # the page could not read it, or draws it otherwise
        {"file": BubbleFile("sticker")},
        {"file": BubbleFile("album")},
        {"file": None},  # its marks are not known; the caption is there
        {"outgoing": None},
        {"edited": True, "text": "another caption"},
        {"folded": True},
        {"text": None},  # where the caption stands is not known
        {"tick": "pending"},
    ]
)


@given(files, captions, drawings, st.booleans())
def test_a_file_that_was_sent_is_never_called_absent_however_it_is_drawn(
    file: MessageFile, caption: str, drawing: dict[str, Any], watched: bool
) -> None:
    assert find(file, caption, ours(file, caption, **drawing), watched=watched) != "absent"


others = st.lists(
    st.sampled_from(
        [
            Bubble("t", True, "a text of ours", "read"),
            Bubble("p", True, None, "read", file=BubbleFile("image")),
            Bubble("d", True, None, "read", file=BubbleFile("document", "other.pdf", "1 kB")),
            Bubble("i", False, None, None, file=BubbleFile("image")),
            Bubble("e", True, None, None),
            Bubble("n", None, None, None),
        ]
    ),
    max_size=4,
    unique_by=lambda bubble: bubble.id,
)


@given(files, captions, others, st.integers(0, 4), st.booleans())
def test_what_else_is_there_never_makes_it_absent_and_what_is_found_is_ours_or_like_it(
    file: MessageFile, caption: str, before: list[Bubble], place: int, settled: bool
) -> None:
    own = ours(file, caption)
    bubbles = [HI, *before[:place], own, *before[place:]]
    found = find_intended(Intent(1, ("hi",)), caption, bubbles, settled=settled, file=file)
    assert found.verdict != "absent"
    if found.verdict == "found":
        assert is_distinct(file, caption)
        assert found.bubble is not None
        assert file_likeness(found.bubble, file, caption) is Likeness.SAME


@given(files, captions, others)
def test_a_file_that_was_not_sent_is_found_only_in_one_that_says_the_same(
    file: MessageFile, caption: str, there: list[Bubble]
) -> None:
    found = find_intended(Intent(1, ("hi",)), caption, [HI, *there], settled=True, file=file)
    if found.verdict == "found":
        assert found.bubble is not None
        assert file_likeness(found.bubble, file, caption) is Likeness.SAME
    if found.verdict == "absent":
        assert all(
            bubble.outgoing is False or file_likeness(bubble, file, caption) is Likeness.OTHER
            for bubble in there
        )


def test_two_equal_pictures_in_a_row_are_told_apart_by_their_place() -> None:
    first = ours(PICTURE, "", id="first", tick="read")
    intent = Intent.before_enter(1, [HI, first])
    second = ours(PICTURE, "", id="second")

    def verdict(*bubbles: Bubble, watched: bool = False) -> str:
        return find_intended(
            intent, "", [HI, first, *bubbles], settled=True, watched=watched, file=PICTURE
        ).verdict

    assert verdict() == "absent"
    assert verdict(second, watched=True) == "found"
    assert verdict(second) == "unclear"  # another device may have sent it


def test_a_picture_with_words_is_found_and_so_is_a_document() -> None:
    assert find(PICTURE, "the chart", ours(PICTURE, "the chart")) == "found"
    assert find(PICTURE, "the chart", ours(PICTURE, "another one")) == "absent"
    assert find(PDF, "", ours(PDF, "")) == "found"
    assert find(PDF, "", ours(replace(PDF, name="other.pdf"), "")) == "absent"
    assert find(PICTURE, "❤", ours(PICTURE, "❤")) == "unclear"


@pytest.mark.parametrize(
    ("bubble", "expected"),
    [
        (ours(PDF, "Hello"), Likeness.SAME),
        (ours(PDF, "Hello", text="*Hello*"), Likeness.SAME),
        (ours(PDF, "Bye"), Likeness.OTHER),
        (ours(PDF, ""), Likeness.PERHAPS),
        (ours(replace(PDF, size=2_000_000), "Hello"), Likeness.PERHAPS),
        (ours(replace(PDF, name="Invoice PDF"), "Hello"), Likeness.PERHAPS),
        (ours(replace(PDF, name="receipt.pdf"), "Hello"), Likeness.OTHER),
        (ours(PICTURE, "Hello"), Likeness.PERHAPS),
        (Bubble("t", True, "Hello", "sent"), Likeness.PERHAPS),
        (Bubble("t", True, "invoice.pdf", "sent"), Likeness.PERHAPS),
        (Bubble("t", True, "Something else", "sent"), Likeness.OTHER),
        (Bubble("t", True, "!!", "sent"), Likeness.PERHAPS),
    ],
)
def test_how_alike_a_bubble_is(bubble: Bubble, expected: Likeness) -> None:
    assert file_likeness(bubble, PDF, "Hello") is expected


def test_a_text_where_no_caption_was_is_another_message() -> None:
    assert file_likeness(ours(PICTURE, "words"), PICTURE, "") is Likeness.OTHER
    assert file_likeness(ours(PICTURE, "❤"), PICTURE, "") is Likeness.PERHAPS
    named = ours(PDF, "", text="invoice.pdf")
    assert file_likeness(named, PDF, "") is Likeness.SAME


@given(st.integers(1, 2 * 1024**3))
def test_every_size_agrees_with_the_way_the_page_writes_it(size: int) -> None:
    assert sizes_agree(written(size), size)
    assert sizes_agree(written(size).replace(".", ","), size)


@pytest.mark.parametrize(
    ("shown", "size", "expected"),
    [
        ("60 kB", 61_000, True),
        ("60 kB", 70_000, False),
        ("1,2 MB", 1_258_291, True),
        ("1.2 MB", 1_400_000, False),
        ("٦٠ kB", 61_440, True),
        ("125 B", 125, True),
        ("60 quux", 61_440, None),
        ("kB", 61_440, None),
        ("", 61_440, None),
        ("1.234.567 B", 1_234_567, None),
    ],
)
def test_sizes_are_compared_as_far_as_they_can_be_read(shown: str, size: int, expected: bool | None) -> None:
    assert sizes_agree(shown, size) is expected


def test_names_are_the_same_although_the_page_draws_them_otherwise() -> None:
    assert same_name("Rechnung ❤ für  J.pdf", "Rechnung ❤️ für J.pdf")
    assert not same_name("a.pdf", "b.pdf")


def preview(*pieces: str, count: int = 1, caption: Compose | None = CAPTION) -> Preview:
    return Preview(pieces, count, caption, SEND, None)


@pytest.mark.parametrize(
    ("shown", "file", "amiss"),
    [
        (preview("invoice.pdf", "60 kB - PDF"), PDF, None),
        (preview("other.pdf"), PDF, "preview_unexpected"),
        (preview(), PDF, "preview_unexpected"),
        (preview("invoice.pdf", count=2), PDF, "preview_unexpected"),
        (preview(), PICTURE, None),
        (preview("a.png"), PICTURE, "file_kind_not_taken"),
        (preview(caption=None), PICTURE, "file_kind_not_taken"),
        (preview(caption=None), replace(PICTURE, kind=FileKind.AUDIO), None),
    ],
)
def test_a_preview_shows_the_one_file_as_its_kind(
    shown: Preview, file: MessageFile, amiss: str | None
) -> None:
    assert preview_amiss(shown, file) == amiss


def test_a_preview_is_ready_when_there_is_somewhere_to_write_and_something_to_press() -> None:
    assert is_ready(preview(), PICTURE)
    assert not is_ready(replace(preview(), send=None), PICTURE)
    assert not is_ready(preview(caption=None), PICTURE)
    assert is_ready(preview(caption=None), replace(PICTURE, kind=FileKind.AUDIO))


def test_a_refusal_has_the_code_of_what_the_page_says() -> None:
    assert {refusal_of([name]) for name in REFUSALS} == set(REFUSALS.values())
    assert refusal_of(["offline"]) is None


def test_a_larger_file_has_more_time() -> None:
    assert upload_seconds(60 * 1024 * 1024) > upload_seconds(1024) * 1000
    assert preparation_seconds(60 * 1024 * 1024) > preparation_seconds(1024)


@pytest.mark.parametrize(
    "changes",
    [
        {"preview": PREVIEW},
        {"attach_menu": True},
        {"dialogs": [{**DIALOG, "texts": ["discard_selection"]}]},
    ],
)
def test_a_menu_a_preview_and_the_question_about_it_are_of_a_file(changes: dict[str, Any]) -> None:
    assert is_attaching(page(chat_pane=True, **changes))


def test_a_dialog_about_something_else_is_of_no_file() -> None:
    assert not is_attaching(page(chat_pane=True, dialogs=[DIALOG]))
