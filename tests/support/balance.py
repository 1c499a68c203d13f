"""The order of the tests where several processes share them: each gets an equal part of the long ones.

pytest-xdist's worksteal hands out equal numbers of neighbouring tests, and a process that is done takes from
the end of what others have left. So the tests are put into as many parts, of equal number and about equal
time, with the long ones first in each. What shares a costly fixture stays together.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")

SECONDS = {"acceptance": 9.0, "browser": 1.3, "integration": 0.4}
"""About what one test takes, by the suite's folder; all others next to nothing. A guess that is far off costs
time, nothing else."""


def balanced(items: Sequence[T], path_of: Callable[[T], Sequence[str]], parts: int) -> list[T]:
    """``items`` in another order. ``path_of``: the folders and the file of a test, below ``tests``."""
    groups = [list(group) for _, group in groupby(items, key=lambda item: _together(path_of(item)))]
    costly = [group for group in groups if _seconds(path_of(group[0]))]
    cheap = [item for group in groups if not _seconds(path_of(group[0])) for item in group]
    bins: list[list[T]] = [[] for _ in range(parts)]
    loads = [0.0] * parts
    for group in sorted(costly, key=lambda group: -_seconds(path_of(group[0])) * len(group)):
        lightest = loads.index(min(loads))
        bins[lightest].extend(group)
        loads[lightest] += _seconds(path_of(group[0])) * len(group)
    ordered: list[T] = []
    for place, part in enumerate(bins):
        part.sort(key=lambda item: -_seconds(path_of(item)))  # stable: what is together stays so
        missing = max(0, len(items) * (place + 1) // parts - len(ordered) - len(part))
        ordered += [*part, *cheap[:missing]]
        del cheap[:missing]
    return ordered + cheap


def _together(path: Sequence[str]) -> tuple[str, ...]:
    """Tests in the browser share pages by folder, the others what they start by file."""
    return tuple(path[:2] if path[0] == "browser" else path)


def _seconds(path: Sequence[str]) -> float:
    return SECONDS.get(path[0], 0.0)
