"""``whatsapp-tasks doctor``: would sending work now, and if not, why."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from whatsapp_tasks.cli.examination import Finding, Status, examine
from whatsapp_tasks.config import Settings

_MARKS: dict[Status, Text] = {
    "ok": Text("✔", style="green"),
    "info": Text("·", style="dim"),
    "warn": Text("!", style="yellow"),
    "fail": Text("✘", style="red"),
}


def add_doctor(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the command to ``cli``."""

    @cli.command()
    @click.option("--account", default=None, help="The account; that of the settings without it.")
    @click.option("--json", "as_json", is_flag=True, help="For programs.")
    @click.option("--all", "show_all", is_flag=True, help="Also elements that this page need not have.")
    def doctor(account: str | None, as_json: bool, show_all: bool) -> None:
        """Examine page, selectors, browser, Redis, queues and clock.

        The exit status is 0 when sending would work. The running worker is asked; where none runs, the
        browser is opened here.
        """
        settings = load()
        sections = examine(settings, account or settings.account)
        if as_json:
            click.echo(json.dumps({name: [asdict(one) for one in found] for name, found in sections.items()}))
        else:
            _show(console, sections, show_all)
        failed = [one for found in sections.values() for one in found if one.status == "fail"]
        sys.exit(1 if failed else 0)


def _show(console: Console, sections: dict[str, list[Finding]], show_all: bool) -> None:
    table = Table("", "what", "found", box=None, pad_edge=False)
    for name, found in sections.items():
        table.add_row("", Text(name, style="bold"), "")
        for one in found:
            if show_all or name != "selectors" or one.status != "info":
                table.add_row(_MARKS[one.status], one.name, one.detail)
    console.print(table)
    failed = [
        f"{name}: {one.name}" for name, found in sections.items() for one in found if one.status == "fail"
    ]
    if failed:
        console.print(Text("✘ Sending would not work.", style="red"), "; ".join(failed))
    else:
        console.print("✔ Sending would work.", style="green")
