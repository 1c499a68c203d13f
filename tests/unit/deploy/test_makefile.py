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


def test_demo_and_test_are_two_commands_and_the_lock_has_its_own() -> None:
    """Issue 12, row 22: each of the two sets up all it needs; the lock and the floors have targets."""
    needs = dict(re.findall(r"^([\w-]+): ([\w ]*?) *##", MAKEFILE, re.MULTILINE))
    assert "setup" in needs["demo"].split()
    assert "setup" in needs["test"].split()
    assert {"lock", "test-floors"} <= set(re.findall(r"^([\w-]+):", MAKEFILE, re.MULTILINE))
