"""``whatsapp-tasks events``: what happens, line by line."""

import json
from collections.abc import Callable
from datetime import datetime

import click

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.client import Client, LiveEvent
from whatsapp_tasks.config import Settings


def add_events(cli: click.Group, load: Callable[[], Settings]) -> None:
    """Adds the command to ``cli``."""

    @cli.command()
    @click.option("--account", default=None, help="Only of this account, or of several: default,sales.")
    @click.option("--type", "types", multiple=True, help="Only of this type; message.* is a whole kind.")
    @click.option(
        "--after",
        default=None,
        help="Continue after this position (the place in --json); 0-0: from the oldest that is kept.",
    )
    @click.option("--limit", type=click.IntRange(min=1), default=None, help="Stop after this many events.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object per line, with its place.")
    @with_client(load)
    def events(
        client: Client,
        *,
        account: str | None,
        types: tuple[str, ...],
        after: str | None,
        limit: int | None,
        as_json: bool,
    ) -> None:
        """Follow events as they happen, until Ctrl-C. They hold no phone numbers and no texts."""
        found = client.events(account=account, type=",".join(types) or None, after=after)
        for number, event in enumerate(found, 1):
            click.echo(json.dumps(event, ensure_ascii=False) if as_json else line(event))
            if number == limit:
                return


def line(event: LiveEvent) -> str:
    """When, where, what, and what about."""
    at = (
        datetime.fromisoformat(event["timestamp"]).strftime("%H:%M:%S.%f")[:-3] if event["timestamp"] else "-"
    )
    about = " ".join(_word(name, value) for name, value in event["data"].items() if value not in ("", None))
    return f"{at:12} {event['account']} {event['type']} {about}".rstrip()


def _word(name: str, value: object) -> str:
    return str(value) if name == "message_id" else f"{name}={value}"
