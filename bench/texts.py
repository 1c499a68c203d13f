"""Texts for campaigns: what callers really send, and what the page's editor does something to.

Each is unlike every other of the same campaign, so that a received text identifies its message.
"""

from random import Random

LENGTHS = ((0.55, 40), (0.8, 200), (0.93, 900), (0.985, 2000), (1.0, 5000))
"""Share of texts, and how long they are at most: long ones take their time to type."""
_WORDS = (
    *("Your", "code", "is", "appointment", "tomorrow", "at", "12:30", "https://example.org/a?b=c", "Größe"),
    *("مرحبا", "e\u0301clair", "👩🏽‍💻", "🎉", "*bold*", "_italic_", "~struck~", "`code`", "```mono```"),
    *("<3", ":-)", "(y)", ":fire", ":smi", "@ann", "http://", "100%", "(a)", "\\*no\\*", "naïve", "日本語"),
)
_ENDS = (":-)", "<3", "(y)", ":smi", "@", "👍", "…", "!", "*bold*", "`code`")
_MARKS = ("- ", "* ", "1. ", "> ", "")
_FIRST_OF_ITS_OWN = 0x4E00
"""From here on there are 20,000 letters: a text of one character that no other message has."""


def text_of(number: int, draw: Random) -> str:
    """The text of the campaign's message ``number``: 1 to 5,000 characters, lists and emoticons among them.

    Without blanks at its ends, which WhatsApp cuts off.
    """
    if draw.random() < 0.02:
        return chr(_FIRST_OF_ITS_OWN + number)
    kinds = (_plain, _lines, _listed, _marked, _ended)
    text = draw.choice(kinds)(f"{number:x}-{draw.getrandbits(32):08x}", draw, _length(draw))
    return text[:5000].strip()


def _length(draw: Random) -> int:
    share = draw.random()
    before = 1
    for upto, longest in LENGTHS:
        if share <= upto:
            return draw.randint(before, longest)
        before = longest
    return before


def _words(draw: Random, length: int) -> str:
    words: list[str] = []
    while sum(map(len, words)) + len(words) < length:
        words.append(draw.choice(_WORDS))
    return " ".join(words)


def _plain(mark: str, draw: Random, length: int) -> str:
    return f"{mark} {_words(draw, length)}"


def _lines(mark: str, draw: Random, length: int) -> str:
    lines = [_words(draw, max(1, length // 4)) for _ in range(4)]
    return "\n".join([*lines[:2], "", *lines[2:], mark])


def _listed(mark: str, draw: Random, length: int) -> str:
    """A list of one kind, which the editor would go on with by itself."""
    kind = draw.choice(_MARKS)
    count = draw.randint(2, 5)
    items = [_words(draw, max(1, length // count)) for _ in range(count)]
    listed = [f"{n}. {item}" if kind == "1. " else kind + item for n, item in enumerate(items, 1)]
    return "\n".join([*listed, f"{kind if kind != '1. ' else ''}{mark}"])


def _marked(mark: str, draw: Random, length: int) -> str:
    sign = draw.choice("*_~")
    return f"{sign}{mark}{sign} {_words(draw, length)}"


def _ended(mark: str, draw: Random, length: int) -> str:
    """With something at its end that the editor may take as it likes."""
    return f"{mark} {_words(draw, length)} {draw.choice(_ENDS)}"
