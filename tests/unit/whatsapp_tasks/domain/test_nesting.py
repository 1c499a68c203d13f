"""How deeply JSON from others may be nested."""

import json

import pytest

from whatsapp_tasks.domain.nesting import MOST_LEVELS, is_too_deep


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_levels_are_counted(opening: str) -> None:
    closing = "]" if opening == "[" else "}"

    def nested(levels: int) -> object:
        return json.loads(opening * (levels - 1) + "[1]" + closing * (levels - 1))

    assert not is_too_deep(nested(MOST_LEVELS))
    assert is_too_deep(nested(MOST_LEVELS + 1))


def test_a_wide_value_is_not_deep() -> None:
    assert not is_too_deep([{"a": [1, "x", None]}] * 10_000)
    assert not is_too_deep(1)
