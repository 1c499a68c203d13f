"""How many pixels a picture claims to have, read from its header: nothing is unpacked.

The library for pictures (Pillow) reads most headers without unpacking anything, and those are not here. Here
are the kinds that it unpacks to open them (WebP, AVIF), does not know (HEIC, XCF), does not open if what
follows the header is damaged (PNG), or that nobody opens (JPEG 2000, PSD).
"""

import re
from collections.abc import Callable
from math import prod
from struct import Struct

_NUMBERS = Struct(">II")
_WEBP_SIZE_AT = 24

# A box of 20 bytes (ISO 23008-12, 6.5.3); a picture of tiles has one for the whole and one for the tiles.
_HEIF_SIZE = re.compile(rb"\0\0\0\x14ispe\0\0\0\0(.{8})", re.DOTALL)
# The header's box of a JP2, and the first two markers of the stream in it, which may stand alone
# (ISO 15444-1, I.5.3.1 and A.5.1).
_JP2_SIZE = re.compile(rb"\0\0\0\x16ihdr(.{8})", re.DOTALL)
_J2K_SIZE = re.compile(rb"\xff\x4f\xff\x51.{4}(.{16})", re.DOTALL)


def pixels_of_header(header: bytes) -> int:
    """Width times height, by the beginning of a file, or by its ``meta`` box; 0 for kinds that are not known
    here.
    """
    return next((pixels(header) for begins, pixels in _KINDS if begins.match(header)), 0)


def _of_webp(header: bytes) -> int:
    """RFC 9649, 2.5 to 2.7."""
    chunk, size = header[12:16], header[_WEBP_SIZE_AT : _WEBP_SIZE_AT + 6]
    if chunk == b"VP8X":
        return prod(int.from_bytes(part, "little") + 1 for part in (size[:3], size[3:]))
    if chunk == b"VP8L":
        bits = int.from_bytes(header[21:25], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8 ":
        return prod(int.from_bytes(header[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return 0


def _of_heif(header: bytes) -> int:
    return max((_product(found[1]) for found in _HEIF_SIZE.finditer(header)), default=0)


def _of_jpeg_2000(header: bytes) -> int:
    named = [_product(found[1]) for found in _JP2_SIZE.finditer(header)]
    for found in _J2K_SIZE.finditer(header):
        (right, bottom), (left, top) = _NUMBERS.unpack(found[1][:8]), _NUMBERS.unpack(found[1][8:])
        named.append(max(right - left, 0) * max(bottom - top, 0))
    return max(named, default=0)


def _of_two_numbers_at(at: int) -> Callable[[bytes], int]:
    return lambda header: _product(header[at : at + 8])


def _product(numbers: bytes) -> int:
    return prod(_NUMBERS.unpack(numbers)) if len(numbers) == _NUMBERS.size else 0


_KINDS: tuple[tuple[re.Pattern[bytes], Callable[[bytes], int]], ...] = (
    (re.compile(rb"RIFF.{4}WEBPVP8", re.DOTALL), _of_webp),
    (re.compile(rb".{4}(?:ftyp|meta)", re.DOTALL), _of_heif),
    (re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", re.DOTALL), _of_jpeg_2000),
    (re.compile(rb"\x89PNG\r\n\x1a\n.{4}IHDR", re.DOTALL), _of_two_numbers_at(16)),
    (re.compile(rb"8BPS\0[\1\2]"), _of_two_numbers_at(14)),
    (re.compile(rb"gimp xcf "), _of_two_numbers_at(14)),
    (re.compile(rb"qoif"), _of_two_numbers_at(4)),
)
