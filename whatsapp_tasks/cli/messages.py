"""``whatsapp-tasks status``, ``list``, ``cancel`` and ``resolve``."""

import json
import sys
from collections.abc import Callable
from itertools import islice

import click
from rich.console import Console
from rich.table import Column, Table

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.cli.one_by_one import one_by_one
from whatsapp_tasks.cli.timeline import outcome, timeline
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.phones import mask_phone
from whatsapp_tasks.domain.statuses import Status

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="As the API returns it.")


def add_messages(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the commands to ``cli``."""

    @cli.command()
    @click.argument("message_id")
    @_AS_JSON
    @with_client(load)
    def status(client: Client, message_id: str, as_json: bool) -> None:
        """Show the status and timeline of a message."""
        message = client.message(message_id)
        if as_json:
            click.echo(json.dumps(message, ensure_ascii=False, indent=1))
        else:
            console.print(outcome(message))
            console.print(timeline(message))

    @cli.command("list")
    @click.option("--status", "wanted", type=click.Choice([s.value for s in Status]), default=None)
    @click.option("--phone", default=None)
    @click.option("--account", default=None)
    @click.option("--limit", default=50, show_default=True, help="Maximum number; 0 for all.")
    @_AS_JSON
    @with_client(load)
    def list_(
        client: Client,
        *,
        wanted: str | None,
        phone: str | None,
        account: str | None,
        limit: int,
        as_json: bool,
    ) -> None:
        """List messages, newest first. Numbers are masked, except with --json (one message per line)."""
        found = islice(client.messages(status=wanted, phone=phone, account=account), limit or None)
        if as_json:
            for message in found:
                click.echo(json.dumps(message, ensure_ascii=False))
            return
        table = Table(
            Column("id", no_wrap=True, min_width=32), "account", "phone", "status", "accepted", "error"
        )
        for message in found:
            table.add_row(
                message["id"],
                message["account"],
                mask_phone(message["phone"]) if message["phone"] else f"chat {message['chat']}",
                message["status"],
                message["created_at"][:19].replace("T", " ") + "Z",
                message["error"]["code"] if message["error"] else "",
            )
        console.print(table)

    @cli.command()
    @click.argument("message_ids", nargs=-1, required=True)
    @with_client(load)
    def cancel(client: Client, message_ids: tuple[str, ...]) -> None:
        """Cancel messages that are still queued."""
        _, refused = one_by_one(
            zip(message_ids, message_ids, strict=True),
            lambda message_id: click.echo(f"{message_id} {client.cancel(message_id)['status']}"),
        )
        sys.exit(1 if refused else 0)

    @cli.command()
    @click.argument("message_id")
    @click.argument("became", type=click.Choice(["sent", "failed"]))
    @click.option("--note", default="", help="Who looked, and what they saw.")
    @with_client(load)
    def resolve(client: Client, message_id: str, became: str, note: str) -> None:
        """Settle a message that is in doubt (unknown), after checking the phone."""
        click.echo(f"{message_id} {client.resolve(message_id, became, note)['status']}")
