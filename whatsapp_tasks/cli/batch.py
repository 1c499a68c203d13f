"""``whatsapp-tasks batch``: a CSV file of messages, submitted once however often the command is run."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.cli.batch_file import Result, ResultFile, Row, read_rows, refusal
from whatsapp_tasks.cli.batch_uploads import FileUploads
from whatsapp_tasks.client import Batch, BatchItem, Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import RequestRefused

AT_ONCE = 200
BYTES_AT_ONCE = 256 * 1024
"""Half of the API's default limit (WHATSAPP_MAX_BODY_BYTES), because the real limit is not known here."""
LINES_PRINTED = 20
"""Lines that are printed; the results file has all of them."""
LOOK_AGAIN_SECONDS = 2.0


def add_batch(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the command to ``cli``."""

    @cli.command()
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option(
        "--name", default=None, help="Name of the campaign, part of each key. Default: the file's name."
    )
    @click.option(
        "--results", type=click.Path(path_type=Path), default=None, help="Default: FILE.results.csv."
    )
    @click.option("--follow", is_flag=True, help="Wait until every message is settled.")
    @click.option(
        "--cancel", "cancels", is_flag=True, help="Cancel the messages of earlier runs that are still queued."
    )
    @with_client(load)
    def batch(
        client: Client, *, file: Path, name: str | None, results: Path | None, follow: bool, cancels: bool
    ) -> None:
        """Send the messages of a CSV file.

        Columns: phone, message, and optionally account, idempotency_key, send_at, expires_at, priority,
        metadata, reply_to, reply_policy; for files file_path or file_url, file_as and file_name; for
        templates template, template_language and a column variables.NAME for each variable. Each file is
        uploaded once. Run it again after an interruption: it continues and sends nothing twice.
        """
        kept = ResultFile(results or file.with_name(file.name + ".results.csv"))
        if cancels:
            _cancel(client, kept)
            return
        rows = read_rows(file, file.stem if name is None else name)
        kept.add(rows.others)
        refused = _report(rows.others) + _hand_in(console, client, rows.messages, kept)
        if follow:
            _follow(console, client, kept)
        if refused:
            click.echo(f"{refused} were refused; see {kept.path}. Correct them and run this again.")
            sys.exit(1)


def _report(results: Sequence[Result]) -> int:
    """Prints which rows are not sent, and why; returns the number of refused rows."""
    not_sent = [result for result in results if not result.done]
    for result in not_sent[:LINES_PRINTED]:
        click.echo(f"line {result.line}: {result.problem}", err=True)
    if len(not_sent) > LINES_PRINTED:
        click.echo(f"… and {len(not_sent) - LINES_PRINTED} more lines", err=True)
    return sum(result.outcome == "refused" for result in not_sent)


def _hand_in(console: Console, client: Client, rows: Sequence[Row], kept: ResultFile) -> int:
    """Submits the rows that are not done yet; returns the number of refused rows."""
    known = kept.read()
    todo = [row for row in rows if row.key not in known or not known[row.key].done]
    counts = Counter(done=len(rows) - len(todo))
    not_sent: list[Result] = []
    uploads = FileUploads(client)
    with _progress(console) as progress:
        bar = progress.add_task("handed in", total=len(rows), completed=counts["done"])
        for some in portions(todo):
            ready, results = uploads.ready(some)
            results += hand_in(client, ready) if ready else []
            kept.add(results)
            counts.update(result.outcome for result in results)
            not_sent += [result for result in results if not result.done]
            progress.advance(bar, len(some))
    words = {"done": "by an earlier run", "duplicate": "accepted before"}
    click.echo(", ".join(f"{n} {words.get(what, what)}" for what, n in counts.items() if n) or "no rows")
    return _report(not_sent)


def portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in batches that fit the API's default limit of bytes; a batch has at least one row."""
    some: list[Row] = []
    filled = 0
    for row in rows:
        size = len(json.dumps(row.fields, ensure_ascii=False).encode())
        if some and (len(some) == AT_ONCE or filled + size > BYTES_AT_ONCE):
            yield some
            some, filled = [], 0
        some.append(row)
        filled += size
    if some:
        yield some


def hand_in(client: Client, rows: Sequence[Row]) -> list[Result]:
    """Submits one batch, or its halves if the API's limit is lower. If the API refuses a batch because of
    rows with the wrong shape, only these rows are left out.
    """
    try:
        batch = client.send_batch(row.fields for row in rows)
    except RequestRefused as error:
        if error.http_status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            if len(rows) == 1:
                return [refusal(rows[0].key, rows[0].line, error.code, str(error))]
            half = len(rows) // 2
            return hand_in(client, rows[:half]) + hand_in(client, rows[half:])
        wrong = _wrong_items(error)
        if not wrong:
            raise
        refused = [refusal(rows[i].key, rows[i].line, error.code, problem) for i, problem in wrong.items()]
        good = [row for index, row in enumerate(rows) if index not in wrong]
        return refused + (hand_in(client, good) if good else [])
    return [_result(row, batch, item) for row, item in zip(rows, batch["items"], strict=True)]


def _wrong_items(error: RequestRefused) -> dict[int, str]:
    """The rows named in the refusal (``messages.7.send_at``), with the problem of each."""
    found: dict[int, str] = {}
    for problem in error.errors:
        path = problem["field"].split(".")
        if error.code == "request_invalid" and path[0] == "messages" and path[1:2]:
            found.setdefault(int(path[1]), f"{'.'.join(path[2:])} {problem['message']}")
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
    click.echo(f"{cancelled} messages were cancelled")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
