"""Text goes exactly where it is meant to go, or nowhere (issue 11, B and rows 2, 3 and 4 of section 0)."""

import pytest

from tests.acceptance.difficult_texts import DIFFICULT_TEXTS
from tests.browser.pages.stage import Stage, within
from tests.browser.pages.test_messages import new_phone

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
