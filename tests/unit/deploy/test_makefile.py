"""`make` works wherever the checkout lies (issue 12, row 25)."""

import re
from pathlib import Path

MAKEFILE = (Path(__file__).parents[3] / "Makefile").read_text("utf-8")
BINARIES = {"ruff", "uv"}
TESTED_FOR = {"uv", "mutmut"}
"""Only whether they are there."""


def test_no_script_of_the_environment_is_run_by_its_name() -> None:
    """Its first line names the interpreter by its path, which no kernel finds if there are blanks in it."""
    run = set(re.findall(r"(?<!-x )\$\(BIN\)/([\w-]+)", MAKEFILE))
    assert run - BINARIES == {"python"}
    assert set(re.findall(r"-x \$\(BIN\)/([\w-]+)", MAKEFILE)) - {"python"} == TESTED_FOR


def test_no_path_of_a_recipe_is_absolute() -> None:
    """A relative one holds no blanks and quotes of the folders above."""
    assert not re.findall(r"\$\((?:CURDIR|PWD|abspath|realpath)|\$\$PWD|\$\$\(pwd\)", MAKEFILE)
