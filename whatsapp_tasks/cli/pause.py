"""``whatsapp-tasks pause``, ``resume``, ``clear-ban`` and ``state``: what a person says to an account."""

import getpass
import os
import socket
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.states import MEANINGS, SessionEvent
from whatsapp_tasks.errors import IllegalTransition, RequestRefused
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.circuits import Circuits
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions

HISTORY_SHOWN = 10

# A ban is not among them: `clear-ban` says plainly what it does.
RESUMABLE = tuple(reason.value for reason in PauseReason if reason is not PauseReason.BAN)


def add_pause(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the commands to ``cli``."""

    def existing(account: str) -> Database:
        database = Database.connect(load())
        if not Accounts(database).exists(account):
            raise RequestRefused("account_unknown", f"There is no account '{account}'.")
        return database

    @cli.command()
    @click.option("--account", default=DEFAULT_ACCOUNT)
    @click.option("--note", default="", help="Why, for those who find it paused.")
    def pause(account: str, note: str) -> None:
        """Stop sending until `resume`; the message in hand is finished."""
        new = Pauses(existing(account), account).set(PauseReason.OPERATOR, _person(), _now_ms(), note)
        click.echo(f"{account} is paused" if new else f"{account} was paused already")

    @cli.command()
    @click.option("--account", default=DEFAULT_ACCOUNT)
    @click.option("--reason", type=click.Choice(RESUMABLE), default="operator", show_default=True)
    def resume(account: str, reason: str) -> None:
        """Take back a pause; other reasons stay and are told."""
        database = existing(account)
        pauses, why = Pauses(database, account), PauseReason(reason)
        if why is PauseReason.CIRCUIT:
            Circuits(database, account).close()
        stood = pauses.clear(why, _person(), _now_ms())
        click.echo(f"the pause '{reason}' is over" if stood else f"{account} was not paused for '{reason}'")
        for left, fact in sorted(pauses.all().items()):
            why_left = f"{left}, by {fact['author']} {fact['note']}".rstrip()
            click.echo(f"still paused: {why_left}; `{_way_out(left)} --account {account}` ends it")

    @cli.command("clear-ban")
    @click.option("--account", default=DEFAULT_ACCOUNT)
    @click.confirmation_option(prompt="Have you seen on the phone that the account is not banned?")
    def clear_ban(account: str) -> None:
        """Say that the account is not banned.

        The worker looks at its page anew.
        """
        database = existing(account)
        sessions = Sessions(database, account)
        try:
            after = sessions.apply(
                SessionEvent.PERSON_CLEARED,
                _now_ms(),
                reason="cleared_by_a_person",
                actor=_person(),
                fence=None,
            )
        except IllegalTransition as error:
            raise RequestRefused("nothing_to_clear", str(error), http_status=409) from error
        finally:
            Pauses(database, account).clear(PauseReason.BAN, _person(), _now_ms())
        click.echo(f"{account} is {after}: the worker decides by the page")

    @cli.command()
    @click.option("--account", default=DEFAULT_ACCOUNT)
    def state(account: str) -> None:
        """Show how an account is, why, since when, and how it came there."""
        database = existing(account)
        sessions, pauses = Sessions(database, account), Pauses(database, account)
        now = sessions.get()
        console.print(
            Text.assemble((account, "bold"), ": ", (now.state, "bold"), f" ({MEANINGS[now.state]})")
        )
        if now.reason:
            console.print(f"reason {now.reason}, since {_time(now.since_ms)}, by {now.actor}")
        if now.restriction is not None and now.restriction.until_ms is not None:
            console.print(f"WhatsApp says: until {_time(now.restriction.until_ms)}")
        for reason, fact in sorted(pauses.all().items()):
            console.print(_pause_text(reason, fact))
        cures = sessions.cures()
        if cures:
            console.print("browser: " + ", ".join(f"{cause} {n}" for cause, n in sorted(cures.items())))
        table = Table("at", "from", "to", "event", "reason", "by")
        for entry in sessions.history(HISTORY_SHOWN):
            table.add_row(
                _time(entry["at_ms"]),
                entry["from"],
                entry["to"],
                entry["event"],
                entry["reason"],
                entry["actor"],
            )
        for entry in pauses.history(HISTORY_SHOWN):
            table.add_row(_time(entry["at_ms"]), "", entry["action"], "", entry["reason"], entry["author"])
        console.print(table)


def _pause_text(reason: str, fact: Mapping[str, Any]) -> Text:
    why = f": {reason}, by {fact['author']}, since {_time(fact['since_ms'])} {fact['note']}"
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


def _now_ms() -> int:
    return int(time.time() * 1000)


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
