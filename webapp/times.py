"""Times in requests and answers: answers use RFC 3339; requests use RFC 3339 with an offset, or unix
seconds.
"""

import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time in an answer: RFC 3339, UTC, with milliseconds."""

LATEST = 253_402_300_799
"""The last second of the year 9999; RFC 3339 has no dates after it."""

_PROBLEM = (
    "must be a time with an offset such as 2026-01-31T09:00:00+01:00, or unix seconds, before the year 10000"
)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def rfc3339(ms: int) -> str:
    """Unix milliseconds as ``2026-01-31T08:00:00.000Z``."""
    # Whole seconds and milliseconds separately: a float rounds the last digit of a distant year.
    return f"{datetime.fromtimestamp(ms // 1000, UTC).isoformat()[:-6]}.{ms % 1000:03d}Z"


def rfc3339_or_none(ms: int | None) -> str | None:
    """The same, for a time that may not be set."""
    return None if ms is None else rfc3339(ms)


def unix_seconds(value: Any) -> float:
    """The caller's value as unix seconds; raises a validation error."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value) if abs(value) <= LATEST else math.inf
    elif isinstance(value, str) and _RFC3339.fullmatch(value):
        try:
            # All times before 1970 are equally in the past.
            seconds = max(0.0, datetime.fromisoformat(_six_digits(value.upper())).timestamp())
        except ValueError:  # the 30th of February, or an hour 25
            seconds = math.nan
    else:
        seconds = math.nan
    if not 0 <= seconds <= LATEST:
        raise PydanticCustomError("instant", _PROBLEM)
    return seconds


def _six_digits(text: str) -> str:
    """``fromisoformat`` accepts at most six digits after the point."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


Instant = Annotated[
    float,
    BeforeValidator(unix_seconds),
    Field(description="RFC 3339 with an offset, or unix seconds.", examples=["2026-01-31T09:00:00+01:00"]),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "number", "minimum": 0, "maximum": LATEST},
            ]
        }
    ),
]
"""A field for a time; unix seconds after validation."""
