"""When an account's processes use too much memory, and when restarting them does not help.

There are two measures; both divide shared pages among the processes (PSS). ``anon``: unreclaimable memory,
for which a container is killed. ``pss``: the same plus file pages, mainly Chromium's program. The second is
250 MB more on an idle page, and changes by 150 MB as other Chromiums on the machine come and go: a limit on
it restarts a healthy browser for ever. The first is the default (docs/protection.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Measure = Literal["anon", "pss"]

LIMIT_MB = 400.0
"""The blueprint's limit for worker, driver and Chromium together, in MB of 1024 x 1024 bytes."""
RESTARTS_IN_WINDOW = 3
WINDOW_SECONDS = 120.0
"""With one more restart in that time, restarting does not help: memory is above the limit again at once."""


@dataclass(frozen=True)
class TreeUse:
    """The memory of all processes of an account. ``exact`` False: the kernel gave no PSS, so ``pss_mb`` is a
    sum of RSS, which counts shared pages several times (957 for a PSS of 396, measured).
    """

    pss_mb: float
    anon_mb: float
    exact: bool
    worker_mb: float = 0.0
    """The worker's share of ``pss_mb``."""
    processes: int = 0

    def counted_mb(self, measure: Measure) -> float:
        """The value to compare with the limit; never a sum of RSS."""
        return self.pss_mb if measure == "pss" and self.exact else self.anon_mb


def too_large(use: TreeUse, measure: Measure = "anon", limit_mb: float = LIMIT_MB) -> bool:
    return use.counted_mb(measure) > limit_mb


def restarts_are_no_cure(
    restarts: Sequence[float],
    now: float,
    *,
    allowed: int = RESTARTS_IN_WINDOW,
    window_seconds: float = WINDOW_SECONDS,
) -> bool:
    """Whether one more restart would exceed ``allowed`` in the window. All times are seconds of one clock."""
    return sum(1 for at in restarts if now - at < window_seconds) >= allowed
