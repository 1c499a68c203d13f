"""``whatsapp-tasks``: the processes, the operator's commands, the demo."""

import errno
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any, get_args

import click
from rich.console import Console
from rich.table import Table

from whatsapp_tasks.cli import embedded, ports
from whatsapp_tasks.cli.accounts import add_accounts
from whatsapp_tasks.cli.alive import add_alive
from whatsapp_tasks.cli.batch import add_batch
from whatsapp_tasks.cli.chats import add_chats
from whatsapp_tasks.cli.check import add_check
from whatsapp_tasks.cli.doctor import add_doctor
from whatsapp_tasks.cli.events import add_events
from whatsapp_tasks.cli.hand import add_hand
from whatsapp_tasks.cli.mcp import add_mcp
from whatsapp_tasks.cli.messages import add_messages
from whatsapp_tasks.cli.opt_outs import add_opt_outs
from whatsapp_tasks.cli.pause import add_pause
from whatsapp_tasks.cli.programs import insist_on_programs
from whatsapp_tasks.cli.selectors import add_selectors
from whatsapp_tasks.cli.send import add_send
from whatsapp_tasks.cli.sessions import add_session
from whatsapp_tasks.cli.supervisor import Supervisor, python_module
from whatsapp_tasks.cli.templates import add_templates
from whatsapp_tasks.cli.webhooks import add_webhooks
from whatsapp_tasks.config import Settings, load_settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT, check_account_name
from whatsapp_tasks.domain.passkey_screen import PasskeyAction
from whatsapp_tasks.errors import (
    ConfigurationError,
    RequestRefused,
    StoreUnavailable,
    UnsafeStore,
    WhatsAppTasksError,
)
from whatsapp_tasks.extras import insist_on_extra
from whatsapp_tasks.logging import configure_logging
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.private_files import keep_private, private_folder
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import SCOPES, ApiKeys
from whatsapp_tasks.stores.connection import Database, await_redis
from whatsapp_tasks.stores.durability import insist_on_durability
from whatsapp_tasks.stores.sessions import Sessions

log = logging.getLogger(__name__)
console = Console(markup=False, emoji=False)
"""It also prints texts of callers and operators: ``[/x]`` and ``:x:`` in them are not markup."""


@click.group()
@click.version_option(package_name="whatsapp-tasks")
def cli() -> None:
    """WhatsApp messages from your own number: never lost, never sent twice."""


def main() -> None:
    """Entry point: every expected error is one line, and exit code 1."""
    keep_private()
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except WhatsAppTasksError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


def _settings() -> Settings:
    """Settings; without ``REDIS_URL`` with the private Valkey of the data folder, if it runs."""
    settings = load_settings()
    if "REDIS_URL" not in os.environ:
        url = embedded.running_url(settings.data_dir)
        if url is not None:
            os.environ["REDIS_URL"] = url
            return load_settings()
    return settings


def _database() -> Database:
    return Database.connect(_settings())


def _now_ms() -> int:
    return int(time.time() * 1000)


# processes


def _begin(process: str, settings: Settings, **fields: str) -> None:
    """Sets up logs and waits for Redis: five attempts with the blueprint's pauses, then exit code 1."""
    configure_logging(settings.log_level, settings.log_format, process=process, **fields)
    try:
        private_folder(settings.data_dir)
    except OSError as error:  # not every process writes there; one that does reports it itself
        log.warning("The data folder cannot be created", extra={"detail": error.strerror})
    database = Database.connect(settings)
    try:
        await_redis(database, process)
        insist_on_durability(database, accept_unsafe=settings.accept_unsafe_redis)
    except (StoreUnavailable, UnsafeStore) as error:
        log.critical("Redis is unavailable; giving up", extra={"detail": str(error)})
        sys.exit(1)


def _insist_on_data_dir(settings: Settings) -> None:
    """Raises ConfigurationError unless files can be written there."""
    try:
        private_folder(settings.data_dir)
        if not os.access(settings.data_dir, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise ConfigurationError(
            f"WHATSAPP_DATA_DIR ({settings.data_dir}) cannot be used: {error.strerror}."
        ) from None


@cli.command()
@click.option("--account", default=None, help="The account this worker sends for.")
def worker(account: str | None) -> None:
    """Run the worker of one account."""
    insist_on_extra("worker", "`whatsapp-tasks worker`")
    if account is not None:
        os.environ["WHATSAPP_ACCOUNT"] = check_account_name(account)
    settings = _settings()
    insist_on_programs(settings)
    _insist_on_data_dir(settings)
    _begin("worker", settings, account=settings.account)
    from whatsapp_tasks.tasks.worker import run_worker

    sys.exit(run_worker(settings))


@cli.command()
def web() -> None:
    """Run the HTTP API."""
    insist_on_extra("web", "`whatsapp-tasks web`")
    settings = _settings()
    ports.insist_on_free(settings.web_host, settings.web_port, "WHATSAPP_WEB")
    _begin("web", settings)
    if settings.web_workers == 1:
        os.execv(sys.executable, python_module("webapp.serve"))
    processes = Supervisor(lambda _, line: print(line, flush=True))
    for number in range(1, settings.web_workers + 1):
        processes.add(f"web-{number}", python_module("webapp.serve"), os.environ)
    processes.run()


@cli.command()
def beat() -> None:
    """Run beat, which schedules the checks."""
    settings = _settings()
    _begin("beat", settings)
    from whatsapp_tasks.celery import app

    app.start(["beat", f"--loglevel={settings.log_level}", "--pidfile="])


@cli.command()
def flower() -> None:
    """Run Flower; its login is FLOWER_BASIC_AUTH (user:password)."""
    insist_on_extra("flower", "`whatsapp-tasks flower`")
    settings = _settings()
    if not os.environ.get("FLOWER_BASIC_AUTH"):
        raise ConfigurationError(
            "Set FLOWER_BASIC_AUTH=user:password: without it anyone could control the workers."
        )
    ports.insist_on_free(settings.flower_host, settings.flower_port, "WHATSAPP_FLOWER")
    _begin("flower", settings)
    from whatsapp_tasks.celery import app

    app.start(
        [
            "flower",
            f"--address={settings.flower_host}",
            f"--port={settings.flower_port}",
            "--persistent=True",
            f"--db={settings.data_dir / 'flower'}",
        ]
    )


@cli.command()
@click.option("--flower/--no-flower", "with_flower", default=True, help="Also run Flower.")
def up(with_flower: bool) -> None:
    """Run everything on this machine; Ctrl-C stops everything."""
    insist_on_extra("up", "`whatsapp-tasks up`")
    from whatsapp_tasks.cli.up import run_up

    sys.exit(run_up(console, with_flower=with_flower))


@cli.command()
@click.option("--keep", is_flag=True, help="Keep running after the demo, until Ctrl-C.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
def demo(keep: bool, folder: Path) -> None:
    """Send a text and a file end to end, against the simulator.

    Nothing leaves this machine.
    """
    insist_on_extra("up", "`whatsapp-tasks demo`")
    insist_on_extra("simulator", "`whatsapp-tasks demo`")
    from whatsapp_tasks.cli.demo import run_demo

    sys.exit(run_demo(console, folder, keep=keep))


# operators


@cli.group()
def keys() -> None:
    """API keys."""


@keys.command("create")
@click.argument("label")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=("send", "read"))
def keys_create(label: str, scopes: tuple[str, ...]) -> None:
    """Create a key. Its secret is shown only now."""
    key = ApiKeys(_database()).create(label, scopes, _now_ms())
    click.echo(f"key:    {key.id}\nsecret: {key.secrets[0]}\nscopes: {', '.join(key.scopes)}")


@keys.command("list")
def keys_list() -> None:
    """Show the keys, without their secrets."""
    table = Table("key", "label", "scopes", "secrets")
    for key in ApiKeys(_database()).all():
        table.add_row(key.id, key.label, ", ".join(key.scopes), str(len(key.secrets)))
    console.print(table)


@keys.command("rotate")
@click.argument("key_id")
def keys_rotate(key_id: str) -> None:
    """Add a secret; the previous one stays valid until the next rotation."""
    store = ApiKeys(_database())
    key = store.get(key_id)
    if key is None:
        raise RequestRefused("key_unknown", f"There is no key '{key_id}'.")
    click.echo(f"secret: {store.rotate(key).secrets[0]}")


@keys.command("revoke")
@click.argument("key_id")
def keys_revoke(key_id: str) -> None:
    """Revoke a key at once."""
    if not ApiKeys(_database()).revoke(key_id):
        raise RequestRefused("key_unknown", f"There is no key '{key_id}'.")
    click.echo(f"{key_id} is revoked")


@cli.command()
@click.option("--account", default=DEFAULT_ACCOUNT)
@click.option("--phone", default=None, help="Its number, +49…: show a pairing code instead of QR codes.")
@click.option("--timeout-seconds", default=300.0, show_default=True)
@click.option(
    "--here", is_flag=True, help="Open WhatsApp's page in a window here, and hand the session over."
)
@click.option("--to", "url", default=None, help="With --here: the service; WHATSAPP_API_URL, _KEY, _SECRET.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="With --here: a file instead.")
@click.option("--recipient", default=None, help="With --out: the public key of the vault, age1….")
@click.option("--accept-stale", is_flag=True, help="With --to: replace a session that is alive.")
def link(account: str, phone: str | None, timeout_seconds: float, here: bool, **handing_over: Any) -> None:
    """Show an account's QR code, or a pairing code, until it is used.

    --here links on a desktop, for accounts that WhatsApp asks for a passkey (docs/passkeys.md).
    """
    if here:
        insist_on_extra("link", "`whatsapp-tasks link --here`")
        from whatsapp_tasks.cli.link_here import link_here

        link_here(console, load_settings(), account, timeout_seconds, **handing_over)
        return
    if any(handing_over.values()):
        raise click.UsageError("--to, --out, --recipient and --accept-stale belong to --here.")
    from whatsapp_tasks.cli.link import show_pairing_code, show_until_linked

    settings = _settings()
    database = Database.connect(settings)
    if not Accounts(database).exists(account):
        start = f"whatsapp-tasks worker --account {account}"
        click.echo(f"There is no account '{account}' yet: start `{start}`.", err=True)
    if phone is not None:
        show_pairing_code(console, Operations(database, settings, account), phone)
    linked = show_until_linked(console, Sessions(database, account), timeout_seconds, codes=phone is None)
    sys.exit(0 if linked else 1)


@cli.command()
@click.argument("action", type=click.Choice(["show", *get_args(PasskeyAction)]), default="show")
@click.option("--account", default=DEFAULT_ACCOUNT)
def passkey(action: str, account: str) -> None:
    """Show at which step WhatsApp asks for a passkey, and continue it."""
    from whatsapp_tasks.cli.link import show_passkey

    settings = _settings()
    show_passkey(console, Operations(Database.connect(settings), settings, account).existing(), action)


add_send(cli, console, _settings)
add_messages(cli, console, _settings)
add_batch(cli, console, _settings)
add_check(cli, console, _settings)
add_chats(cli, console, _settings)
add_events(cli, _settings)
add_opt_outs(cli, console, _settings)
add_templates(cli, console, _settings)
add_accounts(cli, console, _settings)
add_alive(cli, _settings)
add_doctor(cli, console, _settings)
add_selectors(cli, console, _settings)
add_pause(cli, console, _settings)
add_hand(cli, _settings)
add_mcp(cli, _settings)
add_session(cli, console, _settings)
add_webhooks(cli, console, _settings, _begin)


if __name__ == "__main__":
    main()
