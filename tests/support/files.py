"""Small files of every kind that a message may carry, and the table of them that the tests go through."""

import base64
import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image

from whatsapp_tasks.domain.files import FileKind, MessageFile

MIB = 1024 * 1024


def _picture(form: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), (29, 170, 97)).save(made, form)
    return made.getvalue()


def _zip(names: tuple[str, ...]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), f"content of {name}")
    return made.getvalue()


PNG, JPEG, WEBP = (_picture(form) for form in ("PNG", "JPEG", "WEBP"))
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)
MP4 = base64.b64decode(
    "AAAAJGZ0eXBpc29tAAACAGlzb21pc282aXNvMmF2YzFtcDQxAAACym1vb3YAAAB4bXZoZAEAAAAAAAAA5zBLjwAAAA"
    "DnMEuPAAAD6AAAAAAAAAFuAAEAAAEAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAQAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAIidHJhawAAAGh0a2hkAQAAAwAAAADnMEuPAAAAAOcwS48AAA"
    "ABAAAAAAAAAAAAAAFuAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAQAAAAAAQ"
    "AAAAEAAAAAABsm1kaWEAAAAsbWRoZAEAAAAAAAAA5zBLjwAAAADnMEuPAAB1MAAAAAAAAAFuVcQAAAAAAC1oZGxyAA"
    "AAAAAAAAB2aWRlAAAAAAAAAAAAAAAAVmlkZW9IYW5kbGVyAAAAAVFtaW5mAAAAFHZtaGQAAAABAAAAAAAAAAAAAAAl"
    "ZGluZgAAAB1kcmVmAAAAAAAAAAEAAAANdXJsIAAAAAEAAAABEHN0YmwAAAAQc3RzYwAAAAAAAAAAAAAAEHN0dHMAAA"
    "AAAAAAAAAAABRzdHN6AAAAAAAAAAAAAAAAAAAAEHN0Y28AAAAAAAAAAAAAAMRzdHNkAAAAAAAAAAEAAAC0YXZjMQAA"
    "AAAAAAABAAAAAQAAAAAAAAAAAAAAAAAQABAASAAAAEgAAAAAAAAAAQtBVkMxIENvZGluZwAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAABj//wAAABBwYXNwAAAAAQAAAAEAAAAUYnRydAAAAAAAAAAAAAAAAAAAACdhdmNDAULACv/hABBnQsAKjI1O"
    "TcBDQEHhEI1AAQAEaM48gAAAABNjb2xybmNseAABAA0AAYAAAAAobXZleAAAACB0cmV4AAAAAAAAAAEAAAABAAAAAA"
    "AAAAAAAAAAAAAAmG1vb2YAAAAQbWZoZAAAAAAAAAABAAAAgHRyYWYAAAAUdGZoZAACACAAAAABAQEAAAAAABR0ZmR0"
    "AQAAAAAAAAAAAAAAAAAAUHRydW4BAAMFAAAABwAAAKACAAAAAAAB4gAAABoAAAfPAAAADAAABeoAAAANAAAH1wAAAE"
    "sAAAW8AAAADQAACdoAAAA1AAAD5wAAAA0AAADVbWRhdAAAABZluAAEAAB///4IooAAgQ+OAAIPUcAHAAAACGHgAEAA"
    "vkeoAAAACWHgAIABPkH6gAAAAEdh4ADAAb5Bf4UigAGIoABiKAAYigAGIoABiKAAYigAGIoABiKAAYigAGIoABiKAA"
    "YigAGIoABiKAAYigAGI4AAhrxwABC6wAAAAAlh4AEAAj5BuoAAAAAxYeABQAK+QM/hSKAxQGKAxQGKAxQGKAxQGKAx"
    "QGKAxQGKAxQGKAxQGOAAIJ0cAAQQ8AAAAAlh4AGAAz5AS6gAAABMbWZyYQAAADR0ZnJhAQAAAAAAAAEAAAA/AAAAAQ"
    "AAAAAAAAAAAAAAAAAAAu4AAAABAAAAAQAAAAEAAAAQbWZybwAAAAAAAABM"
)
"""Two colours for 0.4 s, H.264, made by Chromium's own recorder."""
MP3 = b"ID3\x04\0\0\0\0\0\0" + (b"\xff\xfb\x90\x64" + bytes(413)) * 8
OGG = b"OggS\0\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01" + bytes(60)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    + (b"trailer<</Root 1 0 R>>\n%%EOF\n")
)
DOCX = _zip(("[Content_Types].xml", "word/document.xml"))
ZIP = _zip(("a.txt", "b.txt"))


@dataclass(frozen=True)
class Sample:
    """One file of the table. ``kind``: as which it is sent."""

    name: str
    content: bytes
    kind: FileKind
    media_type: str
    caption: str = ""

    @property
    def file(self) -> MessageFile:
        digest = sha256(self.content).hexdigest()
        return MessageFile(digest, self.name, self.kind, len(self.content), self.media_type)


DOCUMENT = FileKind.DOCUMENT
TABLE = (
    Sample("holiday.jpg", JPEG, FileKind.IMAGE, "image/jpeg", "on the beach 🏖"),
    Sample("chart.png", PNG, FileKind.IMAGE, "image/png"),
    Sample("chart.webp", WEBP, FileKind.IMAGE, "image/webp", "was a WebP"),
    Sample("IMG_0001.heic", HEIC, DOCUMENT, "image/heic", "from a phone"),
    Sample("moves.gif", GIF, DOCUMENT, "image/gif"),
    Sample("clip.mp4", MP4, FileKind.VIDEO, "video/mp4", "look :-)"),
    Sample("song.mp3", MP3, FileKind.AUDIO, "audio/mpeg"),
    Sample("voice.ogg", OGG, FileKind.AUDIO, "audio/ogg"),
    Sample("invoice.pdf", PDF, DOCUMENT, "application/pdf", "Your invoice\nof today"),
    Sample(
        "letter.docx",
        DOCX,
        DOCUMENT,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    Sample("all.zip", ZIP, DOCUMENT, "application/zip", "1. one\n2. two"),
    Sample("x", b"one byte less than nothing", DOCUMENT, "text/plain"),
    Sample("large.pdf", PDF + bytes(40 * MIB), DOCUMENT, "application/pdf", "40 MB"),
    Sample("Rechnung 🧾 für Jürgen 日本.pdf", PDF, DOCUMENT, "application/pdf", "mit Namen"),
)
"""Issue 15, "Must show" 1."""
