"""The place of a listener, as it gets it and sends it back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain import event_places
from whatsapp_tasks.domain.accounts import SLUG
from whatsapp_tasks.domain.event_places import BEGIN, MOST_ACCOUNTS, parsed, written

NUMBER = st.integers(0, 2**64 - 1)
PLACE = st.builds("{}-{}".format, NUMBER, NUMBER)
ACCOUNT = st.from_regex(SLUG, fullmatch=True)


@given(st.dictionaries(ACCOUNT, PLACE, min_size=1, max_size=MOST_ACCOUNTS))
def test_a_place_is_read_as_it_was_written(places: dict[str, str]) -> None:
    assert parsed(written(places), places) == places
    assert len(written(places)) < 8192  # a header


def test_a_position_alone_is_the_place_in_every_account() -> None:
    assert parsed("7-1", ["a", "b"]) == {"a": "7-1", "b": "7-1"}


def test_an_account_that_is_not_named_is_new_and_one_that_is_not_asked_for_is_left_out() -> None:
    assert parsed("a:7-1,b:8-0", ["a", "c"]) == {"a": "7-1", "c": BEGIN}


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "7", "7-", "-7", "7-1-2", "٧-1", "7-1 ", "7-1\n", "$", "*", "+", "(7-1"),
        *("a:7", "a:7-1,", ",a:7-1", "a:7-1,a:8-1", "A:7-1", "a:7-1,8-1", "a: 7-1"),
        *(f"{2**64}-0", f"0-{2**64}", f"a:{2**64}-0", "9" * 5000 + "-0", "a:7-1," * 3000 + "b:1-1"),
    ],
)
def test_anything_else_is_no_place(text: str) -> None:
    with pytest.raises(ValueError, match="is not the id of an event"):
        parsed(text, ["a"])


@pytest.mark.parametrize("text", ["0-0", "7-1", "a:7-1", "a:7-1,b:8-0"])
def test_the_document_knows_both_forms(text: str) -> None:
    assert re.fullmatch(event_places.PATTERN, text)
