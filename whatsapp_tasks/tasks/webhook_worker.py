"""Composition root of the webhooks worker: the relay, threads that post, and threads that fetch files. No
account, no browser.
"""

import logging
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from celery import signals
from pydantic import TypeAdapter, ValidationError

from whatsapp_tasks import crash_points
from whatsapp_tasks.celery import app
from whatsapp_tasks.clients.mail import MailServer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.webhooks import Endpoint
from whatsapp_tasks.errors import ConfigurationError, RequestRefused, StoreUnavailable
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.files.fetching import Fetcher
from whatsapp_tasks.queues import WEBHOOK_TASK, WEBHOOKS_QUEUE
from whatsapp_tasks.setting_kinds import parts_of
from whatsapp_tasks.stores.connection import Database, await_redis
from whatsapp_tasks.stores.metrics import Metrics
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints
from whatsapp_tasks.tasks.door import guard
from whatsapp_tasks.tasks.file_fetcher import FileFetcher
from whatsapp_tasks.tasks.webhook_relay import Relay
from whatsapp_tasks.tasks.webhook_sender import WebhookSender
from whatsapp_tasks.tasks.webhook_transports import transports
from whatsapp_tasks.tasks.webhooks import set_sender

log = logging.getLogger(__name__)

STOP_SECONDS = 5.0

_ENDPOINT = TypeAdapter(Endpoint)


def run_webhooks(settings: Settings) -> int:
    """Runs the webhooks worker until it is stopped; the exit code. ``settings.role`` is ``webhooks``."""
    if settings.role != "webhooks":
        raise ConfigurationError(
            "Start the webhooks worker by `whatsapp-tasks webhooks`, or set WHATSAPP_ROLE=webhooks."
        )
    database = Database.connect(settings)
    try:
        await_redis(database, "webhooks")
        take_over_endpoints(WebhookEndpoints(database), settings, int(time.time() * 1000))
    except StoreUnavailable as error:
        log.critical("The webhooks worker does not start", extra={"detail": str(error)})
        return 1
    sender = WebhookSender(database, settings, transports(settings, Dispatcher(database, settings)))
    set_sender(sender)
    relay = Relay(
        database,
        hold_ms=sender.hold_ms,
        threads=settings.webhook_threads,
        dead_kept_seconds=settings.retention_seconds,
    )

    contents = Contents.from_settings(database, settings)
    files = FileFetcher(Fetcher(database, settings, contents), contents)

    def stop_taking(**_: Any) -> None:
        sender.stopping.set()
        relay.ask_to_stop()
        files.ask_to_stop()

    signals.worker_shutting_down.connect(stop_taking, weak=False)
    guard(app, {WEBHOOK_TASK}, Metrics.of_webhooks_worker(database))
    crash_points.install(settings.crash_points)
    relay.start()
    files.start()
    try:
        app.worker_main(
            [
                "worker",
                "--pool=threads",
                f"--concurrency={settings.webhook_threads}",
                f"--queues={WEBHOOKS_QUEUE}",
                "--hostname=webhooks@%h",
                "--without-mingle",
                "--without-gossip",
                f"--loglevel={settings.log_level}",
            ]
        )
    finally:
        stop_taking()
        relay.join(timeout=STOP_SECONDS)
        files.join(timeout=STOP_SECONDS)
    return 0


def take_over_endpoints(store: WebhookEndpoints, settings: Settings, now_ms: int) -> None:
    """Puts the endpoints of the file WHATSAPP_WEBHOOKS and of the alert settings in place of those that came
    from there before; raises ConfigurationError naming the entry that is wrong.
    """
    if settings.webhooks is not None:
        store.keep("file", endpoints_of_file(settings.webhooks, now_ms))
    store.keep("settings", alert_endpoints(settings, now_ms))


def endpoints_of_file(path: Path, now_ms: int) -> list[Endpoint]:
    """The endpoints of a TOML file, one table each: ``[webhooks.NAME]`` with the fields of ``Endpoint``."""
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("webhooks", {})
    except OSError as error:
        raise ConfigurationError(f"WHATSAPP_WEBHOOKS: {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"WHATSAPP_WEBHOOKS: {path} is not valid TOML: {error}") from error
    return [_endpoint(name, table, now_ms) for name, table in tables.items()]


def alert_endpoints(settings: Settings, now_ms: int) -> list[Endpoint]:
    """What the alert settings ask for: a mail, a WhatsApp message, both or nothing."""
    events = parts_of(settings.alert_events)
    wanted = {}
    if settings.alert_email_to:
        MailServer.from_url(settings.smtp_url)
        wanted["alert-email"] = f"mailto:{settings.alert_email_to}"
    if settings.alert_whatsapp_to:
        if not settings.alert_whatsapp_account:
            raise ConfigurationError(
                "Set WHATSAPP_ALERT_WHATSAPP_ACCOUNT too: the account that sends the alerts about the others."
            )
        wanted["alert-whatsapp"] = (
            f"whatsapp:{settings.alert_whatsapp_to}?account={settings.alert_whatsapp_account}"
        )
    return [
        _endpoint(name, {"url": url, "events": events, "concurrency": 1}, now_ms, origin="settings")
        for name, url in wanted.items()
    ]


def _endpoint(name: str, table: Mapping[str, Any], now_ms: int, origin: str = "file") -> Endpoint:
    known = {"url", "secrets", "events", "accounts", "allow_private", "concurrency", "received_version"}
    if not isinstance(table, Mapping) or set(table) - known or "url" not in table:
        raise ConfigurationError(
            f"The webhook '{name}' needs a url, and may have {', '.join(sorted(known))}."
        )
    try:
        return _ENDPOINT.validate_python({**table, "name": name, "created_ms": now_ms, "origin": origin})
    except RequestRefused as refused:
        raise ConfigurationError(f"The webhook '{name}': {refused}") from refused
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)  # the input may be a secret
        wrong = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems)
        raise ConfigurationError(f"The webhook '{name}': {wrong}") from None
