"""What a person may do on a page, what of it is logged, and what they are told when it is over."""

from typing import Any

import pytest

from whatsapp_tasks.browser.keyboard import events_of_key, events_of_stroke
from whatsapp_tasks.domain.hand import (
    KEYS,
    SENTENCES,
    Action,
    Click,
    Ended,
    Key,
    Scroll,
    Stay,
    Typed,
    action_of,
    logged,
    page_path,
)
from whatsapp_tasks.domain.typing_plan import as_typed
from whatsapp_tasks.errors import RequestRefused


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"kind": "click", "x": 0, "y": 1.0}, Click(0.0, 1.0)),
        ({"kind": "scroll", "x": 0.5, "y": 0.5, "down": -2000}, Scroll(0.5, 0.5, -2000.0)),
        ({"kind": "type", "text": "Grüße, 你好 👍\u00a0!"}, Typed("Grüße, 你好 👍\u00a0!")),
        ({"kind": "key", "key": "Shift+Tab"}, Key("Shift+Tab")),
        ({"kind": "stay"}, Stay()),
    ],
)
def test_what_is_understood(fields: dict[str, Any], action: Action) -> None:
    assert action_of(fields) == action


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": "click", "y": 0}, "x"),
        ({"kind": "click", "x": False, "y": 0}, "x"),
        ({"kind": "click", "x": 0, "y": -0.01}, "y"),
        ({"kind": "click", "x": 0, "y": float("inf")}, "y"),
        ({"kind": "scroll", "x": 0, "y": 0, "down": 2001}, "down"),
        ({"kind": "type", "text": 1}, "text"),
        ({"kind": "type", "text": "a\x1b"}, "text"),
        ({"kind": "type", "text": "a\x85"}, "text"),
        ({"kind": "type", "text": "a" * 201}, "text"),
        ({"kind": "key", "key": "a"}, "key"),
        ({"kind": "key", "key": ["Enter"]}, "key"),
        ({"kind": "key", "key": "Control+t"}, "key"),
        ({"kind": "key", "key": "Alt+ArrowLeft"}, "key"),
    ],
)
def test_what_is_not(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        action_of(fields)
    assert (refused.value.code, refused.value.errors[0]["field"]) == ("request_invalid", field)


def test_what_was_typed_is_not_in_the_log() -> None:
    assert logged(Typed("hunter2")) == {"action": "type"}, "not even how long it was"
    assert logged(Key("Enter")) == {"action": "key", "key_name": "Enter"}
    assert logged(Click(1 / 3, 1.0)) == {"action": "click", "x": 0.333, "y": 1.0}
    assert logged(Scroll(0, 0, 99.6)) == {"action": "scroll", "down": 100}
    assert logged(Stay()) == {"action": "stay"}


@pytest.mark.parametrize("key", sorted(KEYS))
def test_the_browser_knows_every_key(key: str) -> None:
    assert len(list(events_of_key(key))) == 2


def test_every_text_that_is_understood_can_be_typed() -> None:
    text = "Hi :) é e\u0301 👨‍👩‍👧 مرحبا~"
    strokes = list(as_typed(text))
    assert "".join(stroke.text for stroke in strokes) == text
    assert all(list(events_of_stroke(stroke)) for stroke in strokes)
    assert {stroke.pause_ms for stroke in strokes} == {0}


@pytest.mark.parametrize("why", sorted(Ended))
def test_each_end_is_reported_in_a_sentence_that_says_what_to_do(why: Ended) -> None:
    assert SENTENCES[why].endswith(".")
    assert "pen" in SENTENCES[why]


def test_where_the_page_is() -> None:
    assert page_path("support-de") == "/console/hand/support-de"


@pytest.mark.parametrize("number", [10**400, -(10**400), float("nan"), float("inf")])
def test_a_number_that_no_float_holds_is_refused(number: float) -> None:
    with pytest.raises(RequestRefused, match="x must be from 0 to 1"):
        action_of({"kind": "click", "x": number, "y": 0})
