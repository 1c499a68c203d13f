"""Types of files: what a name or a declared type may say about one (issue 15, "Bad input": type lies)."""

import pytest

from tests.support.pictures import FILES
from whatsapp_tasks.domain.file_types import (
    HEAD_BYTES,
    check_type,
    default_name,
    extension_for,
    type_of_head,
    usual_name_of,
)
from whatsapp_tasks.domain.files import UNKNOWN_TYPE, FileKind
from whatsapp_tasks.errors import RequestRefused


@pytest.mark.parametrize(
    ("detected", "name", "declared"),
    [
        ("application/pdf", "photo.jpg", None),
        ("text/html", "invoice.pdf", None),
        ("text/plain", "photo.png", None),
        ("application/x-msdownload", "invoice.pdf", None),
        ("application/x-msdownload", "notes.txt", None),
        ("application/x-msdownload", "invoice.xls", None),
        ("application/x-executable", "invoice.pdf.", None),
        ("application/x-executable", "invoice\uff0epdf", None),
        ("application/x-executable", "invoice.exe", None),
        (UNKNOWN_TYPE, "invoice.PDF", None),
        ("image/jpeg", "a.png", None),
        ("image/jpeg", None, "image/png"),
        ("application/pdf", "a.pdf", "image/jpg; charset=x"),
    ],
)
def test_a_lie_is_refused(detected: str, name: str | None, declared: str | None) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_type(detected, name=name, declared=declared)
    assert refused.value.code == "file_type_contradicts"


@pytest.mark.parametrize(
    ("detected", "name", "declared"),
    [
        ("application/pdf", "invoice", None),
        ("application/pdf", "invoice.2026", "application/octet-stream"),
        ("application/pdf", ".jpg", None),
        ("video/mp4", "a.mov", "video/quicktime"),
        ("video/mp4", "a.m4a", None),
        ("application/zip", "a.docx", None),
        ("text/plain", "a.svg", "text/csv"),
        ("audio/ogg", "a.opus", "audio/opus"),
        (UNKNOWN_TYPE, "a.mp3", "audio/mpeg"),
        (UNKNOWN_TYPE, "a.dat", None),
        ("image/jpeg", "a.JPG", "image/jpg"),
        ("image/apng", "a.png", "image/png"),
        ("application/x-msdownload", "setup.EXE", None),
        ("application/x-executable", "setup", None),
    ],
)
def test_what_proves_nothing_is_accepted(detected: str, name: str | None, declared: str | None) -> None:
    check_type(detected, name=name, declared=declared)


@pytest.mark.parametrize(
    ("end", "media_type"),
    [(b"<feed>", "text/plain"), (b"<svg>", "image/svg+xml"), (b"<html>", "text/html")],
)
def test_a_file_that_begins_with_many_comments_is_looked_at_once(end: bytes, media_type: str) -> None:
    """Tried in all combinations, 40 comments would take days."""
    assert type_of_head(b"<!-- a -->\n" * 40 + end) == media_type


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE svg>",
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [\n\t<!ENTITY ns "http://ns.example">\n]>',
    ],
)
def test_a_drawing_with_a_document_type_is_a_drawing(doctype: bytes) -> None:
    assert type_of_head(b'<?xml version="1.0"?>\n' + doctype + b"\n<svg xmlns='a'>") == "image/svg+xml"
    assert type_of_head(doctype + b"\n<html>") == "text/plain"


@pytest.mark.parametrize("name", [name for name in FILES if "." in name])
def test_no_file_lies_by_its_own_name(name: str) -> None:
    _, media_type = FILES[name]
    check_type(media_type, name=name, declared=media_type)


def test_text_that_is_cut_off_within_a_character_is_text() -> None:
    assert type_of_head(("a" * (HEAD_BYTES - 1) + "é").encode()[:HEAD_BYTES]) == "text/plain"
    assert type_of_head(b"\xff\xfe") is None
    assert type_of_head(b"%PDF-1.4 all ASCII") == "application/pdf"
    assert type_of_head(b"\xef\xbb\xbf\r\n%PDF-1.4") == "application/pdf"
    assert type_of_head(b"see %PDF-1.4") == "text/plain"


def test_names() -> None:
    assert usual_name_of("Audio/X-WAV; rate=1") == "audio/wav"
    assert extension_for("application/x-unheard-of") == "bin"
    assert default_name(FileKind.DOCUMENT, "application/pdf") == "document.pdf"
    assert default_name(FileKind.IMAGE, "image/jpeg") == "image.jpg"
