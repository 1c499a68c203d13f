"""When the processes of an account have grown too large, and when restarting them is no cure.

Two measures, both shares (PSS) of what several processes use together. ``anon``: what the kernel cannot take
back, by which a container is killed. ``pss``: that and the pages of files, Chromium's own program above all.
The second is 250 MB more on an idle page, and jumps by 150 MB as other Chromiums on the machine come and go:
a limit on it restarts a healthy browser for ever. The first is compared by default (docs/protection.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Measure = Literal["anon", "pss"]

LIMIT_MB = 400.0
"""The blueprint's, for worker, driver and Chromium together, in MB of 1024 x 1024 bytes."""
RESTARTS_IN_WINDOW = 3
WINDOW_SECONDS = 120.0
"""One restart more in that time, and restarting is no cure: the page is back above the limit at once."""


@dataclass(frozen=True)
class TreeUse:
    """What all processes of an account cost. ``exact`` False: the kernel gave no PSS, ``pss_mb`` is a sum of
    RSS, which counts shared pages many times (957 for a PSS of 396 in measurements.md).
    """

    pss_mb: float
    anon_mb: float
    exact: bool
    worker_mb: float = 0.0
    """The worker's own part of ``pss_mb``."""
    processes: int = 0

    def counted_mb(self, measure: Measure) -> float:
        """What is compared with the limit; never a sum of RSS."""
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
    """Whether the next restart would be one more than ``allowed`` in the window; seconds of one clock."""
    return sum(1 for at in restarts if now - at < window_seconds) >= allowed
