"""Pages of docs that are made from the code say what it says."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def test_the_settings_page_is_up_to_date() -> None:
    page = runpy.run_path(str(DOCS / "make_settings.py"))["settings_page"]()
    assert (DOCS / "settings.md").read_text("utf-8") == page, "run: python docs/make_settings.py"


def test_the_page_of_failure_codes_is_up_to_date() -> None:
    page = runpy.run_path(str(DOCS / "make_failures.py"))["failures_page"]()
    assert (DOCS / "failures.md").read_text("utf-8") == page, "run: python docs/make_failures.py"
