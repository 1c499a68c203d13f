"""Small real files of many types, made here, so that nothing binary is in the repository."""

import io
import struct
import wave
import zipfile
import zlib
from typing import Any

from PIL import Image

OFFICE = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture(
    kind: str, *, frames: int = 1, mode: str = "RGB", size: tuple[int, int] = (64, 48), **options: Any
) -> bytes:
    """A picture in one of Pillow's formats (``JPEG``, ``PNG``, ``WEBP``, ``GIF`` …)."""
    colours = [(200, 30, 60, 128), (20, 230, 60, 255), (20, 30, 230, 255)]
    images = [Image.new(mode, size, colours[n % 3][: len(mode)]) for n in range(frames)]
    more: dict[str, Any] = (
        {"save_all": True, "append_images": images[1:], "duration": 100} if frames > 1 else {}
    )
    buffer = io.BytesIO()
    images[0].save(buffer, kind, **more, **options)
    return buffer.getvalue()


def bomb(width: int = 20_000, height: int = 20_000) -> bytes:
    """A PNG of few bytes and many pixels; its data is cut off, which nobody may find out by unpacking it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n"
    for name, content in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")):
        made += struct.pack(">I", len(content)) + name + content
        made += struct.pack(">I", zlib.crc32(name + content))
    return made


def webp_bomb(width: int, height: int) -> bytes:
    """A whole WebP of 34 bytes, black, of any size up to 16384 x 16384."""
    made = bytearray.fromhex("524946461a000000574542505650384c0e0000002f3fc00b00071011fd0f4444ff03")
    made[21:25] = struct.pack("<I", (width - 1) | (height - 1) << 14)
    return bytes(made)


def box(name: bytes, content: bytes) -> bytes:
    """A box of MP4 and its relatives."""
    return struct.pack(">I", len(content) + 8) + name + content


def container(brand: bytes) -> bytes:
    """The beginning of an MP4, HEIC, MOV …"""
    return box(b"ftyp", brand + b"\0\0\2\0" + brand + b"isom") + box(b"mdat", b"x" * 50)


def archive(*files: tuple[str, str]) -> bytes:
    """A ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, text in files:
            opened.writestr(name, text)
    return buffer.getvalue()


def sound() -> bytes:
    """A WAV."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(8000)
        opened.writeframes(b"\0" * 800)
    return buffer.getvalue()


def ogg(first_packet: bytes) -> bytes:
    """The first page of an Ogg."""
    return b"OggS\0\2" + b"\0" * 8 + b"\1\2\3\4" + b"\0" * 8 + b"\1\x1e" + first_packet + b"\0" * 40


FILES: dict[str, tuple[bytes, str]] = {
    "a.jpg": (picture("JPEG"), "image/jpeg"),
    "a.png": (picture("PNG"), "image/png"),
    "a.webp": (picture("WEBP"), "image/webp"),
    "a.gif": (picture("GIF"), "image/gif"),
    "a.bmp": (picture("BMP"), "image/bmp"),
    "a.tiff": (picture("TIFF"), "image/tiff"),
    "a.heic": (container(b"heic"), "image/heic"),
    "a.avif": (container(b"avif"), "image/avif"),
    "a.mp4": (container(b"isom"), "video/mp4"),
    "b.mp4": (container(b"mp42"), "video/mp4"),
    "a.3gp": (container(b"3gp5"), "video/3gpp"),
    "a.mov": (container(b"qt  "), "video/quicktime"),
    "a.m4a": (container(b"M4A "), "audio/mp4"),
    "a.mp3": (b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10 + b"\xff\xfb\x90\x44" + b"\0" * 400, "audio/mpeg"),
    "b.mp3": ((b"\xff\xfb\x90\x44" + b"\0" * 413) * 4, "audio/mpeg"),
    "a.opus": (ogg(b"OpusHead\1\1"), "audio/ogg"),
    "a.ogg": (ogg(b"\x01vorbis"), "audio/ogg"),
    "a.ogv": (ogg(b"\x80theora"), "video/ogg"),
    "a.aac": ((b"\xff\xf1\x50\x80\x02\x1f\xfc" + b"\0" * 10) * 5, "audio/aac"),
    "a.amr": (b"#!AMR\n" + b"\0" * 32, "audio/amr"),
    "a.wav": (sound(), "audio/wav"),
    "a.webm": (
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87\x81\x04" + b"\0" * 60,
        "video/webm",
    ),
    "a.pdf": (PDF, "application/pdf"),
    "a.zip": (archive(("x.txt", "hello")), "application/zip"),
    "a.docx": (
        archive(("[Content_Types].xml", OFFICE), ("_rels/.rels", "<x/>"), ("word/document.xml", "<x/>")),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "a.svg": (
        b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
        "image/svg+xml",
    ),
    "a.html": (b"<!DOCTYPE html><html><body>Log in</body></html>", "text/html"),
    "a.txt": ("hello, wörld\n".encode() * 5, "text/plain"),
    "a.csv": (b"a,b\n1,2\n", "text/plain"),
    "a.json": (b'{"a": 1}', "text/plain"),
    "BM.txt": (b"BM begins like a bitmap, but this is a text\n", "text/plain"),
    "one": (b"x", "text/plain"),
    "noise": (bytes((i * 7919 + 13) % 256 for i in range(5000)), "application/octet-stream"),
}
"""By name: the bytes, and the type that they are."""


def claims(width: int, height: int) -> dict[str, bytes]:
    """Beginnings of pictures of this size, and more of them than ``bomb``: by kind."""
    size = struct.pack(">II", width, height)
    extended = b"VP8X\x0a\0\0\0\0\0\0\0" + b"".join(
        (side - 1).to_bytes(3, "little") for side in (width, height)
    )
    lossy = b"VP8 \x20\0\0\0\x10\2\0\x9d\1\x2a" + struct.pack("<HH", width & 0x3FFF, height & 0x3FFF)
    stream = b"\xff\x4f\xff\x51\0\x2f\0\0" + size + b"\0" * 40
    sizes = box(b"ispe", b"\0" * 4 + b"\0\0\2\0" * 2) + box(b"ispe", b"\0" * 4 + size)
    meta = box(b"meta", b"\0" * 4 + box(b"iprp", box(b"ipco", sizes)))
    moving = bytearray(bomb(width, height))
    moving[33:33] = struct.pack(">I", 8) + b"acTL" + struct.pack(">III", 2, 0, 0)
    return {
        "WebP, extended": b"RIFF\x40\0\0\0WEBP" + extended,
        "WebP, lossy": b"RIFF\x40\0\0\0WEBP" + lossy,
        "WebP, lossless": webp_bomb(min(width, 1 << 14), min(height, 1 << 14)),
        "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n"
        + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
        + box(b"jp2h", box(b"ihdr", size + b"\0\3\7\7\0\0")),
        "JPEG 2000, stream": stream,
        "JPEG 2000, lying box": b"\0\0\0\x0cjP  \r\n\x87\n" + box(b"jp2c", stream),
        "HEIC": box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta,
        "AVIF, size at the end": container(b"avif") + box(b"mdat", b"x" * 20_000) + meta,
        "Photoshop": b"8BPS\0\1" + b"\0" * 6 + b"\0\3" + size + b"\0\x08\0\3",
        "GIMP": b"gimp xcf v011\0" + size,
        "QOI": b"qoif" + size + b"\4\0",
        "PNG": bomb(width, height),
        "PNG, moving": bytes(moving),
    }
