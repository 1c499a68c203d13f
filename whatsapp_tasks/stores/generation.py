"""The worker's own file with the highest counts of writes seen: a Redis with lower ones has lost writes.

In ``wa:{account}:generation`` Redis counts the writes that must not be lost: intents, claims, states, pauses.
Other processes and this worker itself write some of them without a look at this file, and so might fill up
what was lost before anybody compares. Therefore intents are also counted by themselves
(``wa:{account}:intents``): only by the script that compares both counts first. A lost intent is always
noticed.
"""

import os
from pathlib import Path
from typing import NamedTuple

_WIDTH = 20


class Counted(NamedTuple):
    """What Redis counts of one account: all writes that must not be lost, and intents among them."""

    writes: int
    intents: int = 0

    def lacks(self, other: "Counted") -> bool:
        """Whether it is behind ``other`` in any count."""
        return self.writes < other.writes or self.intents < other.intents


class Generation:
    """The highest counts seen. They survive a killed worker: one small write into the file, without fsync."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self.seen = _read(file)

    def remember(self, counted: Counted) -> bool:
        """Stores the counts and returns True; returns False, changing nothing, if one is lower than one
        seen.
        """
        if counted.lacks(self.seen):
            return False
        if counted != self.seen:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(descriptor, "".join(f"{number:0{_WIDTH}d}" for number in counted).encode(), 0)
            finally:
                os.close(descriptor)
            self.seen = counted
        return True


def _read(file: Path) -> Counted:
    """Files of earlier versions have the first count alone."""
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return Counted(0)
    return Counted(int(text[:_WIDTH] or 0), int(text[_WIDTH : 2 * _WIDTH] or 0))
