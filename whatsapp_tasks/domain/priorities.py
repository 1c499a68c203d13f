"""Three priorities, so that a one-time code does not wait for a campaign."""

from enum import StrEnum


class Priority(StrEnum):
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


BROKER_PRIORITY: dict[Priority, int] = {Priority.HIGH: 0, Priority.NORMAL: 3, Priority.LOW: 6}
"""kombu's Redis transport has one list per priority and empties the lowest number first."""
