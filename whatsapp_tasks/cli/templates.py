"""``whatsapp-tasks templates``: named texts with variables."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TextIO

import click
from rich.console import Console
from rich.table import Table

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.cli.given_text import stdin_text, text_in
from whatsapp_tasks.cli.one_by_one import one_by_one
from whatsapp_tasks.cli.template_options import with_variables
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import RequestRefused

FIELDS = ("name", "language", "text")
"""Of a template in a file; others are not read."""


def add_templates(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the group to ``cli``."""

    @cli.group()
    def templates() -> None:
        """Templates: named texts with variables, in languages (docs/templates.md)."""

    @templates.command("list")
    @with_client(load)
    def list_(client: Client) -> None:
        """Show the templates, with their variables."""
        table = Table("name", "language", "variables", "changed", "by")
        for each in client.templates():
            table.add_row(
                each["name"],
                each["language"],
                ", ".join(each["variables"]),
                each["updated_at"],
                each["updated_by"],
            )
        console.print(table)

    @templates.command()
    @click.argument("name")
    @click.argument("language")
    @with_client(load)
    def show(client: Client, name: str, language: str) -> None:
        """Print the text of a template."""
        click.echo(client.template(name, language)["text"])

    @templates.command("set")
    @click.argument("name")
    @click.argument("language")
    @click.argument("text")
    @with_client(load)
    def set_(client: Client, name: str, language: str, text: str) -> None:
        """Add a template, or replace its text. TEXT - is read from standard input."""
        kept = client.put_template(name, language, stdin_text() if text == "-" else text)
        click.echo(
            f"{name} {language}: {kept['outcome']}; variables: {', '.join(kept['variables']) or 'none'}"
        )

    @templates.command()
    @click.argument("name")
    @click.argument("language")
    @with_client(load)
    def delete(client: Client, name: str, language: str) -> None:
        """Remove a template in one language. Messages that were accepted keep their text."""
        removed = client.remove_template(name, language)
        click.echo(f"{name} {language}: {'removed' if removed else 'was not there'}")

    @templates.command()
    @click.argument("name")
    @click.argument("language")
    @with_variables
    @click.option("--caption", is_flag=True, help="Check it as the caption of a file.")
    @with_client(load)
    def preview(
        client: Client, name: str, language: str, variables: dict[str, str], *, caption: bool
    ) -> None:
        """Print the text that a message would have. Nothing is sent."""
        click.echo(client.preview_template(name, language, variables, as_caption=caption))

    @templates.command("import")
    @click.argument("file", type=click.File("rb"))
    @with_client(load)
    def import_(client: Client, file: BinaryIO) -> None:
        """Add or replace the templates of a JSON file, as `export` writes it. - is standard input.

        Others stay. Refused ones are reported, and the exit code is 1; all others are kept.
        """

        def put(template: dict[str, str]) -> None:
            kept = client.put_template(template["name"], template["language"], template["text"])
            click.echo(f"{kept['name']} {kept['language']}: {kept['outcome']}")

        _, wrong = one_by_one(_read(text_in(file.read(), "The file")), put)
        if wrong:
            sys.exit(1)

    @templates.command()
    @click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
    @with_client(load)
    def export(client: Client, file: TextIO) -> None:
        """Write all templates as JSON for `import`, to FILE or to standard output."""
        wanted: list[dict[str, Any]] = [dict(each) for each in client.templates()]
        found = [{field: each[field] for field in FIELDS} for each in wanted]
        json.dump({"templates": found}, file, ensure_ascii=False, indent=2)
        file.write("\n")


def _read(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each template of a file, with its place there. Raises RequestRefused (``file_invalid``) before the
    first one if one has not the right shape.
    """
    try:
        found = json.loads(text)["templates"]
        templates = [{field: each[field] for field in FIELDS} for each in found]
    except (ValueError, LookupError, TypeError, RecursionError):
        templates = None
    if templates is None or not all(isinstance(part, str) for each in templates for part in each.values()):
        raise RequestRefused(
            "file_invalid",
            'The file must be JSON: {"templates": [{"name": "…", "language": "…", "text": "…"}]}.',
        )
    yield from ((f"template {number}", each) for number, each in enumerate(templates, 1))
