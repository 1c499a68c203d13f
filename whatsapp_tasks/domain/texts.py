"""Message texts: which are accepted, and how they are compared with bubbles."""

import hashlib
import re
import unicodedata

from whatsapp_tasks.errors import RequestRefused

MAX_UTF16_UNITS = 65_536
"""WhatsApp's own limit for one message; the page counts as JavaScript does, in UTF-16 code units."""

_NEWLINES = re.compile(r"\r\n?|\u2028|\u2029")
# What the page drops at the ends: white space, and the byte order mark.
_AT_THE_ENDS = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\ufeff"
_HALF = "\ud800-\udfff"
_HALVES = re.compile(f"[{_HALF}]")
# Letters and marks that show nothing: Unicode's Default_Ignorable_Code_Point beyond Cf, and Braille's blank.
_SHOWN_AS_NOTHING = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_PLAINLY_SHOWN = re.compile(r"[!-~]")
_CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # Unicode's Cc, but for line feed and tab
_CONTROLS = re.compile(f"[{_CONTROL}]")
# All that is refused, in one pass: each takes 0.5 µs.
_REFUSED = re.compile(f"[{_CONTROL}{_HALF}{_NO_CHARACTERS}]")
# WhatsApp turns these into formatting and removes them from the bubble. They are removed before the marks of
# lists, because a bubble shows "*1. one*" as "1. one", and "* one" as "one".
_FORMATTING = re.compile(r"[*_~`]+")
# A bubble may lose or add these: white space, variation selectors of emoji (an <img alt> may lack them),
# direction marks.
_NOT_COMPARED = re.compile(r"[\s\ufeff\ufe0e\ufe0f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_LIST_MARKS = re.compile(r"^[^\S\n]*(?:(?:[-•>]|\d{1,2}\.)[ \t\u00a0]+)+", re.MULTILINE)


def normalise_message(raw: str) -> str:
    """The text as it will be typed; raises RequestRefused, which says what is wrong.

    Line ends become ``\\n``; white space around the whole text is removed, as WhatsApp does. Everything else
    stays exactly as it is: no Unicode normalisation.
    """
    text = _NEWLINES.sub("\n", raw).strip(_AT_THE_ENDS)
    bad = _REFUSED.search(text)
    if bad is not None and has_half_a_character(text):
        raise _refused("message_invalid", "contains half of a surrogate pair; send whole characters")
    if not shows_something(text):
        raise _refused("message_empty", "must contain at least one visible character")
    if bad is not None:
        what = f"U+{ord(bad[0]):04X}"
        if _CONTROLS.match(bad[0]):
            raise _refused("message_invalid", f"contains the control character {what}; remove it")
        raise _refused("message_invalid", f"contains {what}, which is no character; remove it")
    # A character has at most two units.
    units = len(text.encode("utf-16-le")) // 2 if len(text) > MAX_UTF16_UNITS // 2 else 0
    if units > MAX_UTF16_UNITS:
        raise _refused(
            "message_too_long", f"has {units} UTF-16 code units; WhatsApp takes at most {MAX_UTF16_UNITS}"
        )
    return text


def has_half_a_character(text: str) -> bool:
    """Whether half of a surrogate pair is in ``text``, which cannot be encoded: JSON's escapes make such."""
    return _HALVES.search(text) is not None


def shows_something(text: str) -> bool:
    """Whether ``text`` has at least one character that a reader sees."""
    if _PLAINLY_SHOWN.search(text):  # nearly every text
        return True
    # "Cn" is visible: emoji newer than this Python's Unicode data.
    return not all(
        unicodedata.category(c)[0] == "Z"
        or unicodedata.category(c) in ("Cc", "Cf")
        or _SHOWN_AS_NOTHING.match(c)
        for c in text
    )


def is_blank(value: str) -> bool:
    """Whether a value that is put into a text is as good as none: it shows nothing, and is not refused for a
    control character.
    """
    return not shows_something(value) and not _CONTROLS.search(_NEWLINES.sub("\n", value))


def _refused(code: str, problem: str) -> RequestRefused:
    return RequestRefused(code, f"The message {problem}.", errors=[{"field": "message", "message": problem}])


def text_digest(text: str) -> str:
    """SHA-256, hex: stored in logs, intents and identities instead of the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def bubble_key(text: str) -> str:
    """The text without the parts that a bubble may show differently; unequal keys mean another message.

    A bubble shows ``*bold*`` without stars, an emoji as a picture whose ``alt`` may lack the variation
    selector, and a list item with the page's own mark. So texts that differ only in these have the same key.
    Only a text without any visible character has the empty key.
    """
    bare = _LIST_MARKS.sub("", _FORMATTING.sub("", text))
    return _NOT_COMPARED.sub("", bare) or "".join(text.split())


def letters_of(text: str) -> str:
    """Only the letters, casefolded and in compatibility form: rendering neither removes nor adds these."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c).startswith("L"))
