"""Which elements a page must have, and what is said of those that are found."""

from typing import Any

import pytest

from tests.support.looks import RAW
from whatsapp_tasks.domain.page_parts import PartState, expected_parts, judge_parts, missing_in_chat
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.raw_snapshot import page_snapshot_from

BOX = {"text": "", "focused": True, "x": 1, "y": 2}
CHAT: dict[str, Any] = {
    **{"title": "Ada", "compose": BOX, "notice": "", "bubbles": [], "panel": True, "nodes": [1, 2, 3]},
}


def page(**changes: Any) -> PageSnapshot:
    return page_snapshot_from({**RAW, **changes})


MAIN = page(chat_pane=True)


def test_without_an_open_chat_its_parts_need_not_be_there() -> None:
    assert expected_parts(MAIN) == {"chat_pane", "search"}
    assert "compose" in expected_parts(page(chat_pane=True, chat=CHAT))


@pytest.mark.parametrize(
    "change",
    [
        {"notice": "Your account is restricted.", "notice_texts": ["restricted"]},
        {"notice": "something nobody knows"},
        {"nodes": [1, 2, 0]},
    ],
    ids=["a lock", "another notice", "a channel"],
)
def test_without_a_box_a_chat_that_says_why_lacks_nothing(change: dict[str, Any]) -> None:
    """Issue 11, C4: one recipient who cannot be written to stops no account."""
    shown = page(chat_pane=True, chat={**CHAT, "compose": None, **change})
    assert "compose" not in expected_parts(shown)
    assert missing_in_chat(shown) == ()


@pytest.mark.parametrize("change", [{}, {"nodes": [1, 2, 0], "editable": True}])
def test_an_empty_footer_or_another_place_to_write_is_a_changed_page(change: dict[str, Any]) -> None:
    shown = page(chat_pane=True, chat={**CHAT, "compose": None, **change})
    assert missing_in_chat(shown) == ("compose",)
    assert "compose" in expected_parts(shown)


@pytest.mark.parametrize(
    ("change", "missing"),
    [({"title": ""}, "chat_title"), ({"panel": False}, "message_panel"), ({"compose": None}, "compose")],
)
def test_what_an_open_chat_lacks_is_named(change: dict[str, Any], missing: str) -> None:
    assert missing_in_chat(page(chat_pane=True, chat={**CHAT, **change})) == (missing,)


def test_nothing_is_missing_where_no_chat_is_open_or_something_stands_before_it() -> None:
    assert missing_in_chat(MAIN) == ()
    assert missing_in_chat(page(chat_pane=True, chat={**CHAT, "title": ""}, texts=["use_here"])) == ()


@pytest.mark.parametrize(
    ("name", "counts", "state", "broken"),
    [
        ("chat_pane", {"any": 1}, PartState.FOUND, False),
        ("chat_pane", {"any": 0, "E3": 0}, PartState.MISSING, True),
        ("chat_pane", {"any": 2}, PartState.AMBIGUOUS, True),
        ("chat_pane", {"any": 0, "E3": 1}, PartState.FOUND, False),
        ("compose", {"any": 0}, PartState.ABSENT, False),
        ("compose", {"any": 2}, PartState.AMBIGUOUS, False),
        ("compose", {"any": -1}, PartState.INVALID, True),
        ("bubble", {"any": 40}, PartState.FOUND, False),
        ("dialog", {"any": 0}, PartState.ABSENT, False),
    ],
)
def test_each_element_is_judged_by_what_is_taken_of_it(
    name: str, counts: dict[str, int], state: PartState, broken: bool
) -> None:
    [part] = judge_parts({name: counts}, MAIN)
    assert (part.state, part.broken) == (state, broken)


def test_the_variant_in_use_is_the_first_that_finds_something() -> None:
    [part] = judge_parts({"chat_pane": {"any": 0, "E1": 1, "E3": 1}}, MAIN)
    assert (part.variant, part.also) == ("E1", ("E3",))
