"""JSON from others; what ``webapp/bodies.py`` makes of it is tested there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.strict_json import MalformedJson, read_object
from whatsapp_tasks.domain.texts import has_half_a_character

HIGH, LOW = r"\ud83d", r"\uDCE6"
PIECES = [HIGH, LOW, r"\\", r"\n", r"\u00e9", r"\"", "ud83d", "udce6", "u", "dce6", "é", "📦"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_half_a_character_is_found_among_any_escapes(written: str) -> None:
    text = f'{{"message": "{written}"}}'
    value = json.loads(text)
    if has_half_a_character(value["message"]):
        with pytest.raises(MalformedJson, match="surrogate"):
            read_object(text)
    else:
        assert read_object(text) == value


@pytest.mark.parametrize("text", [rf'{{"{LOW}": 1}}', rf'{{"a": [{{"b": "{HIGH}{HIGH}{LOW}"}}]}}'])
def test_half_a_character_is_found_in_names_and_at_any_depth(text: str) -> None:
    with pytest.raises(MalformedJson, match="surrogate"):
        read_object(text)
