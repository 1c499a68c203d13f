"""``whatsapp-tasks doctor``: whether sending would work now, and if not, why."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from whatsapp_tasks.config import Settings, load_settings
from whatsapp_tasks.extras import insist_on_extra

if TYPE_CHECKING:  # what examines needs the browser's packages
    from whatsapp_tasks.cli.examination import Finding, Status

_PATH = click.Path(exists=True, path_type=Path)

_MARKS: dict["Status", Text] = {
    "ok": Text("✔", style="green"),
    "info": Text("·", style="dim"),
    "warn": Text("!", style="yellow"),
    "fail": Text("✘", style="red"),
}


def add_doctor(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the command to ``cli``."""

    @cli.command()
    @click.option("--account", default=None, help="The account. Default: that of the settings.")
    @click.option("--json", "as_json", is_flag=True, help="For programs.")
    @click.option("--all", "show_all", is_flag=True, help="Also show elements that this page need not have.")
    @click.option("--page", "pages", multiple=True, type=_PATH, help="A saved page, or a folder of them.")
    @click.option("--show-texts", is_flag=True, help="With --page, as JSON: also show what people wrote.")
    @click.argument("more", nargs=-1, type=_PATH, metavar="[PAGE]...")
    def doctor(
        account: str | None,
        *,
        as_json: bool,
        show_all: bool,
        pages: tuple[Path, ...],
        show_texts: bool,
        more: tuple[Path, ...],
    ) -> None:
        """Examine page, selectors, browser, Redis, queues and clock.

        The exit status is 0 if sending would work. It asks the running worker; if none runs, it opens the
        browser itself.

        With --page it reads pages saved as HTML instead, without scripts and without network; the exit status
        is 1 if one of them is not understood in full. Texts, names and numbers are shown only with
        --show-texts.
        """
        insist_on_extra("worker", "`whatsapp-tasks doctor`")
        if more and not pages:
            raise click.UsageError("Give pages after --page.")
        if pages:
            sys.exit(_read(console, (*pages, *more), as_json=as_json, show_texts=show_texts))
        from whatsapp_tasks.cli.examination import examine

        settings = load()
        sections = examine(settings, account or settings.account)
        if as_json:
            click.echo(json.dumps({name: [asdict(one) for one in found] for name, found in sections.items()}))
        else:
            _show(console, sections, show_all)
        failed = [one for found in sections.values() for one in found if one.status == "fail"]
        sys.exit(1 if failed else 0)


def _read(console: Console, paths: tuple[Path, ...], *, as_json: bool, show_texts: bool) -> int:
    from whatsapp_tasks.cli.saved_pages import files_in, read_pages, show_pages

    files = files_in(paths)
    if not files:
        raise click.UsageError("There is no HTML file.")
    found = read_pages(load_settings(), files, show_texts=show_texts)
    if as_json or show_texts:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        show_pages(console, found)
    return 1 if any(one["problems"] for one in found) else 0


def _show(console: Console, sections: dict[str, list["Finding"]], show_all: bool) -> None:
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
