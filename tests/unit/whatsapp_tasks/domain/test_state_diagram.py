"""The picture in the docs is that of the table."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[4] / "docs"


def test_it_is_up_to_date() -> None:
    page = runpy.run_path(str(DOCS / "make_state_diagram.py"))["diagram"]()
    assert (DOCS / "states.md").read_text("utf-8") == page, "run: python docs/make_state_diagram.py"
