"""What a tree of processes costs in memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TreeMemory:
    """Memory of several processes together, in MB of 1024 × 1024 bytes."""

    pss_mb: float
    """Pages shared by n processes count 1/n in each. Without `exact` the sum of RSS, which counts shared
    pages many times (957 against 396 on a light page): too much to compare with a limit."""
    anon_mb: float
    """What the kernel cannot take back: the figure that decides whether a container is killed."""
    processes: int
    exact: bool
    """Whether the kernel told PSS for every process (`smaps_rollup`)."""
