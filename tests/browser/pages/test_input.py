"""Text goes exactly where it is meant to go, or nowhere (issue 11, B and rows 2, 3 and 4 of section 0)."""

import random
from collections.abc import Callable

import pytest

from tests.browser.pages.intruders import AT_ENTER, INTRUDERS, set_intruder, what_reached_it
from tests.browser.pages.stage import Stage, within
from tests.browser.pages.test_messages import new_phone
from tests.browser.short_form import FULL
from tests.support.difficult_texts import DIFFICULT_TEXTS
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.typing_plan import Stroke, typing_plan
from whatsapp_tasks.errors import InputStopped

LISTS = {
    "dashes": "- one\n- two\n- three",
    "stars": "* one\n* two",
    "numbers": "1. one\n2. two\n3. three",
    "numbers from nine": "9. nine\n10. ten\n11. eleven",
    "nested": "1. one\n   - inner\n   - inner two\n2. two",
    "empty item": "- one\n- \n- three",
    "list, then text": "- one\n- two\n\nand more",
    "text, then list": "Buy:\n- milk\n- bread",
    "quote": "> said\n> twice\nanswer",
}
EMOTICONS = [
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
]
EMOTICON_TEXTS = {
    "all": " ".join(EMOTICONS),
    "start": ":-) hello",
    "middle": "well <3 then",
    "end": "thanks :-)",
    "before newline": "thanks (y)\nbye ^_^\n\nend",
    "glued": "f(y)=2 a:-)b <3<3 :-):-(",
}
WORDS = {
    "shortcode at end": "it is :fire",
    "shortcode before newline": "it is :fire\nhot",
    "shortcode": "so :fire hot :smile: yes",
    "mention": "ask @anna",
    "mention before newline": "@anna\nhello @bob now",
    "slash": "/x",
    "slash inside": "and/or /y and 1/2",
    "url": "see https://example.org/a?b=:c and 12:30",
}
BLANKS = {
    "blanks at ends of lines": "one  \n  two \n\n three",
    "tabs at ends": "a\t\n\tb\t:-)\tc\n-\td\n- e\tf\n\tg",
    "emoji beside": "🎉:-)🎉 :-) 🎉\n- 👨‍👩‍👧‍👦\n- é",
}
VERY_LONG = {"very long": "All work and no play 🙂 " * 40 + "end"}
TEXTS = {**DIFFICULT_TEXTS, **LISTS, **EMOTICON_TEXTS, **WORDS, **BLANKS}


@pytest.fixture
def phone() -> str:
    """Whose chat is open."""
    return new_phone()


@pytest.fixture
def chat(stage: Stage, phone: str) -> Stage:
    """An open chat whose box has the focus."""
    stage.open_chat(phone)
    stage.whatsapp.focus(stage.mark(), within())
    return stage


def test_every_text_is_entered_exactly(stage: Stage) -> None:
    phone = new_phone()
    sent = []
    for name, text in {**TEXTS, **(VERY_LONG if FULL else {})}.items():
        stage.send(phone, text)
        sent.append(text)
        received = [m.text for m in stage.simulator.wait_for_messages(len(sent), chat=phone)]
        assert received[-1].strip() == text, name


MOMENTS = 40
LONG_TEXT = "It is a long way to 2. Tipperary 🎉 é :-) and on it goes, (really) it does.\n- one\n- two"


def strokes_of(text: str, seed: int = 1) -> list[Stroke]:
    """At the pace of a person."""
    return list(typing_plan(text, random.Random(seed).uniform))


def interrupt(stage: Stage, kind: str, seed: int) -> None:
    """Types while an intruder comes at a random moment; nothing may reach it, and no chat gets anything."""
    draw = random.Random(seed)
    mark = stage.mark()
    whatsapp = stage.whatsapp
    whatsapp.focus(mark, within())
    whatsapp.clear_compose(mark, within())
    set_intruder(whatsapp.page, kind, at=draw.randint(1, 50), ms=draw.choice([-1, 0, draw.uniform(0, 20)]))
    try:
        with pytest.raises(InputStopped) as stopped:
            whatsapp.type_text(strokes_of(LONG_TEXT, seed), mark, within(60))
    finally:
        reached = what_reached_it(whatsapp.page)
    assert reached["came"], seed
    assert (reached["events"], reached["texts"]) == ([], ""), f"{kind}, seed {seed}"
    assert stopped.value.reason in REASONS[kind], seed
    compose = stage.chat().compose
    assert compose is not None
    assert LONG_TEXT.startswith(compose.text), f"{kind}, seed {seed}"
    assert compose.text != LONG_TEXT, seed


REASONS = {
    "dialog": {"dialog", "focus"},
    "cover": {"focus"},
    "field": {"focus"},
    "frame": {"focus"},
    "other_box": {"focus"},
    "title": {"chat_moved"},
    "suggestions": {"suggestions"},
    "text": {"text"},
}


def interrupt_often(stage: Stage, kind: str, seeds: range) -> None:
    sent = len(stage.simulator.messages())
    for seed in seeds:
        interrupt(stage, kind, seed)
    assert kind_of(stage.look()) is PageKind.MAIN
    assert len(stage.simulator.messages()) == sent


@pytest.mark.parametrize("kind", INTRUDERS)
def test_no_key_reaches_what_comes_while_a_text_is_typed(chat: Stage, kind: str) -> None:
    """Issue 11, B: a dialog whose button held the focus took a space for a click on "Log out"."""
    interrupt_often(chat, kind, range(2))


@pytest.mark.long
@pytest.mark.parametrize("kind", INTRUDERS)
def test_no_key_reaches_what_comes_at_forty_moments(chat: Stage, kind: str) -> None:
    """Issue 11, B."""
    interrupt_often(chat, kind, range(100, 100 + MOMENTS))


def race_enter(stage: Stage, kind: str, seed: int) -> bool:
    """Presses Enter while an intruder comes; whether it was in time."""
    text = f"race {kind} {seed}"
    mark, whatsapp = stage.take_focus(), stage.whatsapp
    whatsapp.clear_compose(mark, within())
    whatsapp.type_text(typing_plan(text, lambda _low, _high: 0.0), mark, within())
    set_intruder(whatsapp.page, kind, at=0, ms=random.Random(seed).uniform(0, 25))
    try:
        whatsapp.press_enter(mark, text, within())
    except InputStopped:
        in_time = False
    else:
        in_time = True
    reached = what_reached_it(whatsapp.page)
    assert (reached["events"], reached["texts"]) == ([], ""), f"{kind}, seed {seed}"
    return in_time


def race_enter_often(stage: Stage, phone: str, kind: str, seeds: range) -> None:
    """Enter sends, or certainly nothing: what it says is what the server has."""
    texts = [f"race {kind} {seed}" for seed in seeds if race_enter(stage, kind, seed)]
    last = stage.send(phone, "the last").text
    received = stage.simulator.wait_for_messages(len(texts) + 1, chat=phone)
    assert [m.text for m in received] == [*texts, last]


@pytest.mark.parametrize("kind", [*INTRUDERS, *AT_ENTER])
def test_enter_is_not_raced(chat: Stage, phone: str, kind: str) -> None:
    """Issue 11, B and row 3 of section 0."""
    race_enter_often(chat, phone, kind, range(2))


@pytest.mark.long
@pytest.mark.parametrize("kind", [*INTRUDERS, *AT_ENTER])
def test_enter_is_not_raced_at_forty_moments(chat: Stage, phone: str, kind: str) -> None:
    """Issue 11, B."""
    race_enter_often(chat, phone, kind, range(100, 100 + MOMENTS))


def test_the_send_button_sends(chat: Stage, phone: str) -> None:
    """Issue 11, row 4 of section 0: for pages where Enter makes a new line."""
    mark = chat.mark()
    chat.whatsapp.type_text(strokes_of("by the button"), mark, within())
    with pytest.raises(InputStopped, match="text"):
        chat.whatsapp.press_send(mark, "another text", within())
    chat.whatsapp.press_send(mark, "by the button", within())
    assert [m.text for m in chat.simulator.wait_for_messages(1, chat=phone)] == ["by the button"]


_THREE_SECONDS_PASS = """() => {
  const now = performance.now.bind(performance);
  performance.now = () => now() + 3000;
  return true;
}"""


def test_what_was_held_up_for_longer_than_it_may_sends_nothing(chat: Stage, phone: str) -> None:
    """A worker that is stopped between its last look at the lease and Enter may have been succeeded."""
    mark, whatsapp = chat.mark(), chat.whatsapp
    whatsapp.type_text(strokes_of("in time"), mark, within())

    def stopped(_seconds: float) -> None:
        whatsapp.page.evaluate(_THREE_SECONDS_PASS, deadline=within())

    for press in (whatsapp.press_enter, whatsapp.press_send):
        with pytest.raises(InputStopped, match="late"):
            press(mark, "in time", within(), stopped)
    whatsapp.press_enter(mark, "in time", within())
    assert [m.text for m in chat.simulator.wait_for_messages(1, chat=phone)] == ["in time"]


def test_nothing_is_entered_into_another_chat(chat: Stage) -> None:
    """Issue 11, A and B: each way of input asks for the chat it is meant for."""
    mark, whatsapp = chat.mark(), chat.whatsapp
    whatsapp.type_text(strokes_of("mine"), mark, within())
    chat.open_chat(new_phone())
    acts: tuple[Callable[[], object], ...] = (
        lambda: whatsapp.focus(mark, within()),
        lambda: whatsapp.clear_compose(mark, within()),
        lambda: whatsapp.type_text(strokes_of("x"), mark, within()),
        lambda: whatsapp.press_enter(mark, "mine", within()),
        lambda: whatsapp.press_send(mark, "mine", within()),
    )
    for act in acts:
        with pytest.raises(InputStopped, match="chat_moved"):
            act()
    box = chat.chat().compose
    assert box is not None
    assert box.text == ""


@pytest.mark.parametrize("is_send", [True, False])
def test_no_part_of_a_text_is_sent_before_it_is_complete(chat: Stage, phone: str, is_send: bool) -> None:
    """Issue 11, row 4 of section 0: with "Enter is send" off, Shift+Enter sends."""
    chat.simulator.set(enter_is_send=is_send)
    text = "- first\n- second\nand a last line"
    mark = chat.mark()
    try:
        chat.whatsapp.type_text(strokes_of(text), mark, within())
        chat.whatsapp.press_send(mark, text, within())
        assert [m.text for m in chat.simulator.wait_for_messages(1, chat=phone)] == [text]
    finally:
        chat.simulator.set(enter_is_send=True)
