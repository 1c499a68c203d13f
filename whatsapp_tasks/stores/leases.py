"""The lease: one worker per account, with a fencing number that grows with each holder."""

import json
import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import assert_never

import psutil

from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.clock import steady
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import Acquire, applied, outcome_of

_UNKNOWN_BOOT = "unknown"


@dataclass(frozen=True)
class Holder:
    """The holder of a lease: enough to find the process, and to know whether it is dead."""

    host: str
    boot: str
    pid: int
    started: float

    @classmethod
    def this_process(cls) -> "Holder":
        return cls(socket.gethostname(), _boot_id(), os.getpid(), _started(os.getpid()))

    def certainly_dead(self) -> bool:
        """True only if it was a process of this boot of this host (and its pid namespace), and has ended."""
        if not self.is_here():
            return False
        try:
            gone = psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE
            return gone or abs(_started(self.pid) - self.started) > 1
        except psutil.NoSuchProcess:
            return True

    def is_here(self) -> bool:
        """Whether it runs on this machine, so that it can be checked."""
        boot = _boot_id()
        return boot != _UNKNOWN_BOOT and (self.host, self.boot) == (socket.gethostname(), boot)

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


class Lease:
    """Held from ``acquire`` until ``release``; a daemon thread calls ``renew``.

    ``check`` uses only the local clock, so it also works when Redis is unavailable or this process was
    stopped.
    """

    def __init__(
        self, database: Database, account: str, seconds: float, *, clock: Callable[[], float] = steady
    ) -> None:
        self._db = database
        self._clock = clock
        self._keys = keys.AccountKeys(account)
        self._seconds = seconds
        self._token = secrets.token_hex(8)
        self._valid_until = 0.0
        self._lock = threading.Lock()
        self.fence = 0

    def acquire(self, above: int = 0) -> Holder | None:
        """None if the lease is ours now, else its holder. If the holder is certainly dead, we take over at
        once. Each time the fence is a new one, higher than ``above`` and than our last one.
        """
        holder, token = self._try_acquire("", above)
        if holder is not None and holder.certainly_dead():
            holder, _ = self._try_acquire(token, above)
        return holder

    def _try_acquire(self, dead_token: str, above: int) -> tuple[Holder | None, str]:
        begun = self._clock()
        answer, *facts = self._db.run(
            "lease_acquire",
            {"lease": self._keys.lease, "fence_counter": self._keys.fence},
            {
                "token": self._token,
                "ttl": self._ttl_ms,
                "holder": json.dumps(asdict(Holder.this_process())),
                "dead_token": dead_token,
                "above": max(above, self.fence),  # should Redis have lost our own
            },
        )
        match outcome_of(Acquire, answer):
            case Acquire.HELD:
                return Holder(**json.loads(facts[0])), facts[1]
            case Acquire.ACQUIRED:
                with self._lock:
                    self.fence = int(facts[0])
                    self._valid_until = begun + self._seconds
                return None, ""
            case unknown:
                assert_never(unknown)

    def renew(self) -> bool:
        """True if the lease is still ours, under this fence; if not, ``acquire`` may make it ours again."""
        begun = self._clock()
        ours = self._renew(self._ttl_ms)
        with self._lock:
            self._valid_until = begun + self._seconds if ours else 0.0
        return ours

    def check(self, margin_seconds: float = 0.0) -> None:
        """Raises LeaseLost unless the lease is ours for at least ``margin_seconds`` more."""
        if self.seconds_left() <= margin_seconds:
            raise LeaseLost

    def seconds_left(self) -> float:
        """How long it is certainly ours without another renewal; not positive: not ours. From any thread."""
        with self._lock:
            return self._valid_until - self._clock()

    def release(self) -> None:
        with self._lock:
            self._valid_until = 0.0
        self._renew(0)

    def _renew(self, ttl_ms: int) -> bool:
        """Renews, or releases with 0; returns whether the lease was ours."""
        return applied(
            self._db.run(
                "lease_renew",
                {"lease": self._keys.lease},
                {"token": self._token, "fence": self.fence, "ttl": ttl_ms},
            )
        )

    @property
    def _ttl_ms(self) -> int:
        return int(self._seconds * 1000)


def current_holder(database: Database, account: str) -> Holder | None:
    """The current holder of the account's lease, if any."""
    text = database.text("HGET", keys.AccountKeys(account).lease, "holder")
    return Holder(**json.loads(text)) if text else None


def _boot_id() -> str:
    # The pid namespace is part of it: the same pid means another process in another container.
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return f"{file.read().strip()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return _UNKNOWN_BOOT


def _started(pid: int) -> float:
    """The start time of the process, in seconds of a clock that cannot be set; raises psutil.NoSuchProcess.

    psutil's create_time() is wall clock: after a clock change a living process would look like another one.
    """
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            after_name = file.read().rpartition(")")[2].split()
    except OSError:
        return round(psutil.Process(pid).create_time(), 1)
    return int(after_name[19]) / os.sysconf("SC_CLK_TCK")
