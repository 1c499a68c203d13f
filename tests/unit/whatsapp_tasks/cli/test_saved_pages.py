"""What a person sees of saved pages (issue 11, E1 and D2)."""

import io
from dataclasses import asdict
from typing import Any

import pytest
from rich.console import Console

from tests.support.looks import page
from whatsapp_tasks.cli.saved_pages import show_pages
from whatsapp_tasks.domain.page_review import review


def table(*found: dict[str, Any]) -> list[str]:
    """The lines of the table, with single blanks."""
    output = io.StringIO()
    show_pages(Console(file=output, width=200), list(found))
    return [" ".join(line.split()) for line in output.getvalue().splitlines()]


def reviewed(language: str) -> dict[str, Any]:
    return {"file": "saved/page.html", **asdict(review(page(qr="2@abc", language=language), {}))}


@pytest.mark.parametrize(
    ("language", "line"),
    [("pt-BR", "pt-BR"), ("fi", "fi, not read in full"), ("", "unknown, not read in full")],
)
def test_a_language_that_is_not_supported_is_reported(language: str, line: str) -> None:
    lines = table(reviewed(language))
    assert f"language {line}" in lines
    assert "✔ page.html" in lines
    assert "shows qr, dialog: none" in lines


def test_a_file_that_cannot_be_read_does_not_fit_and_the_last_line_counts() -> None:
    lines = table(reviewed("en"), {"file": "x/gone.html", "problems": ["not_read: no such file"]})
    assert "✘ gone.html" in lines
    assert "does not fit not_read: no such file" in lines
    assert lines[-1] == "pages: 2 fit: 1 do not: 1"
