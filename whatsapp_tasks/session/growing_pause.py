"""A pause before something is tried again."""


class GrowingPause:
    """Doubles with each use, from the first to the longest."""

    def __init__(self, first_seconds: float, longest_seconds: float) -> None:
        self._first = first_seconds
        self._longest = longest_seconds
        self._next = first_seconds

    def take(self) -> float:
        """Seconds to wait now."""
        now = self._next
        self._next = min(2 * now, self._longest)
        return now

    def reset(self) -> None:
        """It went well: the next pause is the first one."""
        self._next = self._first
