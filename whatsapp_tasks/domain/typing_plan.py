"""How a text reaches the compose box: grapheme by grapheme, at a human pace, and so that it stays as it is.

The page changes what is typed in some places (docs/whatsapp-web.md, 12.5). An emoticon with the caret right
behind it becomes an emoji; a word like ``:fire`` or ``@anna`` opens a list that takes Enter: such a word is
entered at once, together with what follows it. A line break by key after an item of a list writes the next
mark by itself, and where *Enter is send* is off, Shift+Enter sends: line breaks are pasted, with the grapheme
behind them, and no Enter is pressed before the text is complete.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import regex

PAD = " "
"""Behind a text whose last word would be changed or leave a list open; the page trims what it sends."""

# A tab that is inserted alone replaces what stands in the line (Lexical 0.52, measured): tabs travel with a
# neighbour.
_GRAPHEME = regex.compile(r"\t+(?:(?!\t)\X\t*)?|\X\t*")
_WORD = regex.compile(r"\S+")
# Those of 12.5 and their kin: eyes and a mouth, a letter in brackets, a heart, a face. Too many are no harm.
_FACE = (
    r"(?:[:;=]['\u2019]?(?:[-^o~]?[^\s\w:;=]|-\w|[DPpOo03](?!\w))|\(\p{L}\)|</?3|\^[_.-]*\^"
    r"|[<>][_.][<>]|[-_o]\.[-_o])"
)
_EMOTICON = regex.compile(_FACE)
_EMOTICON_AT_END = regex.compile(_FACE + "$")
_LIST_OPEN = regex.compile(r"(?<![\w/:]):[^\s()\[\]{}]{2,}$|(?<![\w/:])@\S*$|^/\S*$")
_BREAK = regex.compile(r"\n\s*(?:\X\t*)?")
_TABS = regex.compile(r"\t*")
_NEXT = regex.compile(r"[^\S\n]+|\s+\X\t*|\s*")


@dataclass(frozen=True)
class Stroke:
    """What is entered at once: a natural key press, an insertion as from an input method, a paste, or
    Shift+Enter (in no plan: only where a page takes no paste).
    """

    kind: Literal["key", "insert", "newline", "paste"]
    text: str
    pause_ms: float
    """Milliseconds to rest after it."""


def typing_plan(
    text: str, uniform: Callable[[float, float], float], *, fastest_ms: float = 5, slowest_ms: float = 25
) -> Iterator[Stroke]:
    """Strokes for ``text``; ``uniform`` draws a pause for each grapheme (the blueprint's 5 to 25 ms).

    Printable ASCII goes as key events, every other grapheme as one insertion: measured exact in the real
    Lexical editor for emoji outside the BMP, ZWJ sequences, right-to-left script and combining marks. The
    strokes joined are the text, with a PAD behind it where one is needed.
    """
    place = 0
    for start, end in _blocks(text):
        yield from _one_by_one(text[place:start], uniform, fastest_ms, slowest_ms)
        piece = text[start:end] + (PAD if end == len(text) and needs_pad(text) else "")
        pause = sum(uniform(fastest_ms, slowest_ms) for _ in regex.findall(r"\X", piece))
        yield Stroke("paste" if "\n" in piece else "insert", piece, pause)
        place = end
    yield from _one_by_one(text[place:], uniform, fastest_ms, slowest_ms)


def without_paste(stroke: Stroke) -> Iterator[Stroke]:
    """The same for a page that takes no paste: line breaks by Shift+Enter."""
    for number, line in enumerate(stroke.text.split("\n")):
        if number:
            yield Stroke("newline", "\n", 0)
        if line:
            yield Stroke("insert", line, 0)


def forms_in_box(text: str) -> tuple[str, ...]:
    """What a box may hold that shows ``text``."""
    return (text, text + PAD) if needs_pad(text) else (text,)


def needs_pad(text: str) -> bool:
    """Whether the caret may not stand right after ``text``."""
    words = _WORD.findall(text)
    return bool(words) and text.endswith(words[-1]) and _must_be_followed(words[-1])


def _one_by_one(
    text: str, uniform: Callable[[float, float], float], fastest_ms: float, slowest_ms: float
) -> Iterator[Stroke]:
    for grapheme in _GRAPHEME.findall(text):
        is_key = len(grapheme) == 1 and " " <= grapheme <= "~"
        yield Stroke("key" if is_key else "insert", grapheme, uniform(fastest_ms, slowest_ms))


def _must_be_followed(word: str) -> bool:
    """Whether the page does something once the caret stands right after ``word``."""
    return bool(_LIST_OPEN.search(word) or _EMOTICON_AT_END.search(word))


def _blocks(text: str) -> list[tuple[int, int]]:
    """Where in ``text`` (start, end) lies what is entered at once: in order, and apart from each other."""
    found = [*_words(text), *(match.span() for match in _BREAK.finditer(text))]
    blocks: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if blocks and start < blocks[-1][1]:
            blocks[-1] = (blocks[-1][0], max(end, blocks[-1][1]))
        else:
            blocks.append((start, end))
    return blocks


def _words(text: str) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(text):
        start = _before_tabs(text, match.start())
        if _must_be_followed(match[0]):
            yield start, _behind_next(text, match.end())
        elif _EMOTICON.search(match[0]):
            yield start, _end_of(_TABS, text, match.end())


def _behind_next(text: str, place: int) -> int:
    """After the blanks at ``place``, or after the line breaks there and the grapheme after them."""
    return _end_of(_NEXT, text, place)


def _end_of(pattern: "regex.Pattern[str]", text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place


def _before_tabs(text: str, place: int) -> int:
    while place and text[place - 1] == "\t":
        place -= 1
    return place
