"""Files of messages: what one is, which kinds there are, and which file may be sent as which kind.

The bytes are in an object store (``clients/object_store.py``), found by ``MessageFile.digest``. The worker
gets them through ``whatsapp_tasks.files.contents.Contents.hand_over(file, folder)``, which writes them to
``folder/name``. It also converts there: a WebP or GIF that is sent as a picture becomes a PNG or JPEG, in a
child process (``CONVERTED``), so the bytes that WhatsApp gets may differ from those that were handed in.
"""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from whatsapp_tasks.errors import RequestRefused

MIB = 1024 * 1024
MOST_MEDIA_BYTES = 16 * MIB
"""WhatsApp Web's limit for pictures, video and audio (docs/whatsapp-web.md, 12.6). Documents may be larger.
"""
MOST_PIXELS = 120_000_000
"""Of one picture, whatever its kind: a small file may unpack to gigabytes."""
MOST_CAPTION_CHARACTERS = 1024
"""WhatsApp's limit for a caption, in code points."""
UNKNOWN_TYPE = "application/octet-stream"


class FileKind(StrEnum):
    """How WhatsApp sends a file. It decides the menu item, the bubble and the limit."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"


@dataclass(frozen=True)
class MessageFile:
    """The file of one message, as the ledger keeps it."""

    digest: str
    """SHA-256, hex, of the bytes that were handed in."""
    name: str = field(repr=False)
    """As the recipient sees it; private, like a text."""
    kind: FileKind
    size: int
    """Bytes that were handed in."""
    media_type: str
    """Detected from the content."""

    @property
    def identity(self) -> tuple[str, ...]:
        """The part of a message's content that the file is."""
        return ("file", self.digest, self.name, self.kind)

    @property
    def is_converted(self) -> bool:
        """Whether WhatsApp gets other bytes: see ``CONVERTED``."""
        return self.kind is FileKind.IMAGE and self.media_type in CONVERTED

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "MessageFile":
        """Raises ValueError, KeyError or TypeError for anything that ``to_json`` did not write."""
        fields = json.loads(text)
        return cls(
            digest=str(fields["digest"]),
            name=str(fields["name"]),
            kind=FileKind(fields["kind"]),
            size=int(fields["size"]),
            media_type=str(fields["media_type"]),
        )


@dataclass(frozen=True)
class FileFacts:
    """What an examination of the bytes found (``whatsapp_tasks/files/examination.py``)."""

    media_type: str
    """By content, never by name; ``UNKNOWN_TYPE`` if nothing is known about it, as for a text."""
    pixels: int = 0
    """Width times height of a picture; 0 for all else."""
    moves: bool = False
    """Whether a picture has several frames."""
    damaged: bool = False
    """Whether it claims to be a picture, but cannot be unpacked."""


CONVERTED = frozenset({"image/webp", "image/gif", "image/bmp"})
"""Pictures that are converted before they are sent as one: WhatsApp would make a sticker of a WebP."""

_SENT_AS: dict[FileKind, frozenset[str]] = {
    FileKind.IMAGE: frozenset({"image/jpeg", "image/png"}) | CONVERTED,
    FileKind.VIDEO: frozenset({"video/mp4", "video/3gpp", "video/quicktime"}),
    FileKind.AUDIO: frozenset({"audio/mpeg", "audio/ogg", "audio/mp4", "audio/aac", "audio/amr"}),
}
"""Types that WhatsApp Web takes as this kind (docs/whatsapp-web.md, 12.6); everything may be a document."""


def check_wish(kind: FileKind | None, *, has_caption: bool) -> None:
    """Raises RequestRefused for a ``kind`` that cannot be sent like this, whatever the file is."""
    if kind is FileKind.AUDIO and has_caption:
        raise _refused(
            "file_kind_impossible", "as audio has no caption; send it as document, or without a message"
        )


def decide_kind(
    facts: FileFacts, size: int, wanted: FileKind | None, *, has_caption: bool = False
) -> FileKind:
    """The kind to send a file as: the ``wanted`` one, else by its type. Raises RequestRefused.

    Without a wish, a file is a document if WhatsApp would not take it as its own kind: a picture that moves
    (an animated GIF or WebP would lose its movement), a picture that cannot be unpacked, anything over the
    limit of its kind, and audio with a caption, which WhatsApp does not have.
    """
    if facts.pixels > MOST_PIXELS:
        raise _refused(
            "file_picture_too_large",
            f"has {facts.pixels:,} pixels; at most {MOST_PIXELS:,} are sent",
            field_name="file",
        )
    own = next((kind for kind, types in _SENT_AS.items() if facts.media_type in types), FileKind.DOCUMENT)
    kind = own if wanted is None else wanted
    if kind is FileKind.DOCUMENT:
        return kind
    problem = _why_not(kind, facts, size, has_caption=has_caption)
    if problem is None:
        return kind
    if wanted is None:
        return FileKind.DOCUMENT
    raise problem


def _why_not(kind: FileKind, facts: FileFacts, size: int, *, has_caption: bool) -> RequestRefused | None:
    if facts.media_type not in _SENT_AS[kind]:
        return _refused(
            "file_kind_impossible",
            f"is {facts.media_type}, which WhatsApp does not send as {kind}; send it as document",
        )
    if facts.damaged:
        return _refused("file_kind_impossible", "is damaged: the picture cannot be unpacked")
    if facts.moves:
        return _refused(
            "file_kind_impossible",
            "moves, and would not as image; send it as document, or as an MP4 video",
        )
    if size > MOST_MEDIA_BYTES:
        return _refused(
            "file_too_large",
            f"has {size} bytes; as {kind} WhatsApp takes at most {MOST_MEDIA_BYTES}; send it as document",
        )
    try:
        check_wish(kind, has_caption=has_caption)
    except RequestRefused as refused:
        return refused
    return None


def check_caption(text: str) -> str:
    """Return ``text``, which is a valid message or empty, if it may be a caption; raise RequestRefused."""
    if len(text) > MOST_CAPTION_CHARACTERS:
        problem = f"has {len(text)} characters; a caption has at most {MOST_CAPTION_CHARACTERS}"
        raise RequestRefused(
            "message_too_long", f"The message {problem}.", errors=[{"field": "message", "message": problem}]
        )
    return text


def _refused(code: str, problem: str, field_name: str = "file.as") -> RequestRefused:
    return RequestRefused(code, f"The file {problem}.", errors=[{"field": field_name, "message": problem}])
