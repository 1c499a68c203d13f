"""Media types of files: what the first bytes say, and whether a name or a declared type contradicts it.

A library (filetype) knows most types. Here is what it does not distinguish and the kind of a message depends
on: the brands of MP4 and its relatives (ISO 14496-12, 4.3), the codecs in Ogg (RFC 3533, 5334), and text.
"""

import codecs
import re
import unicodedata

from whatsapp_tasks.domain.file_names import extension_of
from whatsapp_tasks.domain.files import UNKNOWN_TYPE, FileKind
from whatsapp_tasks.errors import RequestRefused

HEAD_BYTES = 8192
"""So much of a file is needed to know its type."""

_ZIP = "application/zip"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/gif": ("gif",),
    "image/bmp": ("bmp",),
    "image/tiff": ("tiff", "tif"),
    "image/heic": ("heic", "heif"),
    "image/avif": ("avif",),
    "image/svg+xml": ("svg",),
    "application/pdf": ("pdf",),
    "video/mp4": ("mp4", "m4v"),
    "video/3gpp": ("3gp", "3gpp", "3g2"),
    "video/quicktime": ("mov", "qt"),
    "video/webm": ("webm",),
    "audio/mpeg": ("mp3", "mpga"),
    "audio/ogg": ("ogg", "oga", "opus"),
    "video/ogg": ("ogv",),
    "audio/mp4": ("m4a",),
    "audio/aac": ("aac",),
    "audio/amr": ("amr",),
    "audio/wav": ("wav",),
    _ZIP: ("zip",),
    _OFFICE + "wordprocessingml.document": ("docx",),
    _OFFICE + "spreadsheetml.sheet": ("xlsx",),
    _OFFICE + "presentationml.presentation": ("pptx",),
    "text/html": ("html", "htm"),
    "text/plain": ("txt", "csv", "log", "md", "json", "xml", "html", "htm", "svg"),
}
"""Of types that are recognised reliably; the first extension is the usual one."""

_TYPE_OF = {end: kind for kind, ends in reversed(_EXTENSIONS.items()) for end in ends}

_SAME: tuple[frozenset[str], ...] = (
    frozenset({"video/mp4", "video/3gpp", "video/quicktime", "audio/mp4"}),  # one container format
    frozenset({"audio/ogg", "video/ogg"}),
    frozenset({"image/png", "image/apng"}),  # an animated one has the same extension
    frozenset({_ZIP, *(kind for kind in _EXTENSIONS if kind.startswith(_OFFICE))}),
    frozenset({"text/plain", "text/html", "image/svg+xml", "application/json", "application/xml"}),
)
"""Within a group a name or a declared type proves nothing."""

_PROGRAMS = {
    "application/x-msdownload": frozenset({"exe", "dll", "com", "scr", "sys", "cpl", "ocx"}),
    "application/x-executable": frozenset({"elf", "bin", "out", "run", "so", "o", "ko"}),
}
"""A program that has an extension must have one of these, lest somebody opens it as something else."""

_WEAK = frozenset({"audio/mpeg", "audio/aac", "text/plain", "text/html", "image/svg+xml"})
"""Sound files of these types may not be recognised."""

_ALSO_CALLED = {
    "image/jpg": "image/jpeg",
    "image/heif": "image/heic",
    "image/x-ms-bmp": "image/bmp",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/opus": "audio/ogg",
    "audio/x-opus+ogg": "audio/ogg",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "application/x-zip-compressed": _ZIP,
    "text/xml": "application/xml",
}

_BRANDS = {
    b"heic": "image/heic", b"heix": "image/heic", b"heim": "image/heic", b"heis": "image/heic",
    b"hevc": "image/heic", b"mif1": "image/heic", b"msf1": "image/heic", b"avif": "image/avif",
    b"avis": "image/avif", b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4",
    b"F4A ": "audio/mp4",
}  # fmt: skip

# Atomic groups: a comment ends at its first "-->", and many comments are not tried in all combinations.
_COMMENT = r"(?><!--.*?-->)"
_DOCTYPE = r"<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\][^>]*+)?+>"  # drawing programs declare entities in it
_SVG = re.compile(rf"\s*+(?:<\?xml[^>]*+>\s*+)?(?:{_COMMENT}\s*+|{_DOCTYPE}\s*+)*+<svg[\s>]", re.DOTALL)
_HTML = re.compile(rf"\s*+(?:{_COMMENT}\s*+)*+<(?:!doctype\s+html|html)[\s>]", re.DOTALL | re.IGNORECASE)
_BEFORE_PDF = b"\xef\xbb\xbf\r\n\t \0"
"""Some programs write these before a PDF, and all readers skip them."""
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def type_of_head(head: bytes) -> str | None:
    """The type by the first ``HEAD_BYTES``, if this module knows it; None leaves it to the library."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "video/3gpp" if brand.startswith((b"3gp", b"3g2")) else _BRANDS.get(brand, "video/mp4")
    if head.startswith(b"OggS"):
        return "video/ogg" if b"\x80theora" in head[:64] else "audio/ogg"
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr"
    if head.lstrip(_BEFORE_PDF).startswith(b"%PDF-"):
        return "application/pdf"
    return _type_of_text(head)


def _type_of_text(head: bytes) -> str | None:
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)  # the last character may be cut off
    except UnicodeDecodeError:
        return None
    if _BINARY.search(text):
        return None
    if _SVG.match(text):
        return "image/svg+xml"
    return "text/html" if _HTML.match(text) else "text/plain"


def usual_name_of(media_type: str) -> str:
    """One name for each type: callers and libraries use several."""
    bare = media_type.partition(";")[0].strip().lower()
    return _ALSO_CALLED.get(bare, bare)


def extension_for(media_type: str) -> str:
    """The usual extension, without a full stop; ``bin`` for an unknown type."""
    return _EXTENSIONS.get(media_type, ("bin",))[0]


def default_name(kind: FileKind, media_type: str) -> str:
    """The name of a file without one."""
    return f"{kind}.{extension_for(media_type)}"


def check_type(media_type: str, *, name: str | None = None, declared: str | None = None) -> None:
    """Raises RequestRefused (``file_type_contradicts``) if the name or the declared type is that of another
    type than ``media_type``, which was detected. Names and types that are not known prove nothing.
    """
    # As a reader takes it: a full stop of another width is one, and one at the end is none.
    extension = extension_of(unicodedata.normalize("NFKC", name).rstrip(". ")) if name else ""
    by_name = _TYPE_OF.get(extension)
    is_disguised = extension and media_type in _PROGRAMS and extension not in _PROGRAMS[media_type]
    if is_disguised or (by_name and _contradicts(by_name, media_type)):
        raise _lie(f"is named .{extension}", media_type, "file.name")
    by_header = usual_name_of(declared) if declared else None
    if by_header in _EXTENSIONS and _contradicts(by_header, media_type):
        raise _lie(f"was declared as {by_header}", media_type, "Content-Type")


def _contradicts(claimed: str, detected: str) -> bool:
    if claimed == detected or any(claimed in same and detected in same for same in _SAME):
        return False
    return detected != UNKNOWN_TYPE or claimed not in _WEAK


def _lie(claim: str, media_type: str, field_name: str) -> RequestRefused:
    found = "of an unknown type" if media_type == UNKNOWN_TYPE else media_type
    problem = f"{claim}, but its content is {found}"
    return RequestRefused(
        "file_type_contradicts", f"The file {problem}.", errors=[{"field": field_name, "message": problem}]
    )
