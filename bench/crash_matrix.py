"""Every crash point, everything killed there, every era: ``python -m bench.crash_matrix``.

Each cell is one message of its own (``tests/support/crash.py``) and says what became of it.
"""

import sys
from collections import Counter
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import track

from tests.support.crash import CONTENTS, KILLS, Outcome, crash_at
from tests.support.stack import Stack
from whatsapp_tasks.crash_points import OF_REPLY, POINTS, WITH_FILE

WORKER_POINTS = [
    point for point in POINTS if not point.endswith("_accept") and point not in (*WITH_FILE, *OF_REPLY)
]


def _also(some: tuple[str, ...]) -> list[str]:
    """The points of a message that comes to these as well, in its order."""
    return [point for point in POINTS if point in {*WORKER_POINTS, *some} and point != "before_claim"]


POINTS_OF = {"text": WORKER_POINTS, "reply": _also(OF_REPLY), "group": _also(())}
FILE_WORKER_POINTS = _also(WITH_FILE)
WEB_POINTS = [point for point in POINTS if point.endswith("_accept")]


@click.command()
@click.option("--era", "eras", multiple=True, default=("E2", "E3"), show_default=True)
@click.option("--rounds", default=1, show_default=True)
@click.option(
    "--content",
    "contents",
    multiple=True,
    type=click.Choice(list(CONTENTS)),
    default=("text",),
    show_default=True,
    help="What the messages are; several times for several tables.",
)
def main(eras: tuple[str, ...], rounds: int, contents: tuple[str, ...]) -> None:
    """Ends with one line of counts; exit code 1 when a message was lost, doubled or reported wrongly, or is
    unknown although its chat can tell.
    """
    console = Console(width=140)
    bad = 0
    for era, content in product(eras, contents):
        outcomes = _era(era, rounds, content, console)
        _print(f"{era}, {content}", outcomes, console)
        lost = sum(o.status not in ("sent", "delivered", "read", "failed", "unknown") for o in outcomes)
        doubled = sum(o.received > 1 for o in outcomes)
        lying = sum((o.status in ("sent", "delivered", "read")) != bool(o.received) for o in outcomes)
        unknown = sum(o.status == "unknown" for o in outcomes)
        lying -= sum(o.status == "unknown" and o.received > 0 for o in outcomes)
        unsaid = sum(o.status == "unknown" and not o.may_be_unknown for o in outcomes)
        console.print(
            f"{era}, {content}: lost: {lost} doubled: {doubled} lying: {lying} "
            f"unknown: {unknown}, of these where the chat can tell: {unsaid}"
        )
        bad += lost + doubled + lying + (unsaid if content != "text" else 0)
    sys.exit(int(bool(bad)))


def _era(era: str, rounds: int, content: str, console: Console) -> list[Outcome]:
    points = POINTS_OF.get(content, FILE_WORKER_POINTS)
    cells = [(point, killed) for _ in range(rounds) for point in points for killed in KILLS]
    if content == "text":
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
                outcomes.append(crash_at(stack, point, killed, content=content, seconds=180))
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
    for point in dict.fromkeys(outcome.point for outcome in outcomes):
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
