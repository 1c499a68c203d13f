"""How a text reaches the compose box: grapheme by grapheme, at a human pace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import regex

# A tab that is inserted alone replaces what stands in the line (Lexical 0.52, measured): tabs travel with a
# neighbour.
_GRAPHEME = regex.compile(r"\t+(?:(?!\t)\X\t*)?|\X\t*")


@dataclass(frozen=True)
class Stroke:
    """One grapheme: a natural key press, an insertion as from an input method, or Shift+Enter."""

    kind: Literal["key", "insert", "newline"]
    text: str
    pause_ms: float
    """Milliseconds to rest after it."""


def typing_plan(
    text: str, uniform: Callable[[float, float], float], *, fastest_ms: float = 5, slowest_ms: float = 25
) -> Iterator[Stroke]:
    """Strokes for ``text``; ``uniform`` draws each pause (the blueprint's 5 to 25 ms per character).

    Printable ASCII goes as key events, every other grapheme as one insertion: measured exact in the real
    Lexical editor for emoji outside the BMP, ZWJ sequences, right-to-left script and combining marks.
    """
    for line_number, line in enumerate(text.split("\n")):
        if line_number:
            yield Stroke("newline", "\n", uniform(fastest_ms, slowest_ms))
        for grapheme in _GRAPHEME.findall(line):
            kind: Literal["key", "insert"] = "insert"
            if len(grapheme) == 1 and " " <= grapheme <= "~":
                kind = "key"
            yield Stroke(kind, grapheme, uniform(fastest_ms, slowest_ms))
