"""``whatsapp-tasks opt-outs``: phones that do not want messages."""

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO, TextIO

import click
from rich.console import Console

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.cli.csv_files import Record, decoded, records
from whatsapp_tasks.cli.one_by_one import one_by_one
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import RequestRefused

COLUMN = "phone"


def add_opt_outs(cli: click.Group, _console: Console, load: Callable[[], Settings]) -> None:
    """Adds the group to ``cli``."""

    @cli.group("opt-outs")
    def opt_outs() -> None:
        """The opt-out list: phones that do not want messages."""

    @opt_outs.command()
    @click.argument("phones", nargs=-1, required=True)
    @with_client(load)
    def add(client: Client, phones: tuple[str, ...]) -> None:
        """Add phones to the list; queued messages to them fail."""
        _, refused = one_by_one(
            zip(phones, phones, strict=True),
            lambda phone: click.echo(f"{client.add_opt_out(phone)} is on the list"),
        )
        sys.exit(1 if refused else 0)

    @opt_outs.command()
    @click.argument("phones", nargs=-1, required=True)
    @click.confirmation_option(prompt="Does the recipient agree to get messages again?")
    @with_client(load)
    def remove(client: Client, phones: tuple[str, ...]) -> None:
        """Remove phones from the list, only with the recipients' consent."""
        _, refused = one_by_one(
            zip(phones, phones, strict=True),
            lambda phone: click.echo(f"{client.remove_opt_out(phone)} is off the list"),
        )
        sys.exit(1 if refused else 0)

    @opt_outs.command("list")
    @with_client(load)
    def list_(client: Client) -> None:
        """Show the list, one phone per line."""
        for phone in client.opt_outs():
            click.echo(phone)

    @opt_outs.command("import")
    @click.argument("file", type=click.File("rb"))
    @with_client(load)
    def import_(client: Client, file: BinaryIO) -> None:
        """Add every phone of a CSV file: its column `phone`, or its first column. - is stdin.

        Lines without a number are reported, and the exit code is 1; all others are added.
        """

        def add(row: Record) -> None:
            client.add_opt_out(_phone(row))

        # Text that is not UTF-8 is not a number: it is reported with its line, or is in another column.
        added, wrong = one_by_one(_rows(decoded(file.read(), "replace")), add)
        click.echo(f"{added} on the list, {wrong} lines refused")
        if wrong:
            sys.exit(1)

    @opt_outs.command()
    @click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
    @with_client(load)
    def export(client: Client, file: TextIO) -> None:
        """Write the list as CSV for `import`, to FILE or to standard output."""
        writer = csv.writer(file)
        writer.writerow([COLUMN])
        writer.writerows([phone] for phone in client.opt_outs())


def _rows(text: str) -> Iterator[tuple[str, Record]]:
    """Each row that is not blank, with its name, reduced to the cell with the phone."""
    column = 0
    for index, record in enumerate(records(text)):
        names = [cell.strip().lower() for cell in record.cells]
        if index == 0 and COLUMN in names:
            column = names.index(COLUMN)
        elif not record.blank:
            yield f"line {record.line}", replace(record, cells=record.cells[column : column + 1])


def _phone(row: Record) -> str:
    """The phone in the row; raises RequestRefused if there is none."""
    phone = "".join(row.cells).strip()
    if not phone:
        raise RequestRefused("row_invalid", f"{row.problem or 'There is no phone in the row'}.")
    return phone
