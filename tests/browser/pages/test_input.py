"""Text goes exactly where it is meant to go, or nowhere (issue 11, B and rows 2, 3 and 4 of section 0)."""

import random

import pytest

from tests.acceptance.difficult_texts import DIFFICULT_TEXTS
from tests.browser.pages.intruders import INTRUDERS, set_intruder, what_reached_it
from tests.browser.pages.stage import Stage, within
from tests.browser.pages.test_messages import new_phone
from whatsapp_tasks.domain.page_snapshot import PageKind, kind_of
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
TEXTS = {**DIFFICULT_TEXTS, **LISTS, **EMOTICON_TEXTS, **WORDS, **BLANKS}


@pytest.fixture
def chat(stage: Stage) -> Stage:
    """An open chat whose box has the focus."""
    stage.open_chat(new_phone())
    stage.whatsapp.focus(stage.mark(), within())
    return stage


def test_every_text_is_entered_exactly(stage: Stage) -> None:
    phone = new_phone()
    sent = []
    for name, text in TEXTS.items():
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
    interrupt_often(chat, kind, range(3))


@pytest.mark.long
@pytest.mark.parametrize("kind", INTRUDERS)
def test_no_key_reaches_what_comes_at_forty_moments(chat: Stage, kind: str) -> None:
    """Issue 11, B."""
    interrupt_often(chat, kind, range(100, 100 + MOMENTS))
