"""What the simulation is given from outside: time, timers and chance."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Protocol


class Timer(Protocol):
    def cancel(self) -> None: ...


@dataclass(frozen=True)
class Environment:
    later: Callable[[float, Callable[[], None]], Timer]
    """`later(seconds, callback)` starts a timer."""
    clock: Callable[[], float] = time.time
    """Unix seconds."""
    random: Random = field(default_factory=SystemRandom)
