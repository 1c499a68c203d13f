"""The worker's own file with the highest count of writes seen: a Redis with a lower count has lost writes.

In ``wa:{account}:generation`` Redis counts the writes that must not be lost: intents, claims, states, pauses.
"""

import os
from pathlib import Path

_WIDTH = 20


class Generation:
    """The highest number seen. It survives a killed worker: one small write into the file, without fsync."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self.seen = _read(file)

    def remember(self, number: int) -> bool:
        """Stores the number and returns True; returns False, changing nothing, if it is lower than one
        seen.
        """
        if number < self.seen:
            return False
        if number > self.seen:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(descriptor, f"{number:0{_WIDTH}d}".encode(), 0)
            finally:
                os.close(descriptor)
            self.seen = number
        return True


def _read(file: Path) -> int:
    try:
        return int(file.read_bytes()[:_WIDTH] or 0)
    except FileNotFoundError:
        return 0
