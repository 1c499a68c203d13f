"""Texts that a bubble shows otherwise than they were written: marks gone, lists drawn, folded."""

from tests.support.difficult_texts import DIFFICULT_TEXTS

_STORY = "All work and no play makes a long text, line by line. "
_FORMATTED = {
    "bold": "this is *bold* text",
    "italic": "this is _italic_ text",
    "struck": "this is ~struck~ text",
    "bold, italic and struck": "*_~all of it~_*",
    "bold at both ends": "*one* and *two*",
    "a star alone": "2 * 3 = 6 * 1",
    "stars inside a word": "f*o*o b*a*r",
    "underscores in a name": "my_file_name.txt and __init__.py",
    "marks that are not closed": "*bold _italic ~struck",
    "marks around blanks": "* not bold * _ nor this _",
    "bold over a line end": "*first\nsecond*",
    "monospace": "```x = 1```",
    "monospace in lines": "```def f():\n    return 1```",
    "inline code": "run `make test` now",
    "marks inside code": "`*kept*` and ```_kept_```",
    "a dashed list": "- one\n- two\n- three",
    "a starred list": "* one\n* two",
    "a numbered list": "1. one\n2. two\n3. three",
    "numbers that do not count on": "3. three\n7. seven\n1. one",
    "a list behind a line": "You need:\n- bread\n- milk\nThanks!",
    "a list with marks": "- *bold* item\n- _italic_ item\n- `code` item",
    "a list of one": "- alone",
    "a dash that is none": "-no list\n-- nor this\n1) nor this",
    "two lists": "- a\n- b\n\n1. c\n2. d",
    "a quote": "> said you",
    "a quote and an answer": "> said you\nsaid I",
    "quotes in a row": "> one\n> two\nthree",
    "a quoted list": "> - one\n> - two",
    "a quote with marks": "> *said* _you_",
    "emoticons": "fine :-) love <3 yes (y) no :-( wink ;-)",
    "an open emoji name": "at 12:30 :smi",
    "an at sign": "@all, mail a@b.example",
    "emoji alone": "🎉",
    "emoji alone, three": "🎉🚀👍",
    "digits alone": "482913",
    "a link with marks": "https://example.org/a_b_c?x=*y*",
    "a link alone": "https://example.org/",
    "html": "<b>bold</b> &amp; <img src=x>",
    "an ellipsis of its own": "to be continued…",
    "a text that reads as a control": "Read more",
}
_LONG = {
    "just not folded": "a" * 768,
    "folded by little": "a" * 860,
    "folded": _STORY * 20,
    "folded, of one word": "x" * 2000,
    "folded, with emoji": "All work 🙂 and no play 🎈. " * 60,
    "folded, in lines": "\n".join(f"line {number} of many lines" for number in range(80)),
    "folded, a list": "\n".join(f"- item number {number}" for number in range(80)),
    "folded, with marks": "*bold* _italic_ ~struck~ `code` plain. " * 40,
    "folded, in arabic": "كل العمل ولا لعب يجعل النص طويلا. " * 40,
    "folded, very long": _STORY * 95,
}
RENDERED_TEXTS: dict[str, str] = {**DIFFICULT_TEXTS, **_FORMATTED, **_LONG}


def is_folded(text: str) -> bool:
    """Whether the page folds it: after 768 code points, if a tenth of that is left (12.4)."""
    return len(text) > 768 * 1.1
