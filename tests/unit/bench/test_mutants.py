"""The named mutants of the send path still fit the code: `make mutants` would stop at one that does not."""

import pytest

from bench.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_text_it_changes_stands_in_the_code_once(mutant: Mutant) -> None:
    """Issue 13, "The send path is tested where it decides"."""
    assert (ROOT / mutant.file).read_text("utf-8").count(mutant.old) == 1
    assert (ROOT / mutant.tests).is_file()
