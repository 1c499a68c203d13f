"""What a file costs beside its upload, and the worker's memory meanwhile.

    python -m bench.files [--rate 4096] [--number 5] [--large 60]

A worker's process sends files of each size to a simulated page that takes so many KiB per second and nothing
else for an upload. A file's own seconds are those from the moment a worker took the message to the server's
tick; the ratio is that to its size by the rate. The memory is the worker's own process, without its browser,
read every few milliseconds while one large file goes through; the highest less what it had after the small
ones. Ends with exit code 1 when a file was not received once and byte for byte, or that memory grew by more
than 16 MB.
"""

import argparse
import hashlib
import statistics
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.support.files import DOCUMENT, MIB, PDF, Sample
from tests.support.stack import Stack
from tests.support.uploads import send_file
from whatsapp_tasks.stores.metrics import Histogram, Metrics

PHONES = [f"+4915112345{number:03d}" for number in range(10)]
SECONDS = 300.0
LOOK_SECONDS = 0.005
GROWS_AT_MOST = 16 * MIB
SMALL, MIDDLE = 64 * 1024, MIB
PHASES = ("open_chat", "type", "verify", "upload", "ack")
QUICK = {"upload_ms": 0, "preview_ms": 0, "sent_ms": 0}
"""The page needs no time for a file but its upload."""


@dataclass(frozen=True)
class Row:
    """Seconds per file of one size, by phase, and those of its upload alone."""

    size: int
    phases: dict[str, float]
    alone: float

    @property
    def seconds(self) -> float:
        return sum(self.phases.values())


class Peak:
    """The most that a process holds within the block: resident and not shared, in bytes."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.before = self.highest = private_bytes(process)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self.highest = max(self.highest, private_bytes(self._process))


def private_bytes(process: psutil.Process) -> int:
    """Not the pages of files that are mapped or shared."""
    memory = process.memory_info()
    return int(memory.rss - memory.shared)


def sample(size: int, number: int) -> Sample:
    """Another content each time: the store keeps equal ones once."""
    content = (PDF + str(number).encode()).ljust(size, b"\0")
    return Sample(f"report-{number}.pdf", content, DOCUMENT, "application/pdf", f"number {number}")


def sent(stack: Stack, number: int, size: int) -> Sample:
    """One file on its way to the server's tick."""
    file = sample(size, number)
    phone = PHONES[number % len(PHONES)]
    message_id = send_file(stack.database, stack.settings, phone, file)
    status = stack.await_status(message_id, "sent", "delivered", "read", "failed", "unknown", seconds=SECONDS)
    assert status not in ("failed", "unknown"), stack.dispatcher.get(message_id).error_code
    return file


def row(stack: Stack, numbers: range, size: int, rate: int, files: list[Sample]) -> Row:
    """The median of each phase over these files."""
    metrics = Metrics(stack.database, "default")
    spent: dict[str, list[float]] = {phase: [] for phase in PHASES}
    for number in numbers:
        before = totals(metrics.read().phases)
        files.append(sent(stack, number, size))
        time.sleep(0.5)  # phases are written after the status
        after = totals(metrics.read().phases)
        for phase, seconds in spent.items():
            seconds.append(after.get(phase, 0.0) - before.get(phase, 0.0))
    medians = {phase: statistics.median(seconds) for phase, seconds in spent.items()}
    return Row(size, medians, size / 1024 / rate)


def totals(phases: dict[str, Histogram]) -> dict[str, float]:
    return {phase: histogram.total_seconds for phase, histogram in phases.items()}


def received_otherwise(stack: Stack, files: list[Sample]) -> int:
    """How many files did not come once, as they are."""
    received = [
        (attachment["name"], attachment["sha256"])
        for message in stack.simulator.messages()
        for attachment in message.attachments
    ]
    wanted = [(file.name, hashlib.sha256(file.content).hexdigest()) for file in files]
    return sum(received.count(each) != 1 for each in wanted) + len(received) - len(wanted)


def line(*cells: object) -> None:
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def table(stack: Stack, number: int, rate: int, files: list[Sample]) -> None:
    line("size", *(f"{phase} s" for phase in PHASES), "all s", "upload alone s", "ratio")
    line(*["---"] * (len(PHASES) + 4))
    for place, size in enumerate((SMALL, MIDDLE, 16 * MIB), 1):
        found = row(stack, range(place * 100, place * 100 + number), size, rate, files)
        parts = [f"{found.phases[phase]:.2f}" for phase in PHASES]
        ratio = found.seconds / found.alone
        line(f"{size // 1024:,} KiB", *parts, f"{found.seconds:.2f}", f"{found.alone:.2f}", f"{ratio:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="What a file costs beside its upload.")
    parser.add_argument("--rate", type=int, default=4096, help="KiB per second that the page uploads")
    parser.add_argument("--number", type=int, default=5, help="files per size")
    parser.add_argument("--large", type=int, default=60, help="MiB of the file that the memory is read at")
    parser.add_argument("--era", default="E3", choices=["E1", "E2", "E3"])
    asked = parser.parse_args()
    files: list[Sample] = []
    with TemporaryDirectory(prefix="files-") as folder:
        stack = Stack(Path(folder) / "stack", era=asked.era)
        try:
            stack.start("worker")
            stack.link(flushed=True)
            stack.simulator.set(**QUICK, upload_kb_per_s=asked.rate)
            for number in range(len(PHONES)):
                files.append(sent(stack, number, SMALL))  # every chat is known from here on
            table(stack, asked.number, asked.rate, files)
            stack.simulator.set(upload_kb_per_s=max(asked.rate, 16 * 1024))
            with Peak(stack.process("worker")) as peak:
                files.append(sent(stack, 900, asked.large * MIB))
            otherwise = received_otherwise(stack, files)
        finally:
            stack.stop()
    grown = peak.highest - peak.before
    print(
        f"{len(files)} files, {otherwise} not received once as they are; the worker's own memory with "
        f"{asked.large} MiB: {peak.before / MIB:.1f} MB before, {peak.highest / MIB:.1f} MB at most, "
        f"{grown / MIB:+.1f} MB"
    )
    sys.exit(int(otherwise > 0 or grown > GROWS_AT_MOST))


if __name__ == "__main__":
    main()
