"""``whatsapp-tasks accounts``: the WhatsApp numbers of this service."""

import time
from collections.abc import Callable

import click
from rich.console import Console
from rich.table import Table

from whatsapp_tasks.config import Settings, check_time_zone
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.incoming import ReceiveMode
from whatsapp_tasks.domain.received_media import kinds_of
from whatsapp_tasks.domain.refusals import account_unknown
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.session.arriving import Arriving, arriving_folder
from whatsapp_tasks.session.evidence import EvidenceKeeper
from whatsapp_tasks.session.outgoing import Outgoing, outgoing_folder
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.incoming import Incoming
from whatsapp_tasks.stores.leases import current_holder
from whatsapp_tasks.vaults import open_vault


def add_accounts(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the group to ``cli``."""

    def database() -> Database:
        return Database.connect(load())

    @cli.group()
    def accounts() -> None:
        """Accounts: one WhatsApp number each."""

    @accounts.command("add")
    @click.argument("name")
    @click.option("--time-zone", default=None, help="Its time zone, for the daily cap: Europe/Berlin.")
    @click.option(
        "--receive",
        type=click.Choice([mode.value for mode in ReceiveMode]),
        default=None,
        help="What is done about received messages; full opens chats, which marks them as read.",
    )
    @click.option(
        "--receive-media",
        default=None,
        help="Which files of received messages are stored: off, all, or image,video,audio,document. "
        "Only with --receive full.",
    )
    def add(name: str, time_zone: str | None, receive: str | None, receive_media: str | None) -> None:
        """Add an account, or change its settings; then run a worker for it."""
        connection = database()
        store = Accounts(connection)
        _check_receive_media(
            receive_media, lambda: ReceiveMode(receive or Incoming(connection, name).mode(load().receive))
        )
        if time_zone is not None:
            try:
                check_time_zone(time_zone)
            except ValueError as error:
                raise click.BadParameter(str(error)) from error
        new = store.add(name, int(time.time() * 1000))
        for choice, keep in (
            (time_zone, store.set_time_zone),
            (receive, store.set_receive),
            (receive_media, store.set_receive_media),
        ):
            if choice is not None:
                keep(name, choice)
        click.echo(
            f"{name} {'was added' if new else 'exists already'}; "
            f"start its worker: whatsapp-tasks worker --account {name}"
        )

    @accounts.command("list")
    def list_() -> None:
        """Show the accounts: state, pauses, worker, and what is left of today's cap."""
        settings = load()
        connection = Database.connect(settings)
        table = Table("account", "state", "reason", "sends", "paused", "worker", "cap left")
        for name in Accounts(connection).names():
            now = Operations(connection, settings, name).overview()
            table.add_row(
                name,
                now.session.state,
                now.session.reason,
                now.sends,
                ", ".join(sorted(pause.reason for pause in now.pauses)) or "no",
                now.worker["worker"] if now.worker else "none",
                f"{now.cap.left} of {now.cap.cap}" if now.cap else "no cap",
            )
        console.print(table)

    @accounts.command("remove")
    @click.argument("name")
    @click.option("--force", is_flag=True, help="Remove it even with unsent messages; they are lost.")
    def remove(name: str, force: bool) -> None:
        """Delete an account, its messages, its evidence and the archives of its session.

        The browser profile in the data folder stays.
        """
        settings = load()
        connection = Database.connect(settings)
        store = Accounts(connection)
        if not store.exists(name):
            raise account_unknown(name)
        holder = current_holder(connection, name)
        if holder is not None and not holder.certainly_dead():
            raise RequestRefused(
                "account_in_use", f"'{name}' is held by {holder}: stop its worker first.", http_status=409
            )
        counts = Dispatcher(connection, settings).queue(name).counts()
        waiting = counts["open"] + counts["scheduled"]
        if waiting and not force:
            raise RequestRefused(
                "account_not_empty",
                f"'{name}' has {waiting} unsent messages; --force deletes them.",
                http_status=409,
            )
        Outgoing(None, outgoing_folder(settings, name)).sweep()  # of a worker that was killed
        Arriving(None, arriving_folder(settings, name)).sweep()
        pictures = EvidenceKeeper.from_settings(connection, settings, name).forget()
        vault = open_vault(settings, connection, name)
        archives = vault.forget() if vault is not None else 0
        removed = store.remove(name)
        click.echo(
            f"{name} was removed ({removed} records, {pictures} files of evidence, {archives} archives). "
            f"Its login is still in {settings.profile_dir(name)}"
        )


def _check_receive_media(kinds: str | None, mode: Callable[[], ReceiveMode]) -> None:
    """Raises BadParameter unless files of these kinds can be stored in the account's ``mode``."""
    if kinds is None:
        return
    try:
        wanted = kinds_of(kinds)
    except ValueError as error:
        raise click.BadParameter(f"--receive-media {error}") from error
    if wanted and mode() is not ReceiveMode.FULL:
        raise click.BadParameter(
            f"--receive-media {kinds} needs --receive full: in the mode {mode()} no chat is opened."
        )
