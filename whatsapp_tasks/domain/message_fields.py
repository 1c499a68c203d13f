"""What the fields of a message request may hold, one by one."""

import json
from collections.abc import Mapping
from typing import Any

from whatsapp_tasks.domain.nesting import MOST_LEVELS, is_too_deep
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.texts import has_half_a_character
from whatsapp_tasks.errors import RequestRefused

LONGEST_DELAY_MS = 365 * 24 * 3600 * 1000
LATEST_TIME_SECONDS = 100_000_000_000
METADATA_LIMIT_BYTES = 4096


def parse_priority(value: str) -> Priority:
    """Raises RequestRefused."""
    try:
        return Priority(value)
    except ValueError:
        problem = "must be one of " + ", ".join(Priority)
        raise field_refused("priority_invalid", "priority", problem) from None


def check_metadata(metadata: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Raises RequestRefused unless it is an object that fits into the record."""
    if not metadata:
        return {}
    try:
        written = json.dumps(metadata, allow_nan=False) if isinstance(metadata, Mapping) else None
    except (TypeError, ValueError, RecursionError):
        written = None
    if written is None:
        raise field_refused("metadata_invalid", "metadata", "must be a JSON object")
    if len(written) > METADATA_LIMIT_BYTES:
        problem = f"must not be longer than {METADATA_LIMIT_BYTES} bytes as JSON"
        raise field_refused("metadata_too_large", "metadata", problem)
    if is_too_deep(dict(metadata)):
        raise field_refused(
            "metadata_invalid", "metadata", f"must not be nested more than {MOST_LEVELS} times"
        )
    if "\\ud" in written and has_half_a_character(json.dumps(metadata, ensure_ascii=False)):
        problem = "must not contain half of a surrogate pair"  # which no webhook could report
        raise field_refused("metadata_invalid", "metadata", problem)
    return metadata


def parse_times(
    send_at: float | None, expires_at: float | None, now_ms: int
) -> tuple[int | None, int | None]:
    """Unix seconds as milliseconds; raises RequestRefused."""
    send_at_ms = _time_ms("send_at", send_at)
    expires_at_ms = _time_ms("expires_at", expires_at)
    if send_at_ms is not None and send_at_ms > now_ms + LONGEST_DELAY_MS:
        raise field_refused("send_at_invalid", "send_at", "must be within a year from now")
    if expires_at_ms is not None and send_at_ms is not None and expires_at_ms <= send_at_ms:
        raise field_refused("expires_at_invalid", "expires_at", "must be after send_at")
    return send_at_ms, expires_at_ms


def too_late(expires_at_ms: int | None, now_ms: int) -> RequestRefused | None:
    """Why a message may only be a repeat: of one whose time is over by now."""
    if expires_at_ms is None or expires_at_ms > now_ms:
        return None
    return field_refused("expires_at_invalid", "expires_at", "must be in the future")


def _time_ms(field: str, seconds: float | None) -> int | None:
    if seconds is None:
        return None
    # Also refuses NaN, infinity, and milliseconds given as seconds.
    if not isinstance(seconds, int | float) or not 0 <= seconds < LATEST_TIME_SECONDS:
        raise field_refused(f"{field}_invalid", field, "must be a time in unix seconds")
    return int(seconds * 1000)


def check_text(field: str, value: object) -> str:
    """Tasks put on the queue by name, and callers without a type checker, can pass any value."""
    if not isinstance(value, str):
        raise field_refused(f"{field}_invalid", field, "must be a text")
    return value


def field_refused(code: str, field: str, problem: str) -> RequestRefused:
    """Names the field; ``problem`` goes on from its name."""
    return RequestRefused(
        code, f"The field {field} {problem}.", errors=[{"field": field, "message": problem}]
    )
