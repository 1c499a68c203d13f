"""One deadline per action, passed to everything that the action does."""

import time
from dataclasses import dataclass

SIGN_OF_LIFE_SECONDS = 10.0
"""A page that does not answer within this hangs; a longer wait is split into slices of this length."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the monotonic clock by which an action must have ended."""

    at: float
    """Seconds, as `time.monotonic` counts them."""

    @classmethod
    def within(cls, seconds: float) -> "Deadline":
        """The deadline `seconds` from now."""
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether no time is left."""
        return self.remaining() == 0.0

    def capped(self, seconds: float) -> "Deadline":
        """The earlier of this deadline and `seconds` from now."""
        return Deadline(min(self.at, time.monotonic() + seconds))
