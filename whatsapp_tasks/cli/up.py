"""``whatsapp-tasks up``: everything on one machine, in one terminal."""

import fcntl
import os
import time
from itertools import cycle
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.text import Text

from whatsapp_tasks.cli import embedded, ports
from whatsapp_tasks.cli.link import show_qr
from whatsapp_tasks.cli.programs import add_programs, add_worker
from whatsapp_tasks.cli.supervisor import STOP_SECONDS, Supervisor
from whatsapp_tasks.config import load_settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.addresses import url_at
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.errors import ConfigurationError, StoreUnavailable
from whatsapp_tasks.private_files import private_folder
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database, await_redis
from whatsapp_tasks.stores.sessions import Sessions

AWAY_STOP_SECONDS = 6.0
"""While the store does not answer, no work can be finished, and killing the processes loses nothing."""
_COLOURS = ("cyan", "magenta", "yellow", "blue", "green", "bright_red")


def run_up(console: Console, *, with_flower: bool) -> int:
    """Runs until SIGINT or SIGTERM; returns the exit code. Raises ConfigurationError before the start."""
    settings = load_settings()
    lock = _only_one(settings.data_dir)
    ports.insist_on_free(settings.web_host, settings.web_port, "WHATSAPP_WEB")
    if os.geteuid() == 0 and "WHATSAPP_NO_SANDBOX" not in os.environ:
        console.print(
            "Running as root: Chromium starts only without its sandbox. Run as an ordinary user to "
            "keep it, or set WHATSAPP_NO_SANDBOX to accept this.",
            style="yellow",
        )
        os.environ["WHATSAPP_NO_SANDBOX"] = "true"
        settings = load_settings()
    server: embedded.Embedded | None = None
    if "REDIS_URL" not in os.environ:
        server = embedded.start(settings.data_dir)
        os.environ["REDIS_URL"] = server.url
        settings = load_settings()
    try:
        database = Database.connect(settings)
        await_redis(database, "up")
        accounts = Accounts(database)
        if not accounts.names():
            accounts.add(DEFAULT_ACCOUNT, int(time.time() * 1000))
        _first_key(console, database)
        supervisor = Supervisor(Shower(console), settings.data_dir / "logs")
        add_programs(supervisor, settings, accounts.names(), os.environ, with_flower=with_flower)
        console.print(f"API {url_at(settings.web_host, settings.web_port)} · Ctrl-C stops everything")
        watch = _AccountWatch(console, database, supervisor, accounts.names())
        supervisor.run(
            lambda: _look_after(console, server, watch),
            lambda: STOP_SECONDS if watch.store_answers() else AWAY_STOP_SECONDS,
        )
        console.print("Everything has ended.")
    finally:
        if server is not None:
            server.stop()
        lock.close()
    return 0


def _look_after(console: Console, server: embedded.Embedded | None, watch: "_AccountWatch") -> None:
    """Raises StoreUnavailable if the private store keeps dying."""
    if server is not None:
        server.tend(lambda line: console.print(line, style="bold red"))
    watch.look()


def _only_one(data_dir: Path) -> IO[str]:
    """Allows one `up` per data folder; the kernel releases the lock when this process ends."""
    try:
        lock = (private_folder(data_dir) / "up.lock").open("w", encoding="ascii")
    except OSError as error:
        raise ConfigurationError(
            f"WHATSAPP_DATA_DIR: {data_dir} cannot be written: {error.strerror}."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise ConfigurationError(
            f"Another `whatsapp-tasks up` runs in {data_dir}. Stop it, or set another WHATSAPP_DATA_DIR."
        ) from error
    return lock


def _first_key(console: Console, database: Database) -> None:
    keys = ApiKeys(database)
    if not keys.all():
        key = keys.create("first key, made by `up`", ("send", "read", "admin"), int(time.time() * 1000))
        console.print(
            f"A first API key; its secret is shown only now:\n  key:    {key.id}\n  secret: {key.secrets[0]}"
        )


class Shower:
    """Prints each program's lines after its name, in its colour."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._colours = cycle(_COLOURS)
        self._of: dict[str, str] = {}

    def __call__(self, name: str, line: str) -> None:
        colour = self._of.setdefault(name, next(self._colours))
        self._console.print(Text(f"{name:<16} ", style=colour) + Text(line), soft_wrap=True)


class _AccountWatch:
    """Shows the QR code of every account that waits for a phone, starts a worker for each added account, and
    reports when the store is unavailable.
    """

    def __init__(
        self, console: Console, database: Database, supervisor: Supervisor, accounts: list[str]
    ) -> None:
        self._console = console
        self._database = database
        self._supervisor = supervisor
        self._sessions = {account: Sessions(database, account) for account in accounts}
        self._shown: dict[str, str] = {}
        self._next = 0.0
        self._away = False

    def store_answers(self) -> bool:
        try:
            self._database.do("PING")
        except StoreUnavailable:
            return False
        return True

    def look(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 1
        try:
            self._look()
        except StoreUnavailable:
            self._report_store(away=True)
        else:
            self._report_store(away=False)

    def _report_store(self, *, away: bool) -> None:
        if away != self._away:
            if away:
                said = "Redis does not answer: nothing is accepted or sent until it does."
                self._console.print(said, style="bold red")
            else:
                self._console.print("Redis answers again.", style="green")
        self._away = away

    def _look(self) -> None:
        for account in Accounts(self._database).names():
            if account not in self._sessions:
                self._sessions[account] = Sessions(self._database, account)
                add_worker(self._supervisor, account, os.environ)
                self._console.print(f"Account '{account}' is new; its worker starts.")
        for account, sessions in self._sessions.items():
            ref = sessions.qr() if sessions.get().state is SessionState.QR_PENDING else None
            if ref is not None and ref != self._shown.get(account):
                self._shown[account] = ref
                self._console.print(f"Account '{account}' waits for a phone.")
                show_qr(self._console, ref)
