"""``whatsapp-tasks hand``: where a person gets an account's live page into their hands."""

from collections.abc import Callable
from urllib.parse import urlsplit

import click

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.addresses import url_at
from whatsapp_tasks.domain.hand import page_path
from whatsapp_tasks.errors import ConfigurationError
from whatsapp_tasks.operations import Operations, PauseReason
from whatsapp_tasks.stores.connection import Database


def add_hand(cli: click.Group, load: Callable[[], Settings]) -> None:
    """Adds the command to ``cli``."""

    @cli.command()
    @click.argument("account", default=DEFAULT_ACCOUNT)
    @click.option(
        "--url", envvar="WHATSAPP_API_URL", help="Where people reach the service; WHATSAPP_API_URL."
    )
    def hand(account: str, url: str | None) -> None:
        """Print the link to an account's live page, to click away what keeps it from sending.

        It opens in any browser, for admin keys; sending is paused while a person has the page.
        """
        settings = load()
        operations = Operations(Database.connect(settings), settings, account).existing()
        if url is not None and urlsplit(url).scheme not in ("http", "https"):
            raise ConfigurationError("--url (WHATSAPP_API_URL) must be like https://service.example.")
        base = (url or url_at(settings.web_host, settings.web_port)).rstrip("/")
        click.echo(base + page_path(account))
        for pause in operations.pauses():
            if pause.reason is PauseReason.OPERATOR_VIEW:
                click.echo(f"{pause.author} {pause.note} now", err=True)
        operations.require_worker()
