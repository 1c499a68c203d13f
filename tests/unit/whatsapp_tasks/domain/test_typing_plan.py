"""The typing plan: all of the text, in whole graphemes, at a human pace."""

import random

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.texts import normalise_message
from whatsapp_tasks.domain.typing_plan import PAD, Stroke, forms_in_box, typing_plan, without_paste
from whatsapp_tasks.errors import RequestRefused

uniform = random.Random(7).uniform


def kinds(text: str) -> list[tuple[str, str]]:
    return [(stroke.kind, stroke.text) for stroke in typing_plan(text, uniform)]


MEAN = st.text(st.sampled_from("ab1.-*>:;()<3y@/_^ \t\n🎉é\u0301"), max_size=40)
"""Of what the page changes when it is typed as it comes."""


@given(st.text() | MEAN)
def test_the_strokes_joined_are_a_form_of_the_text_in_the_box(text: str) -> None:
    try:
        text = normalise_message(text)
    except RequestRefused:
        return
    joined = "".join(stroke.text for stroke in typing_plan(text, uniform))
    assert joined == forms_in_box(text)[-1]
    assert joined.rstrip(PAD) == text.rstrip(PAD)


@given(st.text(st.sampled_from("aé1\u0301\u200d👩👧🏽🇩🇪\ufe0f\u20e3\nक\u094dष ~\t"), max_size=20))
def test_a_stroke_is_one_whole_grapheme_and_the_tabs_beside_it(text: str) -> None:
    strokes = list(typing_plan(text, uniform))
    assert all(regex.fullmatch(r"\X?", stroke.text.strip("\t\n ")) for stroke in strokes)
    assert "".join(stroke.text for stroke in strokes) == text


@given(st.text() | MEAN)
def test_a_key_is_one_printable_ascii_character_and_no_line_break_is_a_key(text: str) -> None:
    for stroke in typing_plan(text, uniform):
        if stroke.kind == "key":
            assert len(stroke.text) == 1
            assert " " <= stroke.text <= "~"
        else:
            assert stroke.kind == ("paste" if "\n" in stroke.text else "insert")


@given(MEAN)
def test_no_tab_travels_alone(text: str) -> None:
    lines = [stroke.text for stroke in typing_plan(text, uniform) if "\t" in stroke.text]
    assert all(line.strip("\t") or line in text.split("\n") for line in lines)


@given(st.text(min_size=1) | MEAN, st.floats(0, 50), st.floats(0, 50))
def test_each_pause_lies_in_the_range_for_every_grapheme(text: str, fastest: float, more: float) -> None:
    for stroke in typing_plan(text, uniform, fastest_ms=fastest, slowest_ms=fastest + more):
        graphemes = 1 if stroke.kind == "key" else len(regex.findall(r"\X", stroke.text))
        most = graphemes * (fastest + more)
        assert (fastest if graphemes == 1 else 0) <= stroke.pause_ms <= most + 1e-6


def test_the_default_pauses_are_the_blueprints() -> None:
    asked: list[tuple[float, float]] = []

    def spy(low: float, high: float) -> float:
        asked.append((low, high))
        return low

    assert list(typing_plan("a", spy)) == [Stroke("key", "a", 5)]
    assert asked == [(5, 25)]


@pytest.mark.parametrize(
    ("text", "strokes"),
    [
        ("Hi!", [("key", "H"), ("key", "i"), ("key", "!")]),
        ("a\nb", [("key", "a"), ("paste", "\nb")]),
        ("a\n\nbc", [("key", "a"), ("paste", "\n\nb"), ("key", "c")]),
        ("ü", [("insert", "ü")]),
        ("u\u0308", [("insert", "u\u0308")]),
        ("1\ufe0f\u20e3", [("insert", "1\ufe0f\u20e3")]),
        ("👩‍👩‍👧‍👦x", [("insert", "👩‍👩‍👧‍👦"), ("key", "x")]),
        ("🇩🇪🇫🇷", [("insert", "🇩🇪"), ("insert", "🇫🇷")]),
        ("👍🏽", [("insert", "👍🏽")]),
        ("\t", [("insert", "\t")]),
    ],
)
def test_how_a_text_is_typed(text: str, strokes: list[tuple[str, str]]) -> None:
    assert kinds(text) == strokes


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("- a\n- b", [("paste", "\n-")]),
        ("1. a\n\n2. b", [("paste", "\n\n2")]),
        ("- a\n  - b\nc", [("paste", "\n  -"), ("paste", "\nc")]),
        ("- \n👨‍👩‍👧 b", [("paste", "\n👨‍👩‍👧")]),
        ("a- b", []),
        ("hi :-)", [("insert", ":-) ")]),
        (":-) hi", [("insert", ":-) ")]),
        ("hi <3\nbye", [("paste", "<3\nb")]),
        ("hi <3 \nbye", [("insert", "<3 "), ("paste", "\nb")]),
        ("f(y)=2 x", [("insert", "f(y)=2")]),
        (":fire\n:-)\nx", [("paste", ":fire\n:-)\nx")]),
        ("ok :fire", [("insert", ":fire ")]),
        ("ok:fire 12:30 a@b.org 1/2", []),
        ("@anna", [("insert", "@anna ")]),
        ("/x", [("insert", "/x ")]),
        ("- :-)\n- b", [("paste", ":-)\n-")]),
        ("a\t:-)\tb", [("insert", "\t:-)\t")]),
    ],
)
def test_what_the_page_would_change_is_entered_at_once(text: str, blocks: list[tuple[str, str]]) -> None:
    """Issue 11, rows 2 and 3 of section 0."""
    assert [(kind, piece) for kind, piece in kinds(text) if kind == "paste" or len(piece) > 1] == blocks


@pytest.mark.parametrize(
    "emoticon",
    [
        "(y)",
        "(Y)",
        "(n)",
        "(N)",
        ":-)",
        ":-(",
        ":-p",
        ":-P",
        ":-\\",
        ":-D",
        ":-o",
        ";-)",
        ":-*",
        ":-|",
        ":'(",
        "^_^",
        "<3",
        ">_<",
    ],
)
def test_the_caret_never_stands_right_after_an_emoticon(emoticon: str) -> None:
    for text in (emoticon, f"a {emoticon}", f"{emoticon}\nb", f"a{emoticon} b", f"{emoticon}{emoticon}"):
        typed = ""
        for stroke in typing_plan(text, uniform):
            typed += stroke.text
            assert not typed.endswith(emoticon)


def test_a_page_that_takes_no_paste_gets_line_breaks_by_key() -> None:
    pieces = without_paste(Stroke("paste", ":-)\n\nx", 9))
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("insert", ":-)"),
        ("newline", "\n"),
        ("newline", "\n"),
        ("insert", "x"),
    ]


UNITS = 65_536


@pytest.mark.parametrize(
    "text",
    [
        ":-" * (UNITS // 2 - 1) + ")",
        ".:ab" * (UNITS // 4 - 1) + ")",
        ".@" * (UNITS // 2 - 1) + "é",
        "/" * UNITS,
        "\U0001f1e9\U0001f1ea" * (UNITS // 4),
        "\U0001f1e9\U0001f1ea" * (UNITS // 4 - 2) + ":)",
        "a" + " " * (UNITS - 2) + "b",
        "a" + "\n " * (UNITS // 2 - 1) + "b",
        "\t:)" * (UNITS // 3),
    ],
    ids=lambda text: ascii(text[:8]),
)
@pytest.mark.timeout(30)
def test_no_text_takes_long_to_plan(text: str) -> None:
    """The first took minutes in calls that keep the heartbeat from renewing the lease: one text ended the
    worker's hold of its account.
    """
    forms_in_box(text)
    strokes = list(typing_plan(text, uniform))
    assert "".join(stroke.text for stroke in strokes).rstrip(PAD) == text.rstrip(PAD)
