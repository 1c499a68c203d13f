"""A long run of one worker with a page that leaks: memory over time, as a table on stdout and as an SVG.

    python -m bench.soak --messages 1000 --leak-mb 2 --plot docs/soak.svg

All processes are real but WhatsApp itself; nothing leaves this machine. Exit code 0 when every message was
received exactly once and the memory stayed below the limit plus what one message adds.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.stack import Stack
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.statuses import AT_WHATSAPP, Status
from whatsapp_tasks.stores.sessions import Sessions

PHONES = [f"+49151123450{number:02d}" for number in range(20)]
AHEAD = 5
"""Messages kept on the queue: the worker is never idle, and Redis holds no pile."""
SLACK_MB = 40.0
"""What a healthy page needs for a moment while it opens a chat and sends; measured without a leak."""


@dataclass(frozen=True)
class Sample:
    """The heartbeat's data, ``seconds`` after the beginning."""

    seconds: float
    sent: int
    pss_mb: float
    anon_mb: float


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--leak-mb", type=int, default=2, help="what the page keeps of each message")
    parser.add_argument("--limit-mb", type=int, default=400)
    parser.add_argument("--plot", type=Path, default=Path("docs/soak.svg"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(
            Path(folder) / "stack",
            environment={
                "WHATSAPP_MEMORY_LIMIT_MB": str(arguments.limit_mb),
                "WHATSAPP_HEARTBEAT_SECONDS": "0.5",
            },
        )
        try:
            stack.start("worker")
            stack.link(flushed=True)
            stack.simulator.scenario("leak", megabytes=arguments.leak_mb)
            samples, wrong, seconds = _run(stack, arguments.messages)
            cures = Sessions(stack.database, "default").cures()
        finally:
            stack.stop()
    highest = max(sample.anon_mb for sample in samples)
    bound = arguments.limit_mb + arguments.leak_mb + SLACK_MB
    title = (
        f"{arguments.messages} messages, {arguments.leak_mb} MB leaked by each, "
        f"limit {arguments.limit_mb} MB, {cures.get('start_memory', 0)} restarts"
    )
    arguments.plot.write_text(_svg(samples, arguments.limit_mb, title), "utf-8")
    print(title)
    print(f"took                 {seconds:.0f} s, {seconds / arguments.messages:.2f} s per message")
    print(f"lost or doubled      {wrong}")
    print(f"unreclaimable        highest {highest:.0f} MB, bound {bound:.0f} MB")
    print(f"PSS with file pages  highest {max(sample.pss_mb for sample in samples):.0f} MB")
    print(f"browser              {cures}")
    return 0 if wrong == 0 and highest <= bound else 1


def _run(stack: Stack, messages: int) -> tuple[list[Sample], int, float]:
    """Samples, messages that were not received exactly once, and how long it took."""
    sessions = Sessions(stack.database, "default")
    dispatcher = stack.dispatcher
    samples: list[Sample] = []
    waiting: list[str] = []
    began, done, handed, last = time.monotonic(), 0, 0, 0
    while done < messages:
        while len(waiting) < AHEAD and handed < messages:
            phone = PHONES[handed % len(PHONES)]
            waiting.append(
                dispatcher.send(MessageRequest(phone, f"soak {handed}", idempotency_key=f"soak-{handed}")).id
            )
            handed += 1
        status = dispatcher.get(waiting[0]).status
        if status in AT_WHATSAPP:
            waiting.pop(0)
            done += 1
        elif status not in (Status.QUEUED, Status.SENDING):
            raise SystemExit(f"a message ended as {status}")
        heartbeat = sessions.heartbeat()
        if heartbeat and heartbeat["memory"]:
            memory = heartbeat["memory"]
            at = heartbeat["at_ms"]
            if at != last:
                samples.append(Sample(time.monotonic() - began, done, memory["pss_mb"], memory["anon_mb"]))
                last = at
        time.sleep(0.02)
    seconds = time.monotonic() - began
    received = [message.text for message in stack.simulator.messages()]
    wrong = sum(received.count(f"soak {number}") != 1 for number in range(messages))
    return samples, wrong + len(received) - messages, seconds


def _svg(samples: list[Sample], limit_mb: float, title: str) -> str:
    """Two lines over time: PSS and what of it the kernel cannot take back; the limit, dashed."""
    width, height, left, right, bottom, top = 880, 360, 56, 36, 44, 34
    longest = max(sample.seconds for sample in samples)
    highest = max(limit_mb, *(sample.pss_mb for sample in samples)) * 1.08

    def x(seconds: float) -> float:
        return left + (width - left - right) * seconds / longest

    def y(megabytes: float) -> float:
        return height - bottom - (height - bottom - top) * megabytes / highest

    def line(name: str, colour: str) -> str:
        points = " ".join(f"{x(s.seconds):.1f},{y(getattr(s, name)):.1f}" for s in samples)
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.2"/>'

    marks = [
        f'<line x1="{left}" x2="{width - right}" y1="{y(mb):.1f}" y2="{y(mb):.1f}" stroke="#8884"/>'
        f'<text x="{left - 6}" y="{y(mb) + 4:.1f}" text-anchor="end">{mb}</text>'
        for mb in range(0, int(highest), 100)
    ]
    for part in range(6):
        seconds = longest * part / 5
        sent = min((s for s in samples), key=lambda s: abs(s.seconds - seconds)).sent
        marks.append(
            f'<text x="{x(seconds):.1f}" y="{height - bottom + 16}" text-anchor="middle">'
            f"{seconds:.0f} s</text>"
            f'<text x="{x(seconds):.1f}" y="{height - bottom + 30}" text-anchor="middle">{sent} sent</text>'
        )
    legend = (
        f'<text x="{left}" y="18" font-weight="bold">{title}</text>'
        f'<text x="{left + 8}" y="{top + 12}" fill="#2a7ae2">MB, PSS with file pages</text>'
        f'<text x="{left + 190}" y="{top + 12}" fill="#d2452d">MB, unreclaimable: what is compared</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        + "".join(marks)
        + line("pss_mb", "#2a7ae2")
        + line("anon_mb", "#d2452d")
        + f'<line x1="{left}" x2="{width - right}" y1="{y(limit_mb):.1f}" y2="{y(limit_mb):.1f}" '
        'stroke="#000" stroke-dasharray="5 4"/>' + legend + "</svg>\n"
    )


if __name__ == "__main__":
    sys.exit(main())
