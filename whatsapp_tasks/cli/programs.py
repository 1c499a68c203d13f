"""The processes of the service on one machine; the same as in the Procfile."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from whatsapp_tasks.cli.supervisor import Supervisor, python_module
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import ConfigurationError

CLI = "whatsapp_tasks.cli.main"


def add_programs(
    supervisor: Supervisor,
    settings: Settings,
    accounts: list[str],
    environment: Mapping[str, str],
    *,
    with_flower: bool,
) -> None:
    """Web, one worker per account, webhooks, beat, Flower."""
    supervisor.add("web", python_module(CLI, "web"), environment)
    for account in accounts:
        add_worker(supervisor, account, environment)
    supervisor.add("webhooks", python_module(CLI, "webhooks"), environment)
    supervisor.add("beat", python_module(CLI, "beat"), environment)
    if with_flower:
        login = flower_environment(settings.data_dir)
        supervisor.add("flower", python_module(CLI, "flower"), {**environment, **login})


def add_worker(supervisor: Supervisor, account: str, environment: Mapping[str, str]) -> None:
    """Adds the worker of one account; also for an account that is added later."""
    supervisor.add(f"worker-{account}", python_module(CLI, "worker", "--account", account), environment)


def insist_on_programs(settings: Settings) -> None:
    """Raises ConfigurationError for a setting that is not a program: a worker would retry it for ever."""
    for name in ("chromium", "chromedriver"):
        path: Path = getattr(settings, name)
        if not (path.is_file() and os.access(path, os.X_OK)):
            raise ConfigurationError(f"WHATSAPP_{name.upper()}: {path} is not an executable program.")


def flower_environment(data_dir: Path) -> Mapping[str, str]:
    """Without a password Flower is open to everybody: one is created once and kept in the data folder."""
    if os.environ.get("FLOWER_BASIC_AUTH"):
        return {}
    file = data_dir.resolve() / "flower-login"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(f"operator:{secrets.token_urlsafe(16)}")
    return {"FLOWER_BASIC_AUTH": file.read_text("utf-8")}
