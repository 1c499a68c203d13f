"""Keys, text and clicks, as the page sees them."""

import json

import pytest

from whatsapp_tasks.browser.page import Page, Stroke
from whatsapp_tasks.errors import WaitTimeout

from .conftest import within

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


@pytest.fixture
def box(page: Page) -> Page:
    page.evaluate("() => document.getElementById('box').focus()", deadline=within())
    return page


def keys(text: str) -> list[Stroke]:
    return [Stroke("key", character, 0) for character in text]


def text_of(page: Page) -> object:
    return page.evaluate("() => document.getElementById('box').innerText", deadline=within())


def events_of(page: Page) -> list[list[object]]:
    told = page.evaluate("() => document.body.dataset.events", deadline=within())
    assert isinstance(told, str)
    events: list[list[object]] = json.loads(told)
    return events


def test_every_printable_character(box: Page) -> None:
    box.type(keys(PRINTABLE), within())
    assert text_of(box) == PRINTABLE


def test_other_text_is_inserted(box: Page) -> None:
    graphemes = ["é", "🇩🇪", "👨‍👩‍👧", "مرحبا", "你", "e\u0301", "👍🏽"]
    box.type([Stroke("insert", grapheme, 0) for grapheme in graphemes], within())
    assert text_of(box) == "".join(graphemes)


def test_mixed_with_newlines(box: Page) -> None:
    newline = Stroke("newline", "\n", 0)
    box.type(
        [*keys("One"), newline, newline, Stroke("insert", "🎉", 0), *keys(" 2."), newline, *keys("3")],
        within(),
    )
    assert text_of(box) == "One\n\n🎉 2.\n3"


def test_events_of_a_key_are_those_of_a_keyboard(box: Page) -> None:
    box.type(keys("a"), within())
    assert events_of(box) == [
        ["keydown", "a", True, False],
        ["keypress", "a", True, False],
        ["beforeinput", "insertText", True, None],
        ["input", "insertText", True, None],
        ["keyup", "a", True, False],
    ]


def test_capitals_come_with_shift(box: Page) -> None:
    box.type(keys("A"), within())
    downs = [event for event in events_of(box) if event[0] == "keydown"]
    assert downs == [["keydown", "Shift", True, True], ["keydown", "A", True, True]]


def test_newline_is_shift_and_enter(box: Page) -> None:
    box.type([Stroke("newline", "", 0), *keys("x")], within())
    assert ["keydown", "Enter", True, True] in events_of(box)


def test_enter_has_no_modifiers(box: Page) -> None:
    box.press_enter(within())
    assert events_of(box)[0] == ["keydown", "Enter", True, False]


def test_clearing_a_box(box: Page) -> None:
    box.type(keys("some text"), within())
    box.press_key("Control+A", within())
    box.press_key("Backspace", within())
    assert str(text_of(box)).strip() == ""
    box.type(keys("new"), within())
    box.press_key("a", within(), modifiers=2)
    box.type(keys("x"), within())
    assert text_of(box) == "x"


def test_pauses_are_kept(box: Page) -> None:
    begun = within(0).at
    box.type([Stroke("key", "a", 100), Stroke("key", "b", 100)], within())
    assert within(0).at - begun >= 0.2


def test_typing_stops_at_the_deadline(box: Page) -> None:
    with pytest.raises(WaitTimeout):
        box.type([Stroke("key", "a", 100)] * 20, within(0.35))
    assert 1 <= len(str(text_of(box))) <= 4
    assert box.alive()


def test_click_is_trusted(page: Page) -> None:
    page.click(520, 120, within())
    assert [(event[0], event[2]) for event in events_of(page)] == [
        ("mousemove", True),
        ("mousedown", True),
        ("mouseup", True),
        ("click", True),
    ]


def test_click_gives_focus(page: Page) -> None:
    page.click(100, 100, within())
    page.type(keys("here"), within())
    assert text_of(page) == "here"
