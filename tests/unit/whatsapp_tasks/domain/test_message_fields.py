"""The fields of a message request, one by one; in a whole request: ``tests/integration/test_dispatch.py``."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from whatsapp_tasks.domain.message_fields import (
    LONGEST_DELAY_MS,
    METADATA_LIMIT_BYTES,
    check_metadata,
    parse_times,
    too_late,
)
from whatsapp_tasks.errors import RequestRefused

NOW_MS = 1_764_000_000_000


def refusal(call: Callable[[], object]) -> RequestRefused:
    with pytest.raises(RequestRefused) as refused:
        call()
    return refused.value


@pytest.mark.parametrize("field", ["send_at", "expires_at"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1, NOW_MS, 1e300, "tomorrow", [1], {}])
def test_a_time_that_is_none_is_refused(field: str, value: Any) -> None:
    times = {"send_at": None, "expires_at": None, field: value}
    refused = refusal(lambda: parse_times(**times, now_ms=NOW_MS))
    assert refused.code == f"{field}_invalid"
    assert refused.errors == [{"field": field, "message": "must be a time in unix seconds"}]


def test_a_message_may_wait_for_a_year_and_no_longer() -> None:
    latest = (NOW_MS + LONGEST_DELAY_MS) / 1000
    assert parse_times(latest, None, NOW_MS) == (NOW_MS + LONGEST_DELAY_MS, None)
    assert refusal(lambda: parse_times(latest + 0.001, None, NOW_MS)).code == "send_at_invalid"


def test_what_has_expired_by_now_may_only_be_a_repeat() -> None:
    assert too_late(NOW_MS + 1, NOW_MS) is None
    assert too_late(None, NOW_MS) is None
    refused = too_late(NOW_MS, NOW_MS)
    assert refused is not None
    assert refused.code == "expires_at_invalid"


def test_metadata_may_be_as_long_as_the_limit_says() -> None:
    longest = {"a": "x" * (METADATA_LIMIT_BYTES - len('{"a": ""}'))}
    assert check_metadata(longest) == longest
    assert refusal(lambda: check_metadata({"a": longest["a"] + "x"})).code == "metadata_too_large"


@pytest.mark.parametrize("metadata", [{"note": "\ud83d"}, {"\udc00": 1}, {"a": [{"b": "x\ud83d"}]}])
def test_metadata_that_cannot_be_encoded_is_refused(metadata: dict[str, Any]) -> None:
    """By `delay` too: the webhooks of the whole account stopped at it."""
    assert refusal(lambda: check_metadata(metadata)).code == "metadata_invalid"


def test_metadata_may_have_any_whole_character() -> None:
    whole = {"note": "😀 \\ud83d"}
    assert check_metadata(whole) == whole
