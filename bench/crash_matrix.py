"""Every crash point, everything killed there, every era: ``python -m bench.crash_matrix``.

Each cell is one message of its own (``tests/support/crash.py``) and says what became of it.
"""

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import track

from tests.support.crash import KILLS, Outcome, crash_at
from tests.support.stack import Stack
from whatsapp_tasks.crash_points import POINTS, WITH_FILE

WORKER_POINTS = [point for point in POINTS if not point.endswith("_accept") and point not in WITH_FILE]
WEB_POINTS = [point for point in POINTS if point.endswith("_accept")]


@click.command()
@click.option("--era", "eras", multiple=True, default=("E2", "E3"), show_default=True)
@click.option("--rounds", default=1, show_default=True)
def main(eras: tuple[str, ...], rounds: int) -> None:
    """Ends with one line of counts; exit code 1 when a message was lost, doubled or reported wrongly."""
    console = Console(width=140)
    bad = 0
    for era in eras:
        outcomes = _era(era, rounds, console)
        _print(era, outcomes, console)
        lost = sum(o.status not in ("sent", "delivered", "read", "failed", "unknown") for o in outcomes)
        doubled = sum(o.received > 1 for o in outcomes)
        lying = sum((o.status in ("sent", "delivered", "read")) != bool(o.received) for o in outcomes)
        unknown = sum(o.status == "unknown" for o in outcomes)
        lying -= sum(o.status == "unknown" and o.received > 0 for o in outcomes)
        console.print(f"{era}: lost: {lost} doubled: {doubled} lying: {lying} unknown: {unknown}")
        bad += lost + doubled + lying
    sys.exit(int(bool(bad)))


def _era(era: str, rounds: int, console: Console) -> list[Outcome]:
    cells = [(point, killed) for _ in range(rounds) for point in WORKER_POINTS for killed in KILLS]
    cells += [(point, "web") for _ in range(rounds) for point in WEB_POINTS]
    outcomes = []
    with TemporaryDirectory(prefix="crash-matrix-") as folder:
        stack = Stack(
            Path(folder) / "stack",
            era=era,
            environment={"WHATSAPP_CAP_POLICY": "off", "WHATSAPP_CIRCUIT_FAILURES": "1000"},
        )
        try:
            stack.start("worker", "web")
            stack.link(flushed=True)
            for point, killed in track(cells, description=era, console=console):
                outcomes.append(crash_at(stack, point, killed, seconds=180))
                if not stack.running("worker"):
                    stack.run("worker")
        finally:
            stack.stop()
    return outcomes


def _print(era: str, outcomes: list[Outcome], console: Console) -> None:
    """A Markdown table: a row per point, a column per kind of death; status and seconds to it."""
    kinds = list(dict.fromkeys(outcome.killed for outcome in outcomes))
    console.print(f"| {era} | " + " | ".join(kinds) + " |", soft_wrap=True)
    console.print("|---" * (len(kinds) + 1) + "|", soft_wrap=True)
    for point in POINTS:
        row = []
        for kind in kinds:
            cell = [o for o in outcomes if (o.point, o.killed) == (point, kind)]
            counts = Counter("sent" if o.status in ("delivered", "read") else o.status for o in cell)
            text = ", ".join(
                f"{status} {number}×" if number > 1 else status for status, number in counts.items()
            )
            wrong = [o for o in cell if o.received != 1]
            seconds = f" {max(o.seconds for o in cell):.0f} s" if cell else ""
            row.append((text or "–") + seconds + (f" **received {wrong[0].received}×**" if wrong else ""))
        console.print(f"| `{point}` | " + " | ".join(row) + " |", soft_wrap=True)


if __name__ == "__main__":
    main()
