"""Settling an intent: what the chat shows after a crash. `absent` means typing again, so it must be sure."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.intents import Finding, Intent, find_intended

TEXT = "*Hello* ❤️ you"
OURS = Bubble("new", outgoing=True, text="Hello ❤ you", tick="sent")
BEFORE = [Bubble("1", outgoing=True, text=TEXT), Bubble("2", outgoing=False, text="yes?")]
INTENT = Intent(1, ("2",))


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


ids = st.lists(st.text(max_size=5), max_size=3).map(tuple)


@given(st.integers(1, 99), ids, ids)
def test_an_intent_survives_its_way_through_the_ledger(
    attempt: int, anchors: tuple[str, ...], local: tuple[str, ...]
) -> None:
    intent = Intent(attempt, anchors, local)
    assert Intent.from_json(intent.to_json()) == intent


def test_an_intent_of_an_earlier_version_is_read() -> None:
    assert Intent.from_json('{"attempt": 2, "newest_bubble": "x"}') == Intent(2, ("x",))
    assert Intent.from_json('{"attempt": 2, "newest_bubble": null}') == Intent(2)


@pytest.mark.parametrize("settled", [True, False])
def test_our_bubble_after_the_newest_one_is_found(settled: bool) -> None:
    assert find([*BEFORE, OURS], settled=settled) == Finding("found", OURS)


def test_the_last_of_two_equal_bubbles_is_ours_for_an_old_one_may_be_loaded_late() -> None:
    late_history = row("old", True, TEXT)
    assert find([*BEFORE, late_history, row("3", False, "ok"), OURS]).bubble == OURS


def test_in_a_chat_that_only_seemed_empty_an_old_bubble_is_not_taken_for_ours() -> None:
    seemed_empty = Intent(1)
    history = [row("1", False, "hello"), row("2", True, TEXT)]
    assert find(history, intent=seemed_empty) == Finding("unclear")
    assert find(history, intent=seemed_empty, watched=True).bubble == history[1]
    assert find([OURS, row("3", False, "a reply")], intent=seemed_empty) == Finding("found", OURS)


def test_the_same_text_before_the_intent_never_counts() -> None:
    assert find(BEFORE) == Finding("absent")


def test_the_newest_bubble_itself_never_counts() -> None:
    assert find(BEFORE[:1], intent=Intent(1, ("1",))) == Finding("absent")


def test_the_same_text_from_the_other_side_never_counts() -> None:
    assert find([*BEFORE, row("3", False, TEXT)]) == Finding("absent")


def test_a_chat_that_is_still_loading_tells_of_no_absence() -> None:
    assert find(BEFORE, settled=False) == Finding("unclear")


def test_without_the_place_where_the_intent_began_nothing_is_sure() -> None:
    assert find([OURS], intent=Intent(1, ("gone",))) == Finding("unclear")
    assert find([], intent=Intent(1, ("gone",))) == Finding("unclear")


def test_in_a_chat_that_was_empty_every_bubble_counts() -> None:
    assert find([OURS], intent=Intent(1)) == Finding("found", OURS)
    assert find([], intent=Intent(1)) == Finding("absent")


def test_an_outgoing_row_emptied_off_screen_may_be_ours() -> None:
    assert find([*BEFORE, row("3", True, None)]) == Finding("unclear")


def test_an_incoming_row_emptied_off_screen_is_not_ours() -> None:
    assert find([*BEFORE, row("3", False, None)]) == Finding("absent")


@pytest.mark.parametrize("text", [TEXT, None])
def test_a_row_whose_direction_the_page_does_not_tell_may_be_ours(text: str | None) -> None:
    assert find([*BEFORE, row("3", None, text)]) == Finding("unclear")


def test_a_row_of_unknown_direction_with_another_text_of_somebody_is_not_ours() -> None:
    named = Bubble("3", outgoing=None, text="something else", author="Ada")
    assert find([*BEFORE, named]) == Finding("absent")


# What the page shows in place of a message, or beside it: typed again, the message would come twice


@pytest.mark.parametrize(
    "bubble",
    [
        Bubble("3", outgoing=True, text="You deleted this message"),
        Bubble("3", outgoing=True, text="Oczekiwanie na tę wiadomość."),
        Bubble("3", outgoing=None, text="Usunięto tę wiadomość"),
        Bubble("3", outgoing=None, text="x", author="Me", kind="deleted"),
        Bubble("3", outgoing=True, text="other words", tick="sent", edited=True),
        Bubble("3", outgoing=True, text="inne słowa", tick="sent", remarked=True),
        Bubble("3", outgoing=True, text=f"Example Domain\n{TEXT}", tick="sent"),
        Bubble("3", outgoing=True, text=f"{TEXT}\nSent with AI", tick="sent"),
    ],
)
def test_a_bubble_that_may_show_a_message_otherwise_does_not_prove_its_absence(bubble: Bubble) -> None:
    assert find([*BEFORE, bubble]) == Finding("unclear")


@pytest.mark.parametrize(
    "bubble",
    [
        Bubble("3", outgoing=True, text="I call you later", tick="sent"),
        Bubble("3", outgoing=True, text="I call you later", tick="pending"),
        Bubble("3", outgoing=False, text="This message was deleted", kind="deleted"),
        Bubble("3", outgoing=None, kind="notice"),
    ],
)
def test_what_is_certainly_another_does(bubble: Bubble) -> None:
    assert find([*BEFORE, bubble]) == Finding("absent")


def test_a_notice_of_the_page_is_no_history_that_came_late() -> None:
    """It comes with the first message of a chat; a row of nobody's says nothing about ours."""
    notice = Bubble("n", outgoing=None, kind="notice")
    assert find([notice, OURS], intent=Intent(1)) == Finding("found", OURS)
    assert find([notice], intent=Intent(1)) == Finding("absent")
    assert find([notice, OURS], intent=Intent(1, ("n",))) == Finding("found", OURS)


LONG = "Dear customer, your order is ready. " * 30


@given(
    st.integers(308, len(LONG) - 40), st.sampled_from(["", "…", "… Read more", " [więcej]", "… عرض المزيد"])
)
def test_a_long_text_that_is_cut_in_a_way_we_do_not_know_may_be_ours(cut: int, mark: str) -> None:
    """Issue 11, 0.1: folded at 308, 768 or 3,072 characters."""
    shown = Bubble("3", outgoing=True, text=LONG[:cut] + mark, tick="sent")
    assert find([*BEFORE, shown], text=LONG) == Finding("unclear")


def test_an_emptied_row_does_not_hide_a_bubble_that_is_found() -> None:
    assert find([*BEFORE, row("3", True, None), OURS]) == Finding("found", OURS)


def test_a_picture_without_caption_is_not_taken_for_a_text_of_stars() -> None:
    assert find([*BEFORE, row("3", True, "")], text="***") == Finding("unclear")


# issue 11, C13: the anchor is one the server knows


def test_a_bubble_that_may_exist_in_this_page_alone_is_no_anchor() -> None:
    shown = [
        row("1", False, "hi"),
        Bubble("2", outgoing=True, text="a", tick="read"),
        Bubble("3", outgoing=True, text="b", tick="pending"),
        Bubble("4", outgoing=True, text=TEXT, tick="failed"),
    ]
    assert Intent.before_enter(3, shown) == Intent(3, ("1", "2"), ("3", "4"))


def test_after_the_death_of_the_browser_the_place_is_found_without_them() -> None:
    intent = Intent(1, ("2",), ("lost",))
    assert find([*BEFORE, OURS], intent=intent) == Finding("found", OURS)
    assert find(BEFORE, intent=intent) == Finding("absent")


@pytest.mark.parametrize("tick", ["pending", "failed"])
def test_an_equal_text_that_was_pending_or_failed_before_enter_is_never_ours(tick: str) -> None:
    earlier = Bubble("3", outgoing=True, text=TEXT, tick=tick)
    intent = Intent.before_enter(1, [*BEFORE, earlier])
    assert find([*BEFORE, earlier], intent=intent) == Finding("absent")
    assert find([*BEFORE, earlier, OURS], intent=intent) == Finding("found", OURS)


def test_when_the_newest_anchor_was_deleted_ours_is_found_by_an_older_one_but_nothing_is_absent() -> None:
    intent = Intent(1, ("1", "2", "deleted"))
    assert find([*BEFORE, OURS], intent=intent) == Finding("found", OURS)
    assert find(BEFORE, intent=intent) == Finding("unclear")


def test_what_comes_before_our_eyes_when_the_box_is_emptied_is_ours_however_it_is_drawn() -> None:
    drawn = row("3", True, "Hello, you!")
    assert find([*BEFORE, drawn], watched=True) == Finding("found", drawn)
    assert find([*BEFORE, drawn]) == Finding("unclear")
    other = row("3", True, "Something else")
    assert find([*BEFORE, other], watched=True, settled=False).verdict == "unclear"


def test_a_message_that_was_edited_since_may_be_ours() -> None:
    edited = Bubble("3", outgoing=True, text="Quite another text", tick="read", edited=True)
    assert find([*BEFORE, edited]) == Finding("unclear")


def test_a_bubble_that_the_page_sorts_between_the_anchors_may_be_ours() -> None:
    intent = Intent(1, ("1", "2"))
    between = [BEFORE[0], OURS, BEFORE[1]]
    assert find(between, intent=intent) == Finding("unclear")


# issue 11, 0.1: folded bubbles


def shown_of(text: str) -> str:
    """What stands in a bubble of ``text``, written down from docs/whatsapp-web.md, 12.4."""
    lines = []
    for line in text.split("\n"):
        marked = re.match(r"(?:[-*•>] |\d{1,2}\. )(?=.)", line)
        lines.append(line[marked.end() :] if marked else line)
    return re.sub(r"(?<!\w)([*_~`])(\S(?:.*?\S)?)\1(?!\w)", r"\2", "\n".join(lines))


pieces = st.text(max_size=40) | st.sampled_from(
    [
        "- one\n",
        "1. two\n",
        "12. x\n",
        "*1. bold*\n",
        "> quoted\n",
        "* star\n",
        "_a_ ",
        "~b~",
        "`c`",
        "😀",
        "👩‍👧",
    ]
)
texts = st.lists(pieces, min_size=1, max_size=12).map("".join).filter(lambda text: bool(text.strip()))


@given(texts, st.integers(1, 400), st.booleans())
def test_a_message_that_was_sent_is_never_called_absent_however_it_is_folded(
    text: str, cut: int, formatted_first: bool
) -> None:
    """Issue 11, 0.1: for all texts and all foldings."""
    text = text.strip()
    whole = shown_of(text)
    beginning = whole[:cut] if formatted_first else shown_of(text[:cut])
    folded = Bubble("new", outgoing=True, text=beginning, tick="sent", folded=True)
    assert find([*BEFORE, folded], text=text).verdict != "absent"
    unfolded = Bubble("new", outgoing=True, text=whole, tick="sent")
    assert find([*BEFORE, unfolded], text=text).verdict != "absent"


@pytest.mark.parametrize("length", [846, 999, 5000, 65_536])
def test_a_folded_bubble_is_found_by_its_beginning(length: int) -> None:
    text = ("All the best from all of us, and see you soon. " * 1400)[:length]
    folded = Bubble("new", outgoing=True, text=text[:768], tick="delivered", folded=True)
    assert find([*BEFORE, folded], text=text) == Finding("found", folded)


def test_a_folded_bubble_with_another_beginning_is_not_ours() -> None:
    folded = Bubble("3", outgoing=True, text="Something else entirely. " * 30, tick="sent", folded=True)
    assert find([*BEFORE, folded], text="All the best. " * 80) == Finding("absent")


def test_of_two_long_texts_with_one_beginning_the_later_one_is_ours_by_its_place() -> None:
    beginning = "The same greeting. " * 45
    first = Bubble("a", outgoing=True, text=beginning[:768], tick="sent", folded=True)
    second = Bubble("b", outgoing=True, text=beginning[:768], tick="sent", folded=True)
    intent = Intent.before_enter(1, [first])
    assert find([first, second], intent=intent, text=beginning + "B") == Finding("found", second)
    assert find([first], intent=intent, text=beginning + "B") == Finding("absent")


@pytest.mark.parametrize(
    ("text", "shown"), [("2 + 2 = 4", "2+2=4!"), ("*1. a*\n*2. b*", "1. a 2. b"), ("ok :-)", "ok 🙂")]
)
def test_a_bubble_that_differs_by_signs_alone_may_be_ours(text: str, shown: str) -> None:
    assert find([*BEFORE, row("3", True, shown)], text=text).verdict != "absent"


directions: Any = st.sampled_from([True, False, None])
rows: Any = st.lists(st.tuples(directions, st.sampled_from([TEXT, "other", None])), max_size=6)


@given(rows, st.integers(0, 6), st.booleans())
def test_absent_is_said_only_when_no_row_after_could_be_ours(
    content: list[tuple[bool | None, str | None]], begin: int, settled: bool
) -> None:
    bubbles = [row(str(n), *pair) for n, pair in enumerate(content)]
    begin = min(begin, len(bubbles))
    intent = Intent(1, (bubbles[begin - 1].id,) if begin else ())
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


def test_a_row_that_came_between_the_anchors_may_be_ours() -> None:
    """Found by `make mutants`."""
    old, new = Bubble("a", False, "Hi"), Bubble("c", False, "Yo")
    emptied = Bubble("b", True, None)
    intent = Intent(1, ("a", "c"))
    assert find_intended(intent, "Hello", [old, emptied, new], settled=True).verdict == "unclear"
    assert find_intended(intent, "Hello", [old, new], settled=True).verdict == "absent"


def test_only_who_watched_takes_the_last_of_several_in_a_chat_that_seemed_empty() -> None:
    """Found by `make mutants`: unless it is said, nobody watched."""
    bubbles = [Bubble("a", False, "Hi"), Bubble("b", True, "Hello", "sent")]
    assert find_intended(Intent(1), "Hello", bubbles, settled=True).verdict == "unclear"
    assert find_intended(Intent(1), "Hello", bubbles, settled=True, watched=True).verdict == "found"


@pytest.mark.parametrize(("others", "verdict"), [(0, "found"), (1, "unclear"), (2, "unclear")])
def test_a_bubble_drawn_otherwise_is_ours_where_no_history_came_late(others: int, verdict: str) -> None:
    """Found by `make mutants`."""
    bubbles = [*(Bubble(f"old{n}", False, "Hi") for n in range(others)), Bubble("new", True, None, "sent")]
    assert find_intended(Intent(1), "Hello", bubbles, settled=True, watched=True).verdict == verdict


@given(texts, texts, st.booleans(), st.booleans())
def test_what_a_bubble_quotes_is_never_its_own_text(
    text: str, quoted: str, settled: bool, watched: bool
) -> None:
    """A reply that quotes our words is judged as the same bubble without its quote."""
    own = Bubble("reply", outgoing=True, text="another " + text, tick="sent")
    for quotation in (text, quoted):
        replying = replace(own, quoted=quotation)
        plain = find([*BEFORE, own], text=text, settled=settled, watched=watched)
        judged = find([*BEFORE, replying], text=text, settled=settled, watched=watched)
        assert judged.verdict == plain.verdict
        assert (judged.bubble is None) == (plain.bubble is None)


@given(texts, texts)
def test_our_own_text_is_found_whatever_its_bubble_quotes(text: str, quoted: str) -> None:
    replying = Bubble("reply", outgoing=True, text=shown_of(text), tick="sent", quoted=quoted)
    without = find([*BEFORE, replace(replying, quoted=None)], text=text)
    assert find([*BEFORE, replying], text=text).verdict == without.verdict
