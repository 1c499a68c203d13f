"""Whether a bubble shows a text, as far as what the page draws allows to say."""

from enum import StrEnum

from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.texts import bubble_key, letters_of

_RAGGED_END = 12
"""Characters at the end of a folded text that are not compared: the cut may go through a formatting mark."""
_LONG_BEGINNING = 120
"""Letters. A bubble that begins with so many of a text may be this text, folded by a mark that we do not
know; the shortest that is folded has 308 characters (docs/whatsapp-web.md, 12.4)."""


class Likeness(StrEnum):
    """Whether a bubble shows a message."""

    SAME = "same"
    PERHAPS = "perhaps"
    OTHER = "other"


def text_likeness(bubble: Bubble, text: str) -> Likeness:
    """Whether ``bubble`` shows ``text``, as far as its own text allows to say.

    The page folds a long text (docs/whatsapp-web.md, 12.4), renders formatting marks differently, may turn
    characters into pictures, and puts words of its own into the bubble (the title of a link, a label), or in
    place of the text (a deleted message). So a bubble counts as another text only if its letters differ, and
    it neither begins like the text nor has it among its lines; if it is folded, only if they differ in the
    first half of the shown part.
    """
    if bubble.text is None or bubble.edited:
        return Likeness.PERHAPS
    wanted = bubble_key(text)
    shown = bubble_key(bubble.text[:-_RAGGED_END] if bubble.folded else bubble.text)
    if shown == wanted or (bubble.folded and shown and wanted.startswith(shown)):
        return Likeness.SAME
    among_others = wanted in shown and _has_lines(bubble.text, text)
    may_be = bubble.kind == "deleted" or bubble.remarked or among_others
    return Likeness.PERHAPS if may_be or _letters_agree(bubble, letters_of(text)) else Likeness.OTHER


def _letters_agree(bubble: Bubble, letters: str) -> bool:
    shown = letters_of(bubble.text or "")
    if bubble.folded:
        return letters.startswith(shown[: len(shown) // 2])
    return shown == letters or (
        len(letters) > _LONG_BEGINNING and shown[:_LONG_BEGINNING] == letters[:_LONG_BEGINNING]
    )


def _has_lines(shown: str, text: str) -> bool:
    """Whether ``text`` stands in ``shown`` as whole lines, among others."""
    lines, wanted = ("\n".join(["", *map(bubble_key, each.split("\n")), ""]) for each in (shown, text))
    return wanted in lines
