"""What the short form of the tests in the browser leaves out (``tests/browser/short_form.py``)."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.browser.short_form import LESS_OFTEN, is_left_out

BROWSER = Path(__file__).parents[1] / "browser"


def item(test: str, **parameters: object) -> pytest.Item:
    call = SimpleNamespace(params=parameters)
    return cast(pytest.Item, SimpleNamespace(originalname=test, name=f"{test}[…]", callspec=call))


@pytest.mark.parametrize("entry", LESS_OFTEN)
def test_each_entry_names_a_test_that_is_there(entry: str) -> None:
    file, _, test = entry.partition("::")
    assert re.search(rf"^def {test or 'test_'}", (BROWSER / file).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("eras", LESS_OFTEN.values())
def test_the_newest_era_is_always_played(eras: tuple[str, ...]) -> None:
    assert set(eras) <= {"E1", "E2"}


def test_a_tests_own_entry_counts_instead_of_its_files() -> None:
    less_often = {"a.py": ("E1",), "a.py::test_x": ("E2",)}
    assert is_left_out(item("test_y", skinned=("E1", "es")), "a.py", less_often)
    assert not is_left_out(item("test_x", skinned=("E1", "es")), "a.py", less_often)
    assert is_left_out(item("test_x", linked="E2"), "a.py", less_often)


def test_what_is_in_no_era_or_has_no_entry_is_played() -> None:
    less_often = {"a.py": ("E1",)}
    assert not is_left_out(item("test_x", mark=True), "a.py", less_often)
    assert not is_left_out(item("test_x", era="E1"), "b.py", less_often)
