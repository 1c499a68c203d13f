"""``whatsapp-tasks pause``, ``resume``, ``clear-ban`` and ``state``."""

import getpass
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.states import meaning_of
from whatsapp_tasks.operations import RESUMABLE, Operations, Pause, PauseReason
from whatsapp_tasks.stores.connection import Database

HISTORY_SHOWN = 10

_RESUMABLE = click.Choice([reason.value for reason in RESUMABLE])


def add_pause(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the commands to ``cli``."""

    def existing(account: str) -> Operations:
        settings = load()
        return Operations(Database.connect(settings), settings, account).existing()

    @cli.command()
    @click.option("--account", default=DEFAULT_ACCOUNT)
    @click.option("--note", default="", help="The reason, for people who find it paused.")
    def pause(account: str, note: str) -> None:
        """Stop sending until `resume`; the current message is finished."""
        new = existing(account).pause(_person(), note)
        click.echo(f"{account} is paused" if new else f"{account} was paused already")

    @cli.command()
    @click.option("--account", default=DEFAULT_ACCOUNT)
    @click.option(
        "--reason",
        type=_RESUMABLE,
        default="operator",
        show_default=True,
    )
    def resume(account: str, reason: str) -> None:
        """End a pause; other reasons stay and are reported."""
        operations = existing(account)
        stood = operations.resume(_person(), PauseReason(reason))
        click.echo(f"the pause '{reason}' is over" if stood else f"{account} was not paused for '{reason}'")
        for left in operations.pauses():
            why_left = f"{left.reason}, by {left.author} {left.note}".rstrip()
            click.echo(f"still paused: {why_left}; `{_way_out(left.reason)} --account {account}` ends it")

    @cli.command("clear-ban")
    @click.option("--account", default=DEFAULT_ACCOUNT)
    @click.confirmation_option(prompt="Have you seen on the phone that the account is not banned?")
    def clear_ban(account: str) -> None:
        """Confirm that the account is not banned.

        The worker then looks at its page again.
        """
        after = existing(account).clear_ban(_person())
        click.echo(f"{account} is {after}: the worker looks at the page and decides")

    @cli.command()
    @click.option("--account", default=DEFAULT_ACCOUNT)
    def state(account: str) -> None:
        """Show an account's state with its reason, time and history."""
        operations = existing(account)
        overview = operations.overview()
        now = overview.session
        console.print(
            Text.assemble(
                (account, "bold"), ": ", (now.state, "bold"), f" ({meaning_of(now.state, now.reason)})"
            )
        )
        if now.reason:
            console.print(f"reason {now.reason}, since {_time(now.since_ms)}, by {now.actor}")
        if now.restriction is not None and now.restriction.until_ms is not None:
            console.print(f"WhatsApp says: until {_time(now.restriction.until_ms)}")
        console.print(f"sends: {overview.sends}")
        for pause in overview.pauses:
            console.print(_pause_text(pause))
        cures = operations.cures()
        if cures:
            console.print("browser: " + ", ".join(f"{cause} {n}" for cause, n in sorted(cures.items())))
        table = Table("at", "from", "to", "event", "reason", "by")
        for entry in operations.state_history(HISTORY_SHOWN):
            table.add_row(
                _time(entry["at_ms"]),
                entry["from"],
                entry["to"],
                entry["event"],
                entry["reason"],
                entry["actor"],
            )
        for entry in operations.pause_history(HISTORY_SHOWN):
            table.add_row(_time(entry["at_ms"]), "", entry["action"], "", entry["reason"], entry["author"])
        console.print(table)


def _pause_text(pause: Pause) -> Text:
    why = f": {pause.reason}, by {pause.author}, since {_time(pause.since_ms)} {pause.note}"
    return Text.assemble(("paused", "yellow"), why)


def _way_out(reason: str) -> str:
    if reason == PauseReason.BAN:
        return "whatsapp-tasks clear-ban"
    return f"whatsapp-tasks resume --reason {reason}"


def _person() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        name = f"user {os.getuid()}"
    return f"{name} on {socket.gethostname()}"


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
