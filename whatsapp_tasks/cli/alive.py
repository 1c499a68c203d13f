"""``whatsapp-tasks alive``: for the probes of Compose and Kubernetes."""

import sys
import time
from collections.abc import Callable

import click

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.stores.webhook_deliveries import Positions

WEBHOOKS_BEAT_SECONDS = 60.0
"""A webhooks worker beats every five seconds, and waits for Redis longer than that."""


def add_alive(cli: click.Group, load: Callable[[], Settings]) -> None:
    """Adds the group to ``cli``."""

    @cli.group()
    def alive() -> None:
        """Exit with 0 if a process gives signs of life, with 1 otherwise.

        While Redis does not answer, the exit code is 0, because a restart would not help.
        """

    @alive.command("worker")
    @click.option("--account", default=DEFAULT_ACCOUNT)
    def worker(account: str) -> None:
        """The worker of an account."""
        _end(lambda: Sessions(Database.connect(load()), account).heartbeat() is not None)

    @alive.command("webhooks")
    def webhooks() -> None:
        """The webhooks worker."""

        def beats() -> bool:
            beat_ms = Positions(Database.connect(load())).last_beat_ms()
            return beat_ms is not None and time.time() - beat_ms / 1000 < WEBHOOKS_BEAT_SECONDS

        _end(beats)


def _end(gives_signs: Callable[[], bool]) -> None:
    try:
        found = gives_signs()
    except StoreUnavailable:
        click.echo("Redis does not answer; the state is unknown.")
        sys.exit(0)
    click.echo("alive" if found else "no sign of life")
    sys.exit(0 if found else 1)
