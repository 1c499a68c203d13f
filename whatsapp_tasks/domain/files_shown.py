"""What the page shows of a file: in its bubble, in the preview, in its refusals. Facts in, verdict out.

A message with a file is distinguished from others by its kind, its caption, and the name and size of a
document. A picture, film or sound without a caption looks like any other one, also like one that another
device sent.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace

from whatsapp_tasks.domain.bubbles import Bubble, BubbleFile
from whatsapp_tasks.domain.chat_snapshot import Preview
from whatsapp_tasks.domain.files import FileKind, MessageFile
from whatsapp_tasks.domain.likeness import Likeness, text_likeness
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.domain.texts import bubble_key, letters_of

SLOWEST_UPLOAD = 64 * 1024
"""Bytes per second. A slower connection than that is one that does not work."""
UPLOAD_STANDS_SECONDS = 60.0
"""A progress that the page shows and that does not move for so long has ended."""
FASTEST_PREPARATION = 2 * 1024 * 1024
"""Bytes per second that the page reads while it prepares a file, at least."""

REFUSALS = {
    "file_not_supported": "file_not_supported",
    "file_too_large": "file_too_large",
    "file_empty": "file_empty",
    "file_not_loaded": "file_not_loaded",
    "file_not_added": "file_not_supported",
}
"""By the name of the page's text in browser/selectors.toml: the code in ``domain/faults.py``."""

_SIZE = re.compile(r"([\d.,\u066b\u066c\u00a0\u202f ]*\d)\s*(\D+)$")
_POWERS = {"b": 0, "k": 1, "m": 2, "g": 3}


def is_attaching(page: PageSnapshot) -> bool:
    """Whether something of sending a file is open: a menu, a preview, the question about leaving it."""
    return page.preview is not None or page.attach_menu or popup_of(page) is Popup.DISCARD


def is_distinct(file: MessageFile, caption: str) -> bool:
    """Whether its bubble differs from those of other files: a document by its name, all else only by a
    caption with a letter or a digit.
    """
    return file.kind is FileKind.DOCUMENT or any(character.isalnum() for character in caption)


def file_likeness(bubble: Bubble, file: MessageFile, caption: str) -> Likeness:
    """Whether ``bubble`` shows ``file`` with ``caption``.

    OTHER only where something that the page shows of every such message contradicts: a row that was emptied,
    a mark that is not known or a kind that the page chose itself (it sends a picture that it cannot read as a
    document) may be ours.
    """
    if bubble.edited:
        return Likeness.PERHAPS
    if bubble.file is None:
        return _without_marks(bubble, file, caption)
    likenesses = (_caption_likeness(bubble, file, caption), _content_likeness(bubble.file, file))
    return max(likenesses, key=_ORDER.index)


_ORDER = (Likeness.SAME, Likeness.PERHAPS, Likeness.OTHER)


def _without_marks(bubble: Bubble, file: MessageFile, caption: str) -> Likeness:
    """A row that was emptied, or one whose parts are not known; its words may still be ours."""
    if bubble.text is None:
        return Likeness.PERHAPS
    words = (caption, file.name, f"{file.name} {caption}")
    may_be = any(word and text_likeness(bubble, word) is not Likeness.OTHER for word in words)
    return Likeness.PERHAPS if may_be or not letters_of(bubble.text) else Likeness.OTHER


def _caption_likeness(bubble: Bubble, file: MessageFile, caption: str) -> Likeness:
    shown = bubble.text or ""
    if not caption:
        if not shown or bubble_key(shown) == bubble_key(file.name):
            return Likeness.SAME
        return Likeness.OTHER if letters_of(shown) else Likeness.PERHAPS
    if not shown:
        return Likeness.PERHAPS
    return text_likeness(replace(bubble, file=None), caption)


def _content_likeness(shown: BubbleFile, file: MessageFile) -> Likeness:
    if shown.kind != FileKind.DOCUMENT:
        return Likeness.SAME if shown.kind == file.kind else Likeness.PERHAPS
    if shown.name and not same_name(shown.name, file.name):
        same_signs = _signs(shown.name) == _signs(file.name)
        return Likeness.PERHAPS if same_signs else Likeness.OTHER
    sure = file.kind is FileKind.DOCUMENT and shown.name and sizes_agree(shown.size, file.size) is not False
    return Likeness.SAME if sure else Likeness.PERHAPS


def same_name(shown: str, name: str) -> bool:
    """Whether the page shows this name: emoji as pictures, blanks reduced, signs of direction left out."""
    return bubble_key(shown) == bubble_key(name)


def _signs(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum())


def sizes_agree(shown: str, size: int) -> bool | None:
    """Whether ``60 kB`` may be this number of bytes; None where it cannot be read."""
    ranges = _sizes_shown(shown)
    return any(low <= size <= high for low, high in ranges) if ranges else None


def least_size(shown: str) -> float | None:
    """How many bytes a file has at least whose size is shown so; None where it cannot be read."""
    return min((low for low, _ in _sizes_shown(shown)), default=None)


def _sizes_shown(shown: str) -> list[tuple[float, float]]:
    """The page counts by 1,024 and rounds, to one decimal from a megabyte on, in the digits of its
    language.
    """
    found = _SIZE.search(shown.strip())
    if found is None:
        return []
    unit = unicodedata.normalize("NFKC", found[2]).strip().casefold()[:1]
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else "." for c in found[1].strip())
    parts = [part for part in digits.split(".") if part]
    if unit not in _POWERS or not parts or len(parts) > 2:
        return []
    decimals = len(parts[1]) if len(parts) == 2 else 0
    value, half = float(".".join(parts)), 0.51 * 10**-decimals
    powers = (base ** _POWERS[unit] for base in (1024, 1000))
    return [((value - half) * power, (value + half) * power) for power in powers]


def preview_amiss(preview: Preview, file: MessageFile) -> str | None:
    """Why the preview does not show this one file as its kind; None if it does. A key of
    ``domain/faults.py``.

    Only documents are shown by name, so a picture that is shown by its name is about to become one.
    """
    named = any(same_name(piece, file.name) for piece in preview.names)
    if preview.count != 1:
        return "preview_unexpected"
    if file.kind is FileKind.DOCUMENT:
        return None if named else "preview_unexpected"
    if named or (preview.caption is None and file.kind is not FileKind.AUDIO):
        return "file_kind_not_taken"
    return None


def is_ready(preview: Preview, file: MessageFile) -> bool:
    """Whether the caption can be typed and the file be sent."""
    return preview.send is not None and (preview.caption is not None or file.kind is FileKind.AUDIO)


def refusal_of(notices: Collection[str]) -> str | None:
    """The code for what the page says about a file that it did not take."""
    return next((code for name, code in REFUSALS.items() if name in notices), None)


def preparation_seconds(size: int) -> float:
    """How long the page may prepare a file of ``size`` bytes, besides its usual time."""
    return size / FASTEST_PREPARATION


def upload_seconds(size: int) -> float:
    """How long the upload of ``size`` bytes may take, besides the usual time to the server's tick."""
    return size / SLOWEST_UPLOAD
