"""``whatsapp-tasks selectors``: show, check, set and clear single selectors."""

import getpass
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from whatsapp_tasks.browser.selectors import load_selectors, read_override
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.selectors import SelectorOverride


def add_selectors(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the group to ``cli``."""

    def override() -> SelectorOverride:
        return SelectorOverride(Database.connect(load()))

    @cli.group()
    def selectors() -> None:
        """Selectors: how elements are found on the page. An override needs no restart (docs/selectors.md)."""

    @selectors.command("show")
    def show() -> None:
        """Show the selectors in force: built-in ones, the override file and Redis."""
        settings = load()
        now = load_selectors(settings.selectors)
        stored = SelectorOverride(Database.connect(settings)).get()
        if stored is not None:
            now = now.overridden(stored.text, "wa:selectors")
            console.print(f"In Redis: version {stored.version}, by {stored.actor}")
        table = Table("element", "variant", "css")
        for name, variants in now.elements.items():
            for variant, css in variants.items():
                table.add_row(name, variant, css)
        console.print(table)

    @selectors.command("check")
    @click.argument("file", type=click.Path(path_type=Path))
    def check(file: Path) -> None:
        """Check whether an override file would be accepted. Use the doctor to check it in the browser."""
        load_selectors(file)
        click.echo(f"{file} is valid")

    @selectors.command("set")
    @click.argument("file", type=click.Path(path_type=Path))
    def set_(file: Path) -> None:
        """Put a file's entries in force for all accounts. Check the result: whatsapp-tasks doctor."""
        load_selectors(file)
        override().put(read_override(file), getpass.getuser(), int(time.time() * 1000))
        click.echo("in force within a second; `whatsapp-tasks doctor` shows what it finds")

    @selectors.command("clear")
    def clear() -> None:
        """Remove the override of `set`."""
        override().clear()
        click.echo("taken back")
