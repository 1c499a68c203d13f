"""``whatsapp-tasks batch``: a CSV file of messages, handed in once however often the command is run."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.cli.batch_file import Result, ResultFile, Row, read_rows
from whatsapp_tasks.client import Batch, BatchItem, Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import RequestRefused

AT_ONCE = 200
LOOK_AGAIN_SECONDS = 2.0


def add_batch(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the command to ``cli``."""

    @cli.command()
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--name", default=None, help="Of the campaign, part of each key; else the file's name.")
    @click.option("--results", type=click.Path(path_type=Path), default=None, help="Else FILE.results.csv.")
    @click.option("--follow", is_flag=True, help="Stay until every message is settled.")
    @click.option("--cancel", "cancels", is_flag=True, help="Withdraw what is still queued of earlier runs.")
    @with_client(load)
    def batch(
        client: Client, *, file: Path, name: str | None, results: Path | None, follow: bool, cancels: bool
    ) -> None:
        """Send the messages of a CSV file.

        Its columns: phone, message, and if you like account, idempotency_key, send_at, expires_at, priority,
        metadata. Run it again after an interruption: it goes on where it was, and sends nothing twice.
        """
        rows = read_rows(file, file.stem if name is None else name)
        kept = ResultFile(results or file.with_name(file.name + ".results.csv"))
        if cancels:
            _cancel(client, kept)
            return
        refused = _hand_in(console, client, rows, kept)
        if follow:
            _follow(console, client, kept)
        if refused:
            console.print(f"{refused} were refused; {kept.path} says why. Correct them and run this again.")
            sys.exit(1)


def _hand_in(console: Console, client: Client, rows: Sequence[Row], kept: ResultFile) -> int:
    """Hands in what is not done yet; returns how many were refused."""
    known = kept.read()
    todo = iter([row for row in rows if row.key not in known or not known[row.key].done])
    counts = Counter(done=sum(row.key in known and known[row.key].done for row in rows))
    with _progress(console) as progress:
        bar = progress.add_task("handed in", total=len(rows), completed=counts["done"])
        while some := list(islice(todo, AT_ONCE)):
            results = hand_in(client, some)
            kept.add(results)
            counts.update(result.outcome for result in results)
            progress.advance(bar, len(some))
    words = {"done": "by an earlier run", "duplicate": "accepted before"}
    console.print(", ".join(f"{n} {words.get(what, what)}" for what, n in counts.items() if n) or "no rows")
    return counts["refused"]


def hand_in(client: Client, rows: Sequence[Row]) -> list[Result]:
    """One batch. A row of the wrong shape, for which the API refuses the whole, is left out by itself."""
    wrong: dict[int, str] = {}
    while True:
        good = [index for index in range(len(rows)) if index not in wrong]
        refused = [
            Result(rows[i].key, str(rows[i].line), "refused", "", "", "request_invalid", problem)
            for i, problem in wrong.items()
        ]
        if not good:
            return refused
        try:
            batch = client.send_batch(rows[index].fields for index in good)
        except RequestRefused as error:
            found = _wrong_items(error, good)
            if not found:
                raise
            wrong |= found
        else:
            return refused + [
                _result(rows[index], batch, item) for index, item in zip(good, batch["items"], strict=True)
            ]


def _wrong_items(error: RequestRefused, good: Sequence[int]) -> dict[int, str]:
    """Which rows the refusal names (``messages.7.send_at``), and what it says of them."""
    found: dict[int, str] = {}
    for problem in error.errors:
        place = problem["field"].split(".")
        if error.code == "request_invalid" and place[0] == "messages" and place[1:2]:
            index = good[int(place[1])]
            found.setdefault(index, f"{'.'.join(place[2:])} {problem['message']}")
    return found


def _result(row: Row, batch: Batch, item: BatchItem) -> Result:
    problem = item["problem"] or {}
    return Result(
        row.key,
        str(row.line),
        item["outcome"],
        item["id"] or "",
        batch["id"],
        str(problem.get("code", "")),
        str(problem.get("detail", "")),
    )


def _follow(console: Console, client: Client, kept: ResultFile) -> None:
    """Shows how many are settled, until all are."""
    open_batches = list(dict.fromkeys(r.batch for r in kept.read().values() if r.done and r.batch))
    settled: Counter[str] = Counter()
    total = sum(result.done for result in kept.read().values())
    with _progress(console) as progress:
        bar = progress.add_task("settled", total=total)
        while open_batches:
            now: Counter[str] = Counter()
            for batch_id in list(open_batches):
                batch = client.batch(batch_id)
                if batch["progress"] >= 1:
                    open_batches.remove(batch_id)
                    settled.update(batch["by_status"])
                else:
                    now.update(batch["by_status"])
            so_far = settled + now
            waiting = so_far["queued"] + so_far["sending"]
            progress.update(bar, completed=sum(so_far.values()) - waiting, description=_words(so_far))
            if open_batches:
                time.sleep(LOOK_AGAIN_SECONDS)


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "settled"


def _cancel(client: Client, kept: ResultFile) -> None:
    batches = dict.fromkeys(result.batch for result in kept.read().values() if result.batch)
    cancelled = sum(client.cancel_batch(batch_id)["cancelled_now"] for batch_id in batches)
    click.echo(f"{cancelled} messages were withdrawn")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
