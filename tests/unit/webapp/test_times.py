"""Times on the wire."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from webapp.times import LATEST, Instant, rfc3339, rfc3339_or_none

INSTANT: TypeAdapter[float] = TypeAdapter(Instant)


@pytest.mark.parametrize(
    ("given_value", "seconds"),
    [
        ("2026-01-31T09:00:00+01:00", 1769846400),
        ("2026-01-31T08:00:00Z", 1769846400),
        ("2026-01-31t08:00:00z", 1769846400),
        ("2026-01-31 08:00:00-00:00", 1769846400),
        ("0001-01-01T00:00:00+14:00", 0),
        ("2026-01-31T08:00:00.25Z", 1769846400.25),
        ("2026-01-31T08:00:00.123456789Z", 1769846400.123456),
        (1769846400, 1769846400),
        (0.5, 0.5),
        (0, 0),
    ],
)
def test_a_time_is_read(given_value: Any, seconds: float) -> None:
    assert INSTANT.validate_python(given_value) == seconds


@pytest.mark.parametrize(
    "given_value",
    [
        "2026-01-31T09:00:00",
        "2026-01-31",
        "2026-02-30T09:00:00Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T09:00:00+25:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-01:00",
        "٢٠٢٦-01-31T09:00:00Z",
        "1769846400",
        "",
        -1,
        LATEST + 1,
        10**400,
        float("nan"),
        float("inf"),
        True,
        None,
        [],
    ],
)
def test_what_is_no_time_is_refused(given_value: Any) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(given_value)


@given(st.integers(0, LATEST * 1000))
def test_what_is_reported_can_be_given_back(ms: int) -> None:
    text = rfc3339(ms)
    assert round(INSTANT.validate_python(text) * 1000) == ms
    assert text.endswith("Z")
    assert len(text) == len("2026-01-31T08:00:00.000Z")


@given(st.text() | st.integers() | st.floats() | st.none() | st.booleans() | st.lists(st.integers()))
def test_anything_else_is_a_time_or_a_validation_error(value: Any) -> None:
    try:
        seconds = INSTANT.validate_python(value)
    except ValidationError:
        return
    assert 0 <= seconds <= LATEST


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.timezones()))  # noqa: DTZ001 - bounds are naive
def test_any_zone_is_understood(moment: datetime) -> None:
    if moment.utcoffset() is None or moment.utcoffset().total_seconds() % 60:  # type: ignore[union-attr]
        return  # offsets with seconds have no RFC 3339
    assert INSTANT.validate_python(moment.isoformat(timespec="microseconds")) == pytest.approx(
        moment.astimezone(UTC).timestamp()
    )


def test_a_time_that_is_not_set_stays_so() -> None:
    assert rfc3339_or_none(None) is None
    assert rfc3339_or_none(0) == "1970-01-01T00:00:00.000Z"
