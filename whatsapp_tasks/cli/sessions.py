"""``whatsapp-tasks session``: archives of an account's session, and the key they are encrypted for."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.events import rfc3339
from whatsapp_tasks.domain.session_archives import ArchiveHeader
from whatsapp_tasks.errors import ArchiveRefused, RequestRefused
from whatsapp_tasks.extras import insist_on_extra
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.vaults import Vault, insist_on_vault

RISK = """\
This archive does not know what the account sent and received after it was made. WhatsApp may not be able to
read some of the next messages until both sides have exchanged new keys, and chats miss what is newer. If the
copy that is newer still runs anywhere, stop it first: two running copies of one session can cost the link."""


def add_session(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the group to ``cli``."""

    def vault_of(account: str) -> tuple[Vault, Operations]:
        settings = load()
        database = Database.connect(settings)
        operations = Operations(database, settings, account).existing()
        return insist_on_vault(settings, database, account), operations

    @cli.group()
    def session() -> None:
        """Archives of a session, with which another host takes it over (docs/sessions.md)."""

    _add_key(session)

    @session.command("list")
    @click.option("--account", default=DEFAULT_ACCOUNT, show_default=True)
    def list_(account: str) -> None:
        """Show the archives of an account's session."""
        vault, _ = vault_of(account)
        custody = vault.custody()
        table = Table("archive", "bytes", "created", "Chromium", "")
        for number, size in vault.sizes().items():
            newest = custody.newest if custody.newest and custody.newest.number == number else None
            table.add_row(
                str(number),
                str(size),
                rfc3339(newest.created_ms) if newest else "",
                newest.chromium if newest else "",
                _state(newest, custody.ended, custody.sent_since(newest) if newest else 0),
            )
        console.print(table)
        offer = vault.record.offer()
        if offer is not None:
            console.print(
                f"To be used next: an archive of {rfc3339(offer.header.created_ms)}, by {offer.author}"
            )

    @session.command("export")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @click.option("--account", default=DEFAULT_ACCOUNT, show_default=True)
    def export(file: Path, account: str) -> None:
        """Write the newest archive to FILE, encrypted as it is.

        It is complete only if the worker has ended in order and has not been started again.
        """
        vault, operations = vault_of(account)
        custody = vault.custody()
        if custody.newest is None or custody.ended:
            raise RequestRefused("archive_missing", f"There is no archive of a session of '{account}'.")
        vault.fetch(custody.newest.name, file)
        since = custody.sent_since(custody.newest)
        click.echo(f"{file}: archive {custody.newest.number} of {rfc3339(custody.newest.created_ms)}")
        with suppress(RequestRefused):
            operations.require_worker()
            click.echo("The worker runs: what it does from now on is missing in this archive.", err=True)
        if since:
            click.echo(f"Messages sent after it was made: {since}.", err=True)

    @session.command("import")
    @click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
    @click.option("--newest", is_flag=True, help="The newest archive in the vault, instead of a file.")
    @click.option("--accept-stale", is_flag=True, help="Use it although a newer copy of the session exists.")
    @click.option("--account", default=DEFAULT_ACCOUNT, show_default=True)
    def import_(file: Path | None, newest: bool, accept_stale: bool, account: str) -> None:
        """Have the worker use the archive FILE, or the newest one, before its next browser starts."""
        if newest == (file is not None):
            raise click.UsageError("Give a FILE, or --newest.")
        vault, operations = vault_of(account)
        header = _header(file) if file is not None else vault.newest_stored()
        now_ms = int(time.time() * 1000)
        if accept_stale:
            click.echo(RISK, err=True)
        vault.bring(header, file, "command line", now_ms, accept_stale=accept_stale)
        try:
            operations.restart()
            click.echo("The worker restarts its browser with it.")
        except RequestRefused:
            click.echo("The next worker of the account starts with it.")


def _state(newest: ArchiveHeader | None, ended: str, since: int) -> str:
    if newest is None:
        return ""
    if ended:
        return f"not used again: {ended}"
    return f"newest; messages sent since: {since}" if since else "newest"


def _header(file: Path) -> ArchiveHeader:
    from whatsapp_tasks.archives.reading import check_whole

    try:
        return check_whole(file)
    except ArchiveRefused as error:
        raise RequestRefused("archive_refused", str(error)) from error


def _add_key(session: click.Group) -> None:
    @session.command("new-key")
    def new_key() -> None:
        """Print a new key for the vault; keep it where the archives are not."""
        insist_on_extra("vault", "`whatsapp-tasks session`")
        from whatsapp_tasks.archives.sealing import VaultKey, new_key

        key = new_key()
        click.echo(f"# created: {datetime.now(UTC).isoformat(timespec='seconds')}")
        click.echo(f"# public key: {VaultKey(key).recipient}")
        click.echo(key)
