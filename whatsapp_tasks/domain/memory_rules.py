"""When the processes of an account have grown too large, and when restarting them is no cure."""

from collections.abc import Sequence
from dataclasses import dataclass

LIMIT_MB = 400.0
"""The blueprint's, for worker, driver and Chromium together, in MB of 1024 x 1024 bytes."""
RESTARTS_IN_WINDOW = 3
WINDOW_SECONDS = 600.0


@dataclass(frozen=True)
class TreeUse:
    """What all processes of an account cost. ``exact`` False: the kernel gave no PSS, ``pss_mb`` is a sum of
    RSS, which counts shared pages many times (957 for a PSS of 396 in measurements.md).
    """

    pss_mb: float
    anon_mb: float
    exact: bool

    @property
    def counted_mb(self) -> float:
        """What is compared with the limit: PSS, else the memory that cannot be shared."""
        return self.pss_mb if self.exact else self.anon_mb


def too_large(use: TreeUse, limit_mb: float = LIMIT_MB) -> bool:
    return use.counted_mb > limit_mb


def restarts_are_no_cure(
    restarts: Sequence[float],
    now: float,
    *,
    allowed: int = RESTARTS_IN_WINDOW,
    window_seconds: float = WINDOW_SECONDS,
) -> bool:
    """Whether the next restart would be one more than ``allowed`` in the window; seconds of one clock."""
    return sum(1 for at in restarts if now - at < window_seconds) >= allowed
