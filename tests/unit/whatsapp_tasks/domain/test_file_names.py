"""Names of files: issue 15, "Bad input"."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.file_names import (
    MOST_NAME_BYTES,
    check_file_name,
    extension_of,
    with_extension,
)
from whatsapp_tasks.errors import RequestRefused


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "visible"),
        ("   ", "visible"),
        ("..", "visible"),
        (".", "visible"),
        ("\u200d", "visible"),
        ("\u3164", "visible"),
        ("\u115f.pdf", "visible"),
        ("\u3164.\u2800.pdf", "visible"),
        ("..pdf", "visible"),
        ("../secret.pdf", "slash"),
        ("a/b", "slash"),
        ("C:\\a.pdf", "backslash"),
        ("a\x00.pdf", "control character U+0000"),
        ("a\nb.pdf", "U+000A"),
        ("a\x7f.pdf", "U+007F"),
        ("a\u2028b.pdf", "separator character U+2028"),
        ("a\u00ad.pdf", "format character U+00AD"),
        ("a\u200bb.pdf", "format character U+200B"),
        ("a\ufeffb.pdf", "format character U+FEFF"),
        ("invoice\u202efdp.exe", "direction"),
        ("a\u2066b.pdf", "direction"),
        ("a\ud83d.pdf", "surrogate"),
        ("é" * 126 + ".pdf", "256 bytes"),
    ],
)
def test_a_bad_name_is_refused_with_its_reason(name: str, reason: str) -> None:
    with pytest.raises(RequestRefused, match=reason.replace("+", r"\+")) as refused:
        check_file_name(name)
    assert refused.value.code == "file_name_invalid"
    assert refused.value.errors[0]["field"] == "file.name"


@pytest.mark.parametrize(
    "name",
    [
        "invoice.pdf",
        ".pdf",
        "a",
        "Rechnung Nr. 4 – März.pdf",
        "👨‍👩‍👧 family.jpg",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿.png",
        "חשבונית\u200f.pdf",
        "a" * 251 + ".pdf",
    ],
)
def test_a_good_name_stays_as_it_is(name: str) -> None:
    assert check_file_name(f" {name}\t") == name


@given(st.text(max_size=300))
def test_what_is_accepted_can_be_a_file_in_a_folder(name: str) -> None:
    try:
        accepted = check_file_name(name)
    except RequestRefused:
        return
    assert accepted == name.strip()
    assert 1 <= len(accepted.encode()) <= MOST_NAME_BYTES
    assert accepted not in (".", "..")
    assert not set(accepted) & set("/\\\0\n\r")
    assert not any(unicodedata.category(c) == "Cc" for c in accepted)
    assert check_file_name(accepted) == accepted


@pytest.mark.parametrize(
    ("name", "extension"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), (".pdf", ""), ("a.", "")]
)
def test_the_extension(name: str, extension: str) -> None:
    assert extension_of(name) == extension


@pytest.mark.parametrize(
    ("name", "renamed"), [("a.webp", "a.png"), ("a", "a.png"), (".webp", ".webp.png"), ("a.b.gif", "a.b.png")]
)
def test_another_extension(name: str, renamed: str) -> None:
    assert with_extension(name, "png") == renamed


@given(st.text(min_size=1, max_size=255))
def test_another_extension_keeps_the_limit(name: str) -> None:
    try:
        renamed = with_extension(check_file_name(name), "jpeg")
    except RequestRefused:
        return
    assert len(renamed.encode()) <= MOST_NAME_BYTES
    assert renamed.endswith(".jpeg")
