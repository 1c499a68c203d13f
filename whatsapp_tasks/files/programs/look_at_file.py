"""Says what a file is, or converts a picture. A process of its own, with limits for memory and time.

``look_at_file examine FILE`` prints JSON: media_type, pixels, moves, damaged.
``look_at_file convert FILE TARGET`` writes the first frame to TARGET as JPEG, or as PNG if it is transparent,
and prints JSON: extension. ``look_at_file shrink FILE TARGET`` does the same with a small JPEG. Exit status
3: the picture cannot be unpacked.
"""

import json
import resource
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from PIL import Image

MOST_MEMORY_BYTES = 1_500 * 1024 * 1024
"""Of address space: a picture of ``MOST_PIXELS`` in four colours, twice."""
MOST_CPU_SECONDS = 60
MOST_WRITTEN_BYTES = 512 * 1024 * 1024
"""Of one file: a converted picture."""
CANNOT_UNPACK = 3
JPEG_QUALITY = 92
THUMBNAIL_PIXELS = 320
_MOST_BOXES = 64
_MOST_META_BYTES = 1024 * 1024


def main(arguments: list[str]) -> int:
    """Runs one of the commands."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN_BYTES, MOST_WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    match arguments:
        case ["examine", path]:
            print(json.dumps(examine(path)))  # noqa: T201 - the answer
        case ["convert", path, target]:
            try:
                print(json.dumps({"extension": convert(path, target)}))  # noqa: T201 - the answer
            except Exception:  # noqa: BLE001 - Pillow raises many kinds for damaged pictures
                return CANNOT_UNPACK
        case ["shrink", path, target]:
            try:
                print(json.dumps({"extension": shrink(path, target)}))  # noqa: T201 - the answer
            except Exception:  # noqa: BLE001 - Pillow raises many kinds for damaged pictures
                return CANNOT_UNPACK
        case _:
            return 2
    return 0


def examine(path: str) -> dict[str, Any]:
    """The fields of ``FileFacts``."""
    from whatsapp_tasks.domain.file_types import HEAD_BYTES
    from whatsapp_tasks.domain.files import MOST_PIXELS
    from whatsapp_tasks.domain.picture_sizes import pixels_of_header

    with open(path, "rb") as file:
        head = file.read(HEAD_BYTES)
        pixels = max(pixels_of_header(head), pixels_of_header(_meta_box(file, head)))
    media_type = _type_of(head)
    facts: dict[str, Any] = {"media_type": media_type, "pixels": pixels, "moves": False, "damaged": False}
    pillow_name = _PICTURES.get(media_type) or _ONLY_MEASURED.get(media_type)
    if pixels > MOST_PIXELS or pillow_name is None:
        return facts
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the domain has the limit
    try:
        with Image.open(path, formats=[pillow_name]) as picture:
            facts["pixels"] = max(pixels, picture.width * picture.height)
            if media_type in _ONLY_MEASURED or facts["pixels"] > MOST_PIXELS:
                return facts
            facts["moves"] = media_type != "image/png" and getattr(picture, "n_frames", 1) > 1
            picture.draft("RGB", (picture.width // 8, picture.height // 8))  # a JPEG is unpacked smaller
            picture.load()
    except Exception:  # noqa: BLE001 - Pillow raises many kinds for damaged pictures
        facts["damaged"] = media_type in _PICTURES
    return facts


def _meta_box(file: BinaryIO, head: bytes) -> bytes:
    """The box of a HEIC or AVIF that says how large the picture is; empty if the file has none."""
    if head[4:8] != b"ftyp":
        return b""
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        begin = file.read(16)
        size = int.from_bytes(begin[:4], "big")
        if begin[4:8] == b"meta":
            file.seek(at)
            return file.read(min(size or _MOST_META_BYTES, _MOST_META_BYTES))
        if size == 1:  # the size is in the next eight bytes
            size = int.from_bytes(begin[8:], "big")
        if size < 8 or at + size >= 1 << 62:
            break
        at += size
    return b""


def convert(path: str, target: str) -> str:
    """The extension of what was written."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path, formats=list(_PICTURES.values())) as picture:
        picture.load()
        _turn(picture)
        profile = picture.info.get("icc_profile")
        if picture.has_transparency_data:
            picture.convert("RGBA").save(target, "PNG", icc_profile=profile)
            return "png"
        picture.convert("RGB").save(target, "JPEG", quality=JPEG_QUALITY, icc_profile=profile)
        return "jpg"


def shrink(path: str, target: str) -> str:
    """The extension of what was written: at most ``THUMBNAIL_PIXELS`` wide and high."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path, formats=list(_PICTURES.values())) as picture:
        picture.draft("RGB", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        picture.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        _turn(picture)
        picture.convert("RGB").save(target, "JPEG", quality=JPEG_QUALITY)
    return "jpg"


def _turn(picture: "Image.Image") -> None:
    """As the camera was held: the mark that says so (EXIF) is not in what is written."""
    from PIL import ImageOps

    with suppress(Exception):  # Pillow raises many kinds for damaged marks; then it stays as it is
        ImageOps.exif_transpose(picture, in_place=True)


_PICTURES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}
"""Pillow's names; they are unpacked, to see whether they are whole."""
_ONLY_MEASURED = {
    "image/apng": "PNG",
    "image/x-icon": "ICO",
    "image/x-canon-cr2": "TIFF",
    "image/vnd.ms-photo": "TIFF",
}
"""Pictures that are sent as documents only: their header is read. Pillow's other formats are not opened."""


def _type_of(head: bytes) -> str:
    from whatsapp_tasks.domain.file_types import type_of_head, usual_name_of
    from whatsapp_tasks.domain.files import UNKNOWN_TYPE

    known = type_of_head(head)
    if known is not None:
        return known
    import filetype

    found = filetype.guess_mime(head)
    return UNKNOWN_TYPE if found is None else usual_name_of(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
