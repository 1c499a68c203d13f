"""Counters and histograms in Redis, in one hash, so that they are correct across processes and restarts.

Fields are ``name:label=value,label=value`` for counters, and for histograms one counter per bucket, a sum and
a count. The scripts of ledger and sessions write ``messages:status=…`` and ``transitions:to=…`` themselves.
"""

import logging
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

log = logging.getLogger(__name__)


class Phase(StrEnum):
    """The phases of sending a message; each is a histogram of seconds."""

    QUEUE = "queue"  # from acceptance, or the time it was scheduled for, until a worker claimed it
    OPEN_CHAT = "open_chat"
    TYPE = "type"
    VERIFY = "verify"  # from Enter until the bubble shows
    UPLOAD = "upload"  # of a message with a file: from the bubble until its file is uploaded
    ACK = "ack"  # from then until the server's tick


BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 86400.0)
"""Upper bounds in seconds. The range is wide, because a message may be queued for a day."""


@dataclass(frozen=True)
class Histogram:
    """``counts`` has one number per bucket; the last one is for values above all bounds."""

    counts: tuple[int, ...]
    total_seconds: float

    def cumulative(self) -> list[tuple[str, int]]:
        """Bounds and cumulative counts, as in Prometheus, up to ``+Inf``."""
        bounds = [f"{bound:g}" if bound % 1 else f"{bound:.1f}" for bound in BUCKETS] + ["+Inf"]
        running, pairs = 0, []
        for bound, count in zip(bounds, self.counts, strict=True):
            running += count
            pairs.append((bound, running))
        return pairs


@dataclass
class Readings:
    """All counters and histograms: by name, then by labels."""

    counters: dict[str, dict[tuple[tuple[str, str], ...], int]] = field(default_factory=dict)
    phases: dict[str, Histogram] = field(default_factory=dict)

    def by(self, name: str, label: str) -> dict[str, int]:
        """A counter with one label, by the label's values."""
        return {dict(labels).get(label, ""): n for labels, n in self.counters.get(name, {}).items()}


class Metrics:
    """The metrics of an account; of an endpoint with ``of_webhook``; of the worker with
    ``of_webhooks_worker``.
    """

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._key = keys.AccountKeys(account).metrics

    @classmethod
    def of_webhook(cls, database: Database, endpoint: str) -> "Metrics":
        metrics = cls(database, "")
        metrics._key = keys.WebhookKeys(endpoint).metrics
        return metrics

    @classmethod
    def of_webhooks_worker(cls, database: Database) -> "Metrics":
        metrics = cls(database, "")
        metrics._key = keys.WEBHOOK_WORKER_METRICS
        return metrics

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        """``count("browser_starts", cause="crash")``. One round trip. Labels: a few known words, never a
        phone, a text or an id.
        """
        self._db.do("HINCRBY", self._key, _field_name(name, labels), amount)

    def observe_phase(self, phase: Phase, seconds: float) -> None:
        """One duration; one round trip."""
        self.observe_phases({phase: seconds})

    def observe_phases(
        self, seconds: Mapping[Phase, float], counts: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        """Several durations of one message in one round trip; ``counts``: amounts by field of a counter."""
        commands: list[tuple[str | int | float, ...]] = [
            ("HINCRBY", self._key, field_name, amount) for field_name, amount in counts.items()
        ]
        for phase, duration in seconds.items():
            bucket = bisect_left(BUCKETS, duration)
            bound = f"{BUCKETS[bucket]:g}" if bucket < len(BUCKETS) else "inf"
            commands += [
                ("HINCRBY", self._key, f"phase_bucket:phase={phase},le={bound}", 1),
                ("HINCRBYFLOAT", self._key, f"phase_seconds:phase={phase}", round(duration, 6)),
            ]
        if commands:
            self._db.together(*commands)

    def read(self) -> Readings:
        """All metrics, in one round trip."""
        return parse(self._db.record(self._key))


class PhaseTimes:
    """The phases of the current message: ``begin``, then ``lap`` at each phase's end, then ``write`` once."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self._metrics = metrics
        self._clock = clock
        self._since = clock()
        self._seconds: dict[Phase, float] = {}
        self._counts: dict[str, int] = {}

    def begin(self, waited_seconds: float | None = None) -> None:
        """A message was claimed, after waiting that long."""
        self._since = self._clock()
        self._seconds = {} if waited_seconds is None else {Phase.QUEUE: max(0.0, waited_seconds)}
        self._counts = {}

    def lap(self, phase: Phase) -> None:
        """``phase`` ends now, and the next one begins."""
        now = self._clock()
        self._seconds[phase] = now - self._since
        self._since = now

    def count(self, name: str, amount: int, **labels: str) -> None:
        """As ``Metrics.count``, in the round trip of ``write``."""
        self._counts[_field_name(name, labels)] = amount

    def write(self) -> None:
        """One round trip. Never fails, because metrics must not affect messages."""
        (seconds, self._seconds), (counts, self._counts) = (self._seconds, {}), (self._counts, {})
        try:
            self._metrics.observe_phases(seconds, counts)
        except StoreUnavailable as error:
            log.warning("Durations were not recorded: Redis is unavailable", extra={"detail": str(error)})


def parse(record: Mapping[str, str]) -> Readings:
    """Parses a hash of metrics; fields in another format, written by a newer version, are skipped."""
    readings = Readings()
    buckets: dict[str, dict[str, int]] = {}
    sums: dict[str, float] = {}
    for text, value in record.items():
        name, _, label_text = text.partition(":")
        pairs = tuple(tuple(part.split("=", 1)) for part in label_text.split(",") if part)
        if any(len(pair) != 2 for pair in pairs):
            continue
        labels = {pair[0]: pair[1] for pair in pairs}
        if name == "phase_bucket" and {"phase", "le"} <= set(labels):
            buckets.setdefault(labels["phase"], {})[labels["le"]] = int(value)
        elif name == "phase_seconds" and "phase" in labels:
            sums[labels["phase"]] = float(value)
        elif value.lstrip("-").isdigit():
            readings.counters.setdefault(name, {})[tuple(sorted(labels.items()))] = int(value)
    for phase, counted in buckets.items():
        bounds = [f"{bound:g}" for bound in BUCKETS] + ["inf"]
        readings.phases[phase] = Histogram(
            tuple(counted.get(bound, 0) for bound in bounds), sums.get(phase, 0.0)
        )
    return readings


def _field_name(name: str, labels: Mapping[str, str]) -> str:
    if any(mark in part for part in (name, *labels, *labels.values()) for mark in ":,="):
        raise ValueError(
            f"A metric's name and labels must not contain ':', ',' or '=': {name} {dict(labels)}"
        )
    return f"{name}:{','.join(f'{label}={value}' for label, value in sorted(labels.items()))}"
