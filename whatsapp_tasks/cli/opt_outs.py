"""``whatsapp-tasks opt-outs``: phones that are not written to."""

import csv
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

import click
from rich.console import Console

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import RequestRefused

COLUMN = "phone"


def add_opt_outs(cli: click.Group, _console: Console, load: Callable[[], Settings]) -> None:
    """Adds the group to ``cli``."""

    @cli.group("opt-outs")
    def opt_outs() -> None:
        """The opt-out list: phones that are not written to."""

    @opt_outs.command()
    @click.argument("phones", nargs=-1, required=True)
    @with_client(load)
    def add(client: Client, phones: tuple[str, ...]) -> None:
        """Put phones on the list; queued messages to them fail."""
        for phone in phones:
            click.echo(f"{client.add_opt_out(phone)} is on the list")

    @opt_outs.command()
    @click.argument("phones", nargs=-1, required=True)
    @click.confirmation_option(prompt="Does the recipient agree to be written to again?")
    @with_client(load)
    def remove(client: Client, phones: tuple[str, ...]) -> None:
        """Take phones off the list: only with the recipients' consent."""
        for phone in phones:
            click.echo(f"{client.remove_opt_out(phone)} is off the list")

    @opt_outs.command("list")
    @with_client(load)
    def list_(client: Client) -> None:
        """Show the list, one phone a line."""
        for phone in client.opt_outs():
            click.echo(phone)

    @opt_outs.command("import")
    @click.argument("file", type=click.File(encoding="utf-8-sig"))
    @with_client(load)
    def import_(client: Client, file: TextIO) -> None:
        """Put every phone of a CSV file on the list: its column `phone`, or its first one. - is stdin.

        Lines that hold no number are told, and the exit code is 1; the others are on the list.
        """
        added, wrong = 0, 0
        for line, phone in _phones(file):
            try:
                client.add_opt_out(phone)
                added += 1
            except RequestRefused as refused:
                if refused.code not in ("phone_invalid", "not_found"):
                    raise
                wrong += 1
                click.echo(f"line {line}: {refused}", err=True)
        click.echo(f"{added} on the list, {wrong} lines refused")
        if wrong:
            sys.exit(1)

    @opt_outs.command()
    @click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
    @with_client(load)
    def export(client: Client, file: TextIO) -> None:
        """Write the list as CSV, as `import` reads it; to standard output unless FILE is given."""
        writer = csv.writer(file)
        writer.writerow([COLUMN])
        writer.writerows([phone] for phone in client.opt_outs())


def _phones(file: TextIO) -> Iterator[tuple[int, str]]:
    """Line and phone of each row that has one."""
    reader = csv.reader(file)
    column = 0
    for row in reader:
        if reader.line_num == 1 and COLUMN in (names := [cell.strip().lower() for cell in row]):
            column = names.index(COLUMN)
        elif len(row) > column and row[column].strip():
            yield reader.line_num, row[column].strip()
