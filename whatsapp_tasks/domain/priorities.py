"""Three priorities, so that a one-time code does not wait behind a campaign."""

from enum import StrEnum


class Priority(StrEnum):
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


BROKER_PRIORITY: dict[Priority, int] = {Priority.HIGH: 0, Priority.NORMAL: 3, Priority.LOW: 6}
"""kombu's Redis transport keeps one list per step and empties the lowest number first."""
