"""``whatsapp-tasks chats``: the chats of an account, and what was read in them."""

from collections.abc import Callable
from itertools import islice

import click
from rich.console import Console
from rich.table import Table

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.chats import ChatKind


def add_chats(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the group to ``cli``."""

    @cli.group()
    def chats() -> None:
        """Chats that were opened, and what was read in them (docs/receiving.md)."""

    @chats.command("list")
    @click.option("--account", default=DEFAULT_ACCOUNT, show_default=True)
    @click.option("--kind", type=click.Choice([kind.value for kind in ChatKind]), default=None)
    @click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
    @with_client(load)
    def list_(client: Client, account: str, kind: str | None, limit: int) -> None:
        """Show chats, the last seen first."""
        table = Table("id", "kind", "phone", "title", "last seen")
        for chat in islice(client.chats(account, kind=kind), limit):
            table.add_row(chat["id"], chat["kind"], chat["phone"] or "", chat["title"], chat["last_seen_at"])
        console.print(table)

    @chats.command("show")
    @click.argument("chat_id")
    @click.option("--limit", default=20, show_default=True, type=click.IntRange(1))
    @with_client(load)
    def show(client: Client, chat_id: str, limit: int) -> None:
        """Show the newest messages of a chat, oldest first."""
        for message in reversed(list(islice(client.chat_messages(chat_id), limit))):
            who = "us" if message["direction"] == "out" else message["author"] or "them"
            said = message["text"] or f"[{message['kind']}]"
            click.echo(f"{message['shown_at']}  {who}: {said}")
