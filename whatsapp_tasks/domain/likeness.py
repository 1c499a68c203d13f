"""Whether a bubble shows a text, as far as what the page draws allows to say."""

from enum import StrEnum

from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.texts import bubble_key, letters_of

_RAGGED_END = 12
"""Characters at the end of a folded text that are not compared: the cut may go through a formatting mark."""


class Likeness(StrEnum):
    """Whether a bubble shows a message."""

    SAME = "same"
    PERHAPS = "perhaps"
    OTHER = "other"


def text_likeness(bubble: Bubble, text: str) -> Likeness:
    """Whether ``bubble`` shows ``text``, as far as its own text allows to say.

    The page folds a long text (docs/whatsapp-web.md, 12.4), renders formatting marks differently and may turn
    characters into pictures. So a bubble counts as another text only if its letters differ; if it is folded,
    only if they differ in the first half of the shown part.
    """
    if bubble.text is None or bubble.edited:
        return Likeness.PERHAPS
    wanted, letters = bubble_key(text), letters_of(text)
    if not bubble.folded:
        if bubble_key(bubble.text) == wanted:
            return Likeness.SAME
        return Likeness.PERHAPS if letters_of(bubble.text) == letters else Likeness.OTHER
    shown = bubble_key(bubble.text[:-_RAGGED_END])
    if shown and wanted.startswith(shown):
        return Likeness.SAME
    beginning = letters_of(bubble.text)
    half = beginning[: len(beginning) // 2]
    return Likeness.PERHAPS if letters.startswith(half) else Likeness.OTHER
