"""The memory of a process tree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_MB_PER_KB = 1 / 1024
_FIELD = re.compile(r"^(\w+):\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TreeMemory:
    """Memory of several processes together, in MB of 1024 × 1024 bytes."""

    pss_mb: float
    """Pages shared by n processes count 1/n in each. Without `exact` the sum of RSS, which counts shared
    pages many times (957 against 396 on a light page): too much to compare with a limit."""
    anon_mb: float
    """Unreclaimable memory, which decides whether a container is killed."""
    processes: int
    exact: bool
    """Whether the kernel reported PSS for every process (`smaps_rollup`)."""


def measure(pids: Iterable[int]) -> TreeMemory:
    """The memory of these processes; processes that have ended count as zero."""
    pss = anon = 0.0
    processes = 0
    exact = True
    for pid in pids:
        folder = Path("/proc", str(pid))
        try:
            rollup = _kilobytes(folder / "smaps_rollup")
        except PermissionError:  # a sandboxed process of an unprivileged user: no PSS, but RSS
            rollup = {}
        except OSError:
            continue
        if "Pss" not in rollup:
            try:
                status = _kilobytes(folder / "status")
            except OSError:
                continue
            if "VmRSS" not in status:  # a zombie
                continue
            exact = False
            rollup = {"Pss": status["VmRSS"], "Anonymous": status.get("RssAnon", status["VmRSS"])}
        pss += rollup["Pss"]
        anon += rollup.get("Pss_Anon", rollup.get("Anonymous", rollup["Pss"]))
        processes += 1
    return TreeMemory(pss * _MB_PER_KB, anon * _MB_PER_KB, processes, exact)


def _kilobytes(file: Path) -> dict[str, int]:
    return {name: int(number) for name, number in _FIELD.findall(file.read_text())}
