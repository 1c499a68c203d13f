"""``whatsapp-tasks mcp``: tools for assistants, by the Model Context Protocol. See docs/mcp.md."""

import logging
import os
from collections.abc import Callable

import click

from whatsapp_tasks.cli import ports
from whatsapp_tasks.cli.api_access import api_address
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import ConfigurationError, RequestRefused
from whatsapp_tasks.extras import insist_on_extra
from whatsapp_tasks.logging import configure_logging
from whatsapp_tasks.setting_kinds import parts_of

PATIENCE_SECONDS = 15.0
"""Assistants give up on a tool after about a minute, and a person waits for it."""

log = logging.getLogger(__name__)


def add_mcp(cli: click.Group, load: Callable[[], Settings]) -> None:
    """Adds the command to ``cli``."""

    @cli.command()
    @click.option("--http", is_flag=True, help="Serve HTTP, not standard input and output.")
    @click.option("--api-url", envvar="WHATSAPP_API_URL", help="The API's address; WHATSAPP_API_URL.")
    def mcp(http: bool, api_url: str | None) -> None:
        """Offer tools to assistants (Model Context Protocol).

        The tools are those that the API key of WHATSAPP_API_KEY and WHATSAPP_API_SECRET may use. With --http
        each caller must know WHATSAPP_MCP_TOKEN.
        """
        insist_on_extra("mcp", "`whatsapp-tasks mcp`")
        settings = load()
        key_id, secret = _key()
        if http:
            _insist_on_token(settings)
            ports.insist_on_free(settings.mcp_host, settings.mcp_port, "WHATSAPP_MCP")
        configure_logging(settings.log_level, settings.log_format, process="mcp")
        logging.getLogger("mcp").setLevel(logging.WARNING)  # at INFO it logs what a tool answered

        def connect() -> Client:
            return Client(api_address(settings, api_url), key_id, secret, patience_seconds=PATIENCE_SECONDS)

        _serve(settings, connect, http=http)


def _serve(settings: Settings, connect: Callable[[], Client], *, http: bool) -> None:
    # Only here: the other commands would wait for the SDK, and need not have it.
    from whatsapp_tasks.mcp_server.http import make_app, serve
    from whatsapp_tasks.mcp_server.server import make_server

    scopes = _scopes(connect)
    log.info("The tools are those of the API key", extra={"scopes": scopes})
    if not http:
        make_server(connect, scopes).run("stdio")
        return
    app = make_app(
        make_server(connect, scopes, settings.mcp_token),
        parts_of(settings.mcp_hosts),
        parts_of(settings.mcp_origins),
    )
    serve(app, settings.mcp_host, settings.mcp_port)


def _scopes(connect: Callable[[], Client]) -> list[str]:
    try:
        with connect() as client:
            return client.key()["scopes"]
    except RequestRefused as refused:
        raise ConfigurationError(
            f"The API refused the key ({refused.code}): check WHATSAPP_API_KEY, WHATSAPP_API_SECRET, "
            "WHATSAPP_API_URL and the clock of this machine."
        ) from refused


def _key() -> tuple[str, str]:
    """Its id and secret; never that of this machine, which may do everything."""
    key_id, secret = (os.environ.get(f"WHATSAPP_API_{part}", "") for part in ("KEY", "SECRET"))
    if not (key_id and secret):
        raise ConfigurationError(
            "Set WHATSAPP_API_KEY and WHATSAPP_API_SECRET to a key for the assistant: `whatsapp-tasks keys "
            "create assistant --scope send --scope read` shows both. Its scopes decide which tools there are."
        )
    return key_id, secret


def _insist_on_token(settings: Settings) -> None:
    if not settings.mcp_token:
        raise ConfigurationError(
            "Set WHATSAPP_MCP_TOKEN, which every caller must send: `openssl rand -hex 32` makes one."
        )
