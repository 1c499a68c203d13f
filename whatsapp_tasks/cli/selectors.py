"""``whatsapp-tasks selectors``: look up, check, put in force and take back single selectors."""

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
        """Selectors: where things are on the page. An override needs no restart (docs/selectors.md)."""

    @selectors.command("show")
    def show() -> None:
        """Show the elements as they are in force by our own, the override file and Redis."""
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
        """Say whether an override file would be accepted; the browser's own word on it is the doctor's."""
        load_selectors(file)
        click.echo(f"{file} is sound")

    @selectors.command("set")
    @click.argument("file", type=click.Path(path_type=Path))
    def set_(file: Path) -> None:
        """Put a file's entries in force for all accounts, at once. See afterwards: whatsapp-tasks doctor."""
        load_selectors(file)
        override().put(read_override(file), getpass.getuser(), int(time.time() * 1000))
        click.echo("in force within a second; `whatsapp-tasks doctor` shows what is found by it")

    @selectors.command("clear")
    def clear() -> None:
        """Take back what `set` put in force."""
        override().clear()
        click.echo("taken back")
