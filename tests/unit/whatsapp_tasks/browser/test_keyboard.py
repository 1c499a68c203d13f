import pytest

from whatsapp_tasks.browser.keyboard import CONTROL, SHIFT, events_of_key, events_of_stroke
from whatsapp_tasks.browser.page import JSON, Stroke

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def keys_of(stroke: Stroke) -> list[tuple[JSON, JSON, JSON]]:
    return [(e["type"], e["key"], e["modifiers"]) for _, e in events_of_stroke(stroke)]


@pytest.mark.parametrize("character", PRINTABLE)
def test_every_printable_character_makes_itself(character: str) -> None:
    texts = [event["text"] for _, event in events_of_stroke(Stroke("key", character, 0)) if "text" in event]
    assert texts == [character]


def test_shifted_character_is_wrapped_in_shift() -> None:
    assert keys_of(Stroke("key", "!", 0)) == [
        ("rawKeyDown", "Shift", SHIFT),
        ("keyDown", "!", SHIFT),
        ("keyUp", "!", SHIFT),
        ("keyUp", "Shift", 0),
    ]


@pytest.mark.parametrize("text", ["é", "\n", "", "ab"])
def test_other_text_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        list(events_of_stroke(Stroke("key", text, 0)))


def test_insert() -> None:
    assert list(events_of_stroke(Stroke("insert", "🎉", 0))) == [("Input.insertText", {"text": "🎉"})]


def test_newline_is_shift_enter() -> None:
    assert ("keyDown", "Enter", SHIFT) in keys_of(Stroke("newline", "\n", 0))


def test_command_makes_no_text() -> None:
    events = [event for _, event in events_of_key("Control+A")]
    assert [(e["type"], e["key"], e["code"], e["modifiers"]) for e in events] == [
        ("rawKeyDown", "a", "KeyA", CONTROL),
        ("keyUp", "a", "KeyA", CONTROL),
    ]
    assert not any("text" in event for event in events)


def test_plus_is_a_key() -> None:
    assert [event["key"] for _, event in events_of_key("+")] == ["+", "+"]


@pytest.mark.parametrize("key", ["Nonsense", "Hyper+A", "", "é"])
def test_unknown_key(key: str) -> None:
    with pytest.raises(ValueError, match="Unknown"):
        list(events_of_key(key))
