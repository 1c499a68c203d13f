"""The typing plan: all of the text, in whole graphemes, at a human pace."""

import random

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.texts import normalise_message
from whatsapp_tasks.domain.typing_plan import Stroke, typing_plan
from whatsapp_tasks.errors import RequestRefused

uniform = random.Random(7).uniform


def kinds(text: str) -> list[tuple[str, str]]:
    return [(stroke.kind, stroke.text) for stroke in typing_plan(text, uniform)]


@given(st.text())
def test_the_strokes_joined_are_the_text(text: str) -> None:
    try:
        text = normalise_message(text)
    except RequestRefused:
        return
    assert "".join(stroke.text for stroke in typing_plan(text, uniform)) == text


@given(st.text(st.sampled_from("aé1\u0301\u200d👩👧🏽🇩🇪\ufe0f\u20e3\nक\u094dष ~\t"), max_size=20))
def test_a_stroke_is_one_whole_grapheme_and_the_tabs_beside_it(text: str) -> None:
    strokes = list(typing_plan(text, uniform))
    assert all(stroke.text == "\n" or regex.fullmatch(r"\X?", stroke.text.strip("\t")) for stroke in strokes)
    assert "".join(stroke.text for stroke in strokes) == text


@given(st.text())
def test_a_key_is_one_printable_ascii_character_and_a_newline_never_a_plain_enter(text: str) -> None:
    for stroke in typing_plan(text, uniform):
        if stroke.kind == "key":
            assert len(stroke.text) == 1
            assert " " <= stroke.text <= "~"
        elif stroke.kind == "newline":
            assert stroke.text == "\n"
        else:
            assert "\n" not in stroke.text


@given(st.text(min_size=1), st.floats(0, 50), st.floats(0, 50))
def test_each_pause_lies_in_the_range(text: str, fastest: float, more: float) -> None:
    for stroke in typing_plan(text, uniform, fastest_ms=fastest, slowest_ms=fastest + more):
        assert fastest <= stroke.pause_ms <= fastest + more + 1e-9


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
        ("a\nb", [("key", "a"), ("newline", "\n"), ("key", "b")]),
        ("a\n\nb", [("key", "a"), ("newline", "\n"), ("newline", "\n"), ("key", "b")]),
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
