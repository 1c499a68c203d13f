"""``whatsapp-tasks webhooks``: the process, and the operator's commands for endpoints and dead letters."""

import os
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.events import RECEIVED_VERSION
from whatsapp_tasks.domain.webhooks import Endpoint, encode_secret
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.extras import insist_on_extra
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.webhook_deliveries import Deliveries
from whatsapp_tasks.stores.webhook_endpoints import EndpointState, WebhookEndpoints

SECRET_BYTES = 32


def add_webhooks(
    cli: click.Group,
    console: Console,
    load: Callable[[], Settings],
    begin: Callable[[str, Settings], None],
) -> None:
    """Adds the group to ``cli``; ``begin`` is the first step of every process."""

    @cli.group(invoke_without_command=True)
    @click.pass_context
    def webhooks(context: click.Context) -> None:
        """Run the webhooks worker, or manage webhooks."""
        if context.invoked_subcommand is not None:
            return
        insist_on_extra("webhooks", "`whatsapp-tasks webhooks`")
        os.environ["WHATSAPP_ROLE"] = "webhooks"  # read by celeryconfig.py
        settings = load()
        begin("webhooks", settings)
        from whatsapp_tasks.tasks.webhook_worker import run_webhooks

        sys.exit(run_webhooks(settings))

    def database() -> Database:
        return Database.connect(load())

    _add_endpoints(webhooks, console, database)
    _add_switches(webhooks, database)
    _add_dead_letters(webhooks, console, database)


def _add_endpoints(webhooks: click.Group, console: Console, database: Callable[[], Database]) -> None:
    @webhooks.command("list")
    def list_() -> None:
        """Show the webhooks, their state, and the waiting events."""
        connection = database()
        store = WebhookEndpoints(connection)
        table = Table("name", "url", "events", "accounts", "state", "waiting", "dead", "set by")
        for endpoint in store.all():
            counts = Deliveries(connection, endpoint.name).counts()
            table.add_row(
                endpoint.name,
                endpoint.url,
                ", ".join(endpoint.events) or "all",
                ", ".join(endpoint.accounts) or "all",
                state_text(store.state(endpoint.name)),
                str(counts["waiting"] + counts["running"]),
                str(counts["dead"]),
                endpoint.origin,
            )
        console.print(table)

    @webhooks.command()
    @click.argument("name")
    @click.argument("url")
    @click.option("--event", "events", multiple=True, help="A type such as message.sent, or message.*")
    @click.option("--account", "accounts", multiple=True, help="Only events of this account.")
    @click.option("--allow-private", is_flag=True, help="Allow a private network or this machine.")
    @click.option("--concurrency", default=4, show_default=True, help="Maximum of concurrent requests.")
    @click.option(
        "--received-version",
        type=click.IntRange(1, RECEIVED_VERSION),
        default=RECEIVED_VERSION,
        show_default=True,
        help="The shape of message.received.",
    )
    def add(**fields: object) -> None:
        """Send events to URL. The secret to verify them is shown only now."""
        secret = encode_secret(secrets.token_bytes(SECRET_BYTES))
        signs = str(fields["url"]).startswith("http")
        endpoint = Endpoint(**fields, secrets=(secret,) if signs else (), created_ms=_now_ms())  # type: ignore[arg-type]
        WebhookEndpoints(database()).add(endpoint)
        click.echo(f"{endpoint.name} gets events from now on")
        if signs:
            click.echo(f"secret: {secret}")

    @webhooks.command()
    @click.argument("name")
    @click.confirmation_option(prompt="Its waiting events and dead letters are deleted too. Continue?")
    def remove(name: str) -> None:
        """Delete a webhook with all its waiting events."""
        if not WebhookEndpoints(database()).remove(name):
            raise RequestRefused("webhook_not_found", f"There is no webhook '{name}'.")
        click.echo(f"{name} is removed")


def _add_switches(webhooks: click.Group, database: Callable[[], Database]) -> None:
    @webhooks.command()
    @click.argument("name")
    def rotate(name: str) -> None:
        """Add a secret; the previous one signs too, until `end-rotation` or the next rotation."""
        endpoint = WebhookEndpoints(database()).rotate(name, encode_secret(secrets.token_bytes(SECRET_BYTES)))
        click.echo(f"secret: {endpoint.secrets[0]}")

    @webhooks.command("end-rotation")
    @click.argument("name")
    def end_rotation(name: str) -> None:
        """Sign only with the newest secret."""
        WebhookEndpoints(database()).end_rotation(name)
        click.echo(f"{name} has one secret now")

    @webhooks.command()
    @click.argument("name")
    def disable(name: str) -> None:
        """Stop sending to it; queued events wait."""
        WebhookEndpoints(database()).disable(name, _now_ms(), "operator")
        click.echo(f"{name} is disabled")

    @webhooks.command()
    @click.argument("name")
    def enable(name: str) -> None:
        """Enable it after it was disabled, by a 410 or by hand."""
        WebhookEndpoints(database()).enable(name)
        click.echo(f"{name} is enabled")


def _add_dead_letters(webhooks: click.Group, console: Console, database: Callable[[], Database]) -> None:
    @webhooks.command()
    @click.argument("name")
    @click.option("--limit", default=50, show_default=True)
    def dead(name: str, limit: int) -> None:
        """Show events that were given up, the newest first."""
        connection = database()
        WebhookEndpoints(connection).get(name)
        table = Table("event", "type", "of", "attempts", "last answer", "given up")
        for letter in Deliveries(connection, name).dead(limit):
            table.add_row(
                letter.id, letter.type, letter.lane, str(letter.attempts), letter.code, _time(letter.dead_ms)
            )
        console.print(table)

    @webhooks.command()
    @click.argument("name")
    @click.argument("event_ids", nargs=-1)
    def redrive(name: str, event_ids: tuple[str, ...]) -> None:
        """Try dead letters again: the given ones, or all."""
        connection = database()
        WebhookEndpoints(connection).get(name)
        deliveries = Deliveries(connection, name)
        if event_ids:
            count = sum(deliveries.redrive(event_id, _now_ms()) for event_id in event_ids)
        else:
            count = deliveries.redrive_all(_now_ms())
        click.echo(f"{count} queued again")


def state_text(state: EndpointState) -> str:
    """The state of an endpoint, in a few words."""
    if state.disabled_ms is not None:
        return f"disabled since {_time(state.disabled_ms)} ({state.disabled_reason})"
    if state.streak:
        return f"failing: {state.streak} in a row, last {state.last_failure}"
    return "ok" if state.last_success_ms else "nothing sent yet"


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _now_ms() -> int:
    return int(time.time() * 1000)
