"""Names of files, as the recipient sees them; the worker writes the file to disk under its name."""

import re
import unicodedata

from whatsapp_tasks.domain.texts import has_half_a_character, shows_something
from whatsapp_tasks.errors import RequestRefused

MOST_NAME_BYTES = 255
"""In UTF-8: the limit of Linux' file systems, and so of the browser that reads the file."""

_SHOWN_AS_ANOTHER = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Overrides, embeddings and isolates: with them "exe.fdp" is shown as "pdf.exe" backwards."""
_EMOJI_PARTS = frozenset("\u200c\u200d\u200e\u200f") | {chr(c) for c in range(0xE0020, 0xE0080)}
"""Format characters (Cf) that names need: joiners, direction marks, the tags of flags."""


def check_file_name(name: str) -> str:
    """Return ``name`` without white space around it, if it is the name of a file; raise RequestRefused
    (``file_name_invalid``).
    """
    bare = name.strip()
    problem = _why_not(bare)
    if problem is not None:
        raise RequestRefused(
            "file_name_invalid",
            f"The file's name {problem}.",
            errors=[{"field": "file.name", "message": problem}],
        )
    return bare


def _why_not(name: str) -> str | None:
    if not _is_shown(name):
        return "must have at least one visible character that is no full stop, before its ending"
    if has_half_a_character(name):
        return "contains half of a surrogate pair; send whole characters"
    if len(name.encode()) > MOST_NAME_BYTES:
        return f"has {len(name.encode())} bytes in UTF-8; at most {MOST_NAME_BYTES} are allowed"
    if "/" in name or "\\" in name:
        return "must have no slash and no backslash: it is a name, not a path"
    if _SHOWN_AS_ANOTHER.search(name):
        return "contains a character that changes the direction of the text; remove it"
    bad = next((c for c in name if _is_control(c)), None)
    return None if bad is None else f"contains the {_called(bad)} character U+{ord(bad):04X}; remove it"


def _called(bad: str) -> str:
    return {"Cc": "control", "Cf": "format"}.get(unicodedata.category(bad), "separator")


def _is_shown(name: str) -> bool:
    """Whether a reader sees something of the name beside its ending. A name like ".pdf" has no ending."""
    stem = name[: -len(extension_of(name)) - 1] if extension_of(name) else name
    return shows_something(stem.replace(".", ""))


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Cc", "Zl", "Zp") or (category == "Cf" and character not in _EMOJI_PARTS)


def clean_name(name: str) -> str | None:
    """A name that nobody chose, without everything that ``check_file_name`` would refuse; None if nothing is
    left.
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(
        c for c in last if not (_is_control(c) or _SHOWN_AS_ANOTHER.match(c) or has_half_a_character(c))
    )
    end = extension_of(kept)
    while len(kept.encode()) > MOST_NAME_BYTES:
        kept = kept[:-1] if len(end) > 10 or not end else kept[: -len(end) - 2] + "." + end
    kept = kept.strip()
    return kept if _why_not(kept) is None else None


def name_in_header(name: str) -> str:
    """A plain ``filename`` of a Content-Disposition: headers are read as latin-1, and many programs write
    UTF-8.
    """
    try:
        return name.encode("latin-1").decode()
    except UnicodeError:
        return name


def extension_of(name: str) -> str:
    """The part after the last full stop, in lower case; empty without one, or if the name begins with it."""
    stem, stop, end = name.rpartition(".")
    return end.lower() if stem and stop else ""


def with_extension(name: str, extension: str) -> str:
    """``name`` with another ``extension`` (without a full stop), still within ``MOST_NAME_BYTES``."""
    stem = name[: -len(extension_of(name)) - 1] if extension_of(name) else name
    room = MOST_NAME_BYTES - len(extension.encode()) - 1
    return stem.encode()[:room].decode(errors="ignore") + "." + extension
