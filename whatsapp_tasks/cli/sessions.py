"""``whatsapp-tasks session``: archives of an account's session, and the key they are encrypted for."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.table import Table

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.events import rfc3339
from whatsapp_tasks.domain.session_archives import ArchiveHeader, Refusal, refused
from whatsapp_tasks.errors import ArchiveRefused, RequestRefused
from whatsapp_tasks.extras import insist_on_extra
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.private_files import reserved_file
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.vaults import Vault, insist_on_vault

RESTART_SECONDS = 120.0
"""For the message that is being sent, the end of a browser and the start of the next one."""
RISK = """\
This archive does not know what the account sent and received after it was made. WhatsApp may not be able to
read some of the next messages until both sides have exchanged new keys, and chats miss what is newer. If the
copy that is newer still runs anywhere, stop it first: two running copies of one session can cost the link."""


VaultOf = Callable[[str], tuple[Vault, Operations]]
"""The vault of an account and the commands to it; raises RequestRefused without one."""


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
    _add_list(session, console, vault_of)
    _add_export(session, vault_of)
    _add_import(session, vault_of)


def _add_list(session: click.Group, console: Console, vault_of: VaultOf) -> None:
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
        refusal = vault.record.refused_offer()
        if refusal:
            console.print(f"The archive that was brought last was not used: {refusal}")


def _add_export(session: click.Group, vault_of: VaultOf) -> None:
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
        with reserved_file(file) as reserved, TemporaryDirectory() as folder:
            fetched = Path(folder) / "archive.session"
            vault.fetch(custody.newest.name, fetched)
            if _header(fetched) != custody.newest:
                raise RequestRefused("archive_refused", str(refused(Refusal.NOT_AS_RECORDED)))
            reserved.fill(fetched)
        since = custody.sent_since(custody.newest)
        click.echo(f"{file}: archive {custody.newest.number} of {rfc3339(custody.newest.created_ms)}")
        with suppress(RequestRefused):
            operations.require_worker()
            click.echo("The worker runs: what it does from now on is missing in this archive.", err=True)
        if since:
            click.echo(f"Messages sent after it was made: {since}.", err=True)


def _add_import(session: click.Group, vault_of: VaultOf) -> None:
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
        except RequestRefused:
            click.echo("The next worker of the account starts with it, if it can be used: see session list.")
            return
        click.echo("The worker restarts its browser …")
        why = _taken_up(vault, RESTART_SECONDS)
        if why is None:
            click.echo("It runs with the archive now.")
        else:
            raise RequestRefused("archive_refused", why)


def _taken_up(vault: Vault, seconds: float) -> str | None:
    """Waits until the worker has taken the archive up, or has refused it; why it does not run with it."""
    end = time.monotonic() + seconds
    while vault.record.offer() is not None:
        if time.monotonic() > end:
            return "The worker has not taken the archive up yet; `whatsapp-tasks session list` shows it."
        time.sleep(0.2)
    refusal = vault.record.refused_offer()
    return f"{refusal} The session from before goes on." if refusal else None


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
