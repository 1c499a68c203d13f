"""When to send an event again that a receiver did not accept, and when to give up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Pauses triple from the first to the longest; an event is given up ``give_up_seconds`` after it was
    queued. With the defaults: about 14 attempts in a day, half of them in the first 20 minutes.
    """

    first_seconds: float = 5.0
    longest_seconds: float = 4 * 3600.0
    give_up_seconds: float = 24 * 3600.0

    def next_attempt_ms(
        self, attempt: int, *, now_ms: int, since_ms: int, jitter: float, at_least_seconds: float = 0.0
    ) -> int | None:
        """The time of the next attempt after the ``attempt``-th (from 1) failed; None to give up.

        ``jitter`` in [0, 1) varies the pause by a fifth, to spread the load; ``at_least_seconds`` is the
        pause that the receiver asked for. The last attempt is at the very end of the allowed time.
        """
        end_ms = since_ms + int(self.give_up_seconds * 1000)
        if now_ms >= end_ms:
            return None
        # The exponent is limited: 3 ** 700 does not fit into a float.
        pause = min(self.first_seconds * 3 ** min(attempt - 1, 40), self.longest_seconds)
        pause = max(pause * (0.8 + 0.4 * jitter), at_least_seconds)
        return min(now_ms + int(pause * 1000), end_ms)
