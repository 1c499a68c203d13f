"""Texts from files and standard input."""

import io
import sys

import pytest

from whatsapp_tasks.cli.given_text import stdin_text, text_in
from whatsapp_tasks.errors import RequestRefused


@pytest.mark.parametrize(
    "raw", ["Grüße".encode(), b"\xef\xbb\xbf" + "Grüße".encode(), "Grüße".encode("utf-16")]
)
def test_what_other_programs_write_is_read(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert text_in(raw, "a file") == "Grüße"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), "ascii"))
    assert stdin_text() == "Grüße"


def test_another_encoding_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Grüße".encode("latin-1")), "ascii"))
    with pytest.raises(RequestRefused, match="Standard input is not UTF-8"):
        stdin_text()
