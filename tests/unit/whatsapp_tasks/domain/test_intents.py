"""Settling an intent: what the chat tells after a crash. `absent` means typing again, so it must be sure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.intents import Finding, Intent, find_intended
from whatsapp_tasks.domain.page_snapshot import Bubble

TEXT = "*Hello* ❤️ you"
OURS = Bubble("new", outgoing=True, text="Hello ❤ you", tick="sent")
BEFORE = [Bubble("1", outgoing=True, text=TEXT), Bubble("2", outgoing=False, text="yes?")]
INTENT = Intent(1, "2")


def find(
    bubbles: list[Bubble],
    *,
    settled: bool = True,
    intent: Intent = INTENT,
    text: str = TEXT,
    watched: bool = False,
) -> Finding:
    return find_intended(intent, text, bubbles, settled=settled, watched=watched)


def row(name: str, outgoing: bool | None, text: str | None) -> Bubble:
    return Bubble(name, outgoing=outgoing, text=text)


@given(st.integers(1, 99), st.none() | st.text())
def test_an_intent_survives_its_way_through_the_ledger(attempt: int, newest: str | None) -> None:
    intent = Intent(attempt, newest)
    assert Intent.from_json(intent.to_json()) == intent


@pytest.mark.parametrize("settled", [True, False])
def test_our_bubble_behind_the_newest_one_is_found(settled: bool) -> None:
    assert find([*BEFORE, OURS], settled=settled) == Finding("found", OURS)


def test_the_last_of_two_equal_bubbles_is_ours_for_an_old_one_may_be_loaded_late() -> None:
    late_history = row("old", True, TEXT)
    assert find([*BEFORE, late_history, row("3", False, "ok"), OURS]).bubble == OURS


def test_in_a_chat_that_only_seemed_empty_an_old_bubble_is_not_taken_for_ours() -> None:
    seemed_empty = Intent(1, None)
    history = [row("1", False, "hello"), row("2", True, TEXT)]
    assert find(history, intent=seemed_empty) == Finding("unclear")
    assert find(history, intent=seemed_empty, watched=True).bubble == history[1]
    assert find([OURS, row("3", False, "a reply")], intent=seemed_empty) == Finding("found", OURS)


def test_the_same_text_before_the_intent_never_counts() -> None:
    assert find(BEFORE) == Finding("absent")


def test_the_newest_bubble_itself_never_counts() -> None:
    assert find(BEFORE[:1], intent=Intent(1, "1")) == Finding("absent")


def test_the_same_text_from_the_other_side_never_counts() -> None:
    assert find([*BEFORE, row("3", False, TEXT)]) == Finding("absent")


def test_a_chat_that_is_still_loading_tells_of_no_absence() -> None:
    assert find(BEFORE, settled=False) == Finding("unclear")


def test_without_the_place_where_the_intent_began_nothing_is_sure() -> None:
    assert find([OURS], intent=Intent(1, "gone")) == Finding("unclear")
    assert find([], intent=Intent(1, "gone")) == Finding("unclear")


def test_in_a_chat_that_was_empty_every_bubble_counts() -> None:
    assert find([OURS], intent=Intent(1, None)) == Finding("found", OURS)
    assert find([], intent=Intent(1, None)) == Finding("absent")


def test_an_outgoing_row_emptied_off_screen_may_be_ours() -> None:
    assert find([*BEFORE, row("3", True, None)]) == Finding("unclear")


def test_an_incoming_row_emptied_off_screen_is_not_ours() -> None:
    assert find([*BEFORE, row("3", False, None)]) == Finding("absent")


@pytest.mark.parametrize("text", [TEXT, None])
def test_a_row_whose_direction_the_page_does_not_tell_may_be_ours(text: str | None) -> None:
    assert find([*BEFORE, row("3", None, text)]) == Finding("unclear")


def test_a_row_of_unknown_direction_with_another_text_is_not_ours() -> None:
    assert find([*BEFORE, row("3", None, "something else")]) == Finding("absent")


def test_an_emptied_row_does_not_hide_a_bubble_that_is_found() -> None:
    assert find([*BEFORE, row("3", True, None), OURS]) == Finding("found", OURS)


def test_a_picture_without_caption_is_not_a_text_of_stars() -> None:
    assert find([*BEFORE, row("3", True, "")], text="***") == Finding("absent")


directions: Any = st.sampled_from([True, False, None])
rows: Any = st.lists(st.tuples(directions, st.sampled_from([TEXT, "other", None])), max_size=6)


@given(rows, st.integers(0, 6), st.booleans())
def test_absent_is_said_only_when_no_row_behind_could_be_ours(
    content: list[tuple[bool | None, str | None]], begin: int, settled: bool
) -> None:
    bubbles = [row(str(n), *pair) for n, pair in enumerate(content)]
    begin = min(begin, len(bubbles))
    intent = Intent(1, bubbles[begin - 1].id if begin else None)
    finding = find(bubbles, settled=settled, intent=intent)
    behind = content[begin:]
    if (True, TEXT) in behind:
        last = max(n for n, pair in enumerate(content) if n >= begin and pair == (True, TEXT))
        if begin == 0 and last > 0:
            assert finding.verdict == "unclear"
        else:
            assert finding == Finding("found", bubbles[last])
    elif finding.verdict == "absent":
        assert settled
        assert all(direction is False or text == "other" for direction, text in behind)
    else:
        assert finding.verdict == "unclear"
