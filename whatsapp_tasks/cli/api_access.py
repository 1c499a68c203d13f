"""The API's address and key for commands: from options, the environment, or this machine."""

import functools
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.addresses import url_at
from whatsapp_tasks.errors import ConfigurationError, StoreUnavailable
from whatsapp_tasks.stores.api_keys import SCOPES, ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database

KEY_FILE = "command-line-key"
_LABEL = "command line of this machine"

_OPTIONS = (
    click.option("--api-url", envvar="WHATSAPP_API_URL", help="The API's address; WHATSAPP_API_URL."),
    click.option("--api-key", envvar="WHATSAPP_API_KEY", help="The API key's id; WHATSAPP_API_KEY."),
    click.option("--api-secret", envvar="WHATSAPP_API_SECRET", help="Its secret; WHATSAPP_API_SECRET."),
)


def with_client(load: Callable[[], Settings]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the options for the API, and a client as its first argument."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def run(
            *args: Any, api_url: str | None, api_key: str | None, api_secret: str | None, **kw: Any
        ) -> None:
            with open_client(load, api_url, api_key, api_secret) as client:
                command(client, *args, **kw)

        for option in reversed(_OPTIONS):
            run = option(run)
        return run

    return decorate


def open_client(
    load: Callable[[], Settings], url: str | None, key_id: str | None, secret: str | None
) -> Client:
    """Missing values come from this machine: the port of the settings, and a key that is created once.
    Anybody who can read the data folder and write to Redis needs no other permission.
    """
    if bool(key_id) != bool(secret):
        raise ConfigurationError("Give both, the API key's id and its secret (WHATSAPP_API_KEY, _SECRET).")
    settings = load()
    if not (key_id and secret):
        if url:
            raise ConfigurationError(
                f"No key was given for {url}: set WHATSAPP_API_KEY and WHATSAPP_API_SECRET "
                "(`whatsapp-tasks keys create LABEL` shows both)."
            )
        key = _own_key(settings)
        key_id, secret = key.id, key.secrets[0]
    return Client(api_address(settings, url), key_id, secret)


def api_address(settings: Settings, url: str | None) -> str:
    """``url``, else where the service of this machine listens."""
    return url or url_at(settings.web_host, settings.web_port)


def _own_key(settings: Settings) -> ApiKey:
    store = ApiKeys(Database.connect(settings))
    file = settings.data_dir.resolve() / KEY_FILE
    try:
        known = store.get(json.loads(file.read_text("utf-8"))["key"]) if file.exists() else None
        if known is None:  # a new Redis, or it was revoked
            known = store.create(_LABEL, SCOPES, int(time.time() * 1000))
            _write_private(file, json.dumps({"key": known.id}))
    except StoreUnavailable as error:
        raise ConfigurationError(
            "No API key was given, and none could be created: no service seems to run on this machine. Start "
            "it with `whatsapp-tasks up`, or set WHATSAPP_API_URL, WHATSAPP_API_KEY and WHATSAPP_API_SECRET."
        ) from error
    return known


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
