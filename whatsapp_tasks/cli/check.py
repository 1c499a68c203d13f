"""``whatsapp-tasks check``: which numbers are on WhatsApp. Nothing is sent to them."""

import csv
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TextIO

import click
from rich.console import Console

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.cli.csv_files import Record, decoded, records
from whatsapp_tasks.client import CheckedNumber, Client, NumberCheck
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.phones import one_form_of, parse_phone
from whatsapp_tasks.errors import RequestRefused, WaitTimeout

PHONE_COLUMN = "phone"
NEW_COLUMNS = ("whatsapp", "reason", "checked_at")
LARGEST_REQUEST = 1000
"""Numbers."""
_WAITING = "waiting"
_CERTAIN = ("registered", "not_registered")


@dataclass(frozen=True)
class _Row:
    """A row of the file; ``phone`` (E.164) is None if it has no valid one."""

    cells: Sequence[str]
    phone: str | None


@dataclass(frozen=True)
class _Table:
    """A file of numbers; ``header`` is None if its first line does not name a column `phone`."""

    header: Sequence[str] | None
    rows: Sequence[_Row]


Answers = Mapping[str, CheckedNumber]
"""By one form of the phone."""


def add_check(cli: click.Group, _console: Console, load: Callable[[], Settings]) -> None:
    """Adds the command to ``cli``."""

    @cli.command()
    @click.argument("phones", nargs=-1)
    @click.option("--csv", "file", type=click.File("rb"), help="Numbers from a CSV file; - is stdin.")
    @click.option(
        "--out", type=click.File("w", encoding="utf-8"), default="-", help="The file for the answers."
    )
    @click.option("--account", default="default", show_default=True, help="The account that looks them up.")
    @click.option("--id", "ids", multiple=True, help="Show an earlier check instead of beginning one.")
    @click.option(
        "--wait-seconds",
        default=600.0,
        show_default=True,
        help="How long to wait for answers; 0: only those known now.",
    )
    @with_client(load)
    def check(
        client: Client,
        *,
        phones: Sequence[str],
        file: BinaryIO | None,
        out: TextIO,
        account: str,
        ids: Sequence[str],
        wait_seconds: float,
    ) -> None:
        """Ask which PHONES (+49…) are on WhatsApp. Nothing is sent to them.

        --csv reads the column `phone`, or the first column, and writes the file to --out with three more
        columns: whatsapp, reason and checked_at.

        The account looks up a few numbers a day. When the day's look-ups are used up, this ends with exit
        code 1 and names the check; --id shows its later answers, with --csv in the columns of the file.
        """
        if bool(phones) + (file is not None) + bool(ids and not file) != 1:
            raise click.UsageError("Give PHONES, --csv, or --id of an earlier check (also with its --csv).")
        table = _read(file) if file is not None else None
        wanted = [row.phone for row in table.rows if row.phone] if table else [*map(parse_phone, phones)]
        checks = _follow(client, ids or _begin(client, wanted, account), wait_seconds)
        answers = {one_form_of(each["phone"]): each for it in checks for each in it["numbers"]}
        if table is not None:
            _write(out, table, answers)
        else:
            wanted = wanted or [each["phone"] for it in checks for each in it["numbers"]]
            for phone in wanted:
                click.echo(" ".join(part for part in (phone, *_answer(phone, answers)) if part), out)
        _tell_what_waits(checks)
        invalid = table is not None and any(row.phone is None for row in table.rows)
        certain = all(_answer(phone, answers)[0] in _CERTAIN for phone in wanted)
        sys.exit(0 if certain and not invalid else 1)


def _tell_what_waits(checks: Sequence[NumberCheck]) -> None:
    for it in checks:
        if it["left"]:
            why = f" ({it['held_by']})" if it["held_by"] else ""
            click.echo(f"{it['left']} numbers wait{why}: whatsapp-tasks check --id {it['id']}", err=True)


def _begin(client: Client, phones: Sequence[str], account: str) -> list[str]:
    """Ids of the checks of ``phones``, as many as they need."""
    different = list({one_form_of(phone): phone for phone in reversed(phones)}.values())[::-1]
    return [
        client.check_numbers(different[i : i + LARGEST_REQUEST], account=account)["id"]
        for i in range(0, len(different), LARGEST_REQUEST)
    ]


def _follow(client: Client, ids: Sequence[str], wait_seconds: float) -> list[NumberCheck]:
    """The checks once they are over, or the day's look-ups or the time are used up."""
    deadline = time.monotonic() + wait_seconds
    return [_followed(client, check_id, deadline) for check_id in ids]


def _followed(client: Client, check_id: str, deadline: float) -> NumberCheck:
    check = client.number_check(check_id)
    try:
        left = max(0.0, deadline - time.monotonic())
        for check in client.wait_number_check(check_id, timeout_seconds=left):
            if check["held_by"] == "cap":
                break
    except WaitTimeout:
        pass
    return check


def _read(file: BinaryIO) -> _Table:
    """Without the rows that are blank."""
    found = list(records(decoded(file.read(), "replace")))
    names = [cell.strip().lower() for cell in found[0].cells] if found else []
    if PHONE_COLUMN not in names:
        return _Table(None, list(_rows(found, 0)))
    return _Table(found[0].cells, list(_rows(found[1:], names.index(PHONE_COLUMN))))


def _rows(found: Sequence[Record], column: int) -> Iterator[_Row]:
    for record in found:
        if not record.blank:
            yield _Row(record.cells, _phone("".join(record.cells[column : column + 1])))


def _phone(text: str) -> str | None:
    try:
        return parse_phone(text)
    except RequestRefused:
        return None


def _write(out: TextIO, table: _Table, answers: Answers) -> None:
    writer = csv.writer(out)
    if table.header is not None:
        writer.writerow([*table.header, *NEW_COLUMNS])
    width = max(len(cells) for cells in (table.header or (), *(row.cells for row in table.rows)))
    for row in table.rows:
        missing = [""] * (width - len(row.cells))
        writer.writerow([*row.cells, *missing, *_answer(row.phone, answers)])


def _answer(phone: str | None, answers: Answers) -> tuple[str, str, str]:
    """The cells of ``NEW_COLUMNS``."""
    if phone is None:
        return "unknown", "phone_invalid", ""
    answer = answers.get(one_form_of(phone))
    if answer is None or answer["result"] is None:
        return _WAITING, "", ""
    return answer["result"], answer["reason"] or "", answer["checked_at"] or ""
