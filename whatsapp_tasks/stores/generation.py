"""How far Redis has come, in a file of the worker's own: a Redis that is behind it has lost writes.

Redis counts in ``wa:{account}:generation`` what must not be forgotten: intents, claims, states, pauses.
"""

import os
from pathlib import Path

_WIDTH = 20


class Generation:
    """The highest number seen, durable for a killed worker: one small write in place, without fsync."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self.seen = _read(file)

    def remember(self, number: int) -> bool:
        """True, and durable, unless the number is lower than what was seen: then nothing changes."""
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
