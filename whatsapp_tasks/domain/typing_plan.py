"""How a text is entered into the compose box: grapheme by grapheme, at a human pace, and unchanged.

The page changes some input (docs/whatsapp-web.md, 12.5). An emoticon becomes an emoji when the caret is right
after it. A word like ``:fire`` or ``@anna`` opens a list that takes Enter. So such words are entered in one
step, together with the following character. A line break by key after a list item writes the next mark, and
if *Enter is send* is off, Shift+Enter sends. So line breaks are pasted, with the grapheme after them, and no
Enter is pressed before the text is complete.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import regex

PAD = " "
"""Added after a text whose last word would be changed or leave a list open; the page trims it when
sending."""

# A tab that is inserted alone replaces the text of the line (Lexical 0.52, measured), so tabs are entered
# together with a neighbour.
# Flags stand before \X, which counts all flags before each one: 16,000 of them would take seconds.
_FLAG = r"[\U0001F1E6-\U0001F1FF]{2}[\p{M}\p{Grapheme_Extend}\p{Emoji_Modifier}\u200d]*"
_GRAPHEME = regex.compile(rf"\t+(?:(?!\t)(?:{_FLAG}|\X)\t*)?|{_FLAG}\t*|\X\t*")
_WORD = regex.compile(r"\S+")
# Those of 12.5 and similar ones: eyes and a mouth, a letter in brackets, a heart, a face. Extra matches are
# harmless.
_FACE = (
    r"(?:[:;=]['\u2019]?(?:[-^o~]?[^\s\w:;=]|-\w|[DPpOo03](?!\w))|\(\p{L}\)|</?3|\^[_.-]*\^"
    r"|[<>][_.][<>]|[-_o]\.[-_o])"
)
_EMOTICON = regex.compile(_FACE)
_EMOTICON_AT_END = regex.compile(_FACE + "$")
# Backwards, from the end that it asks about: forwards each colon of a long word would be tried up to the end.
_LIST_OPEN = regex.compile(r"(?r)(?<![\w/:]):[^\s()\[\]{}]{2,}$|(?<![\w/:])@\S*$|^/\S*$")
_BREAK = regex.compile(r"\n\s*(?:\X\t*)?")
_TABS = regex.compile(r"\t*")
_NEXT = regex.compile(r"[^\S\n]+|\s+\X\t*|\s*")


@dataclass(frozen=True)
class Stroke:
    """One input step: a key press, an insertion as from an input method, a paste, or Shift+Enter (never in a
    plan: only if a page does not accept the paste).
    """

    kind: Literal["key", "insert", "newline", "paste"]
    text: str
    pause_ms: float
    """Pause after it, in milliseconds."""


def typing_plan(
    text: str, uniform: Callable[[float, float], float], *, fastest_ms: float = 5, slowest_ms: float = 25
) -> Iterator[Stroke]:
    """Strokes for ``text``; ``uniform`` draws a pause for each grapheme (the blueprint's 5 to 25 ms).

    Printable ASCII is entered as key events, every other grapheme as one insertion: measured exact in the
    real Lexical editor for emoji outside the BMP, ZWJ sequences, right-to-left script and combining marks.
    Joined, the strokes are the text, plus a PAD if one is needed.
    """
    position = 0
    for start, end in _blocks(text):
        yield from _one_by_one(text[position:start], uniform, fastest_ms, slowest_ms)
        piece = text[start:end] + (PAD if end == len(text) and needs_pad(text) else "")
        pause = sum(uniform(fastest_ms, slowest_ms) for _ in _GRAPHEME.findall(piece))
        yield Stroke("paste" if "\n" in piece else "insert", piece, pause)
        position = end
    yield from _one_by_one(text[position:], uniform, fastest_ms, slowest_ms)


def as_typed(text: str) -> Iterator[Stroke]:
    """Strokes for ``text`` grapheme by grapheme, without pauses: what a person types who sees what the page
    makes of it.
    """
    return _one_by_one(text, lambda fastest, _: fastest, 0, 0)


def without_paste(stroke: Stroke) -> Iterator[Stroke]:
    """The same stroke for a page that does not accept a paste: line breaks by Shift+Enter."""
    for number, line in enumerate(stroke.text.split("\n")):
        if number:
            yield Stroke("newline", "\n", 0)
        if line:
            yield Stroke("insert", line, 0)


def forms_in_box(text: str) -> tuple[str, ...]:
    """The possible contents of a box that shows ``text``."""
    return (text, text + PAD) if needs_pad(text) else (text,)


def needs_pad(text: str) -> bool:
    """Whether the caret must not be right after ``text``."""
    words = _WORD.findall(text)
    return bool(words) and text.endswith(words[-1]) and _must_be_followed(words[-1])


def _one_by_one(
    text: str, uniform: Callable[[float, float], float], fastest_ms: float, slowest_ms: float
) -> Iterator[Stroke]:
    for grapheme in _GRAPHEME.findall(text):
        is_key = len(grapheme) == 1 and " " <= grapheme <= "~"
        yield Stroke("key" if is_key else "insert", grapheme, uniform(fastest_ms, slowest_ms))


def _must_be_followed(word: str) -> bool:
    """Whether the page reacts when the caret is right after ``word``."""
    return bool(_LIST_OPEN.search(word) or _EMOTICON_AT_END.search(word))


def _blocks(text: str) -> list[tuple[int, int]]:
    """The parts of ``text`` (start, end) that are entered in one step: in order, without overlaps."""
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
            yield start, _end_of_next(text, match.end())
        elif _EMOTICON.search(match[0]):
            yield start, _end_of(_TABS, text, match.end())


def _end_of_next(text: str, start: int) -> int:
    """The end of the spaces at ``start``, or of the line breaks there and the grapheme after them."""
    return _end_of(_NEXT, text, start)


def _end_of(pattern: "regex.Pattern[str]", text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _before_tabs(text: str, position: int) -> int:
    while position and text[position - 1] == "\t":
        position -= 1
    return position
