"""The whole service as real processes, around a simulator and a private Redis."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests

from tests.support.redis_server import RedisServer
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.browser.processes import die_with_parent, sweep_orphans
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database

T = TypeVar("T")
LONG_SECONDS = 120.0


ANY_NAME = "Ablage 'für' \"alles\" [/x] $(id) %41"
"""Of a folder: blanks, quotes, umlauts, and what means something elsewhere."""
NO_WAY_OUT = {
    "HTTP_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
    "HTTPS_PROXY": "http://127.0.0.1:1",
    "NO_PROXY": "example.org",
    "no_proxy": "example.org",
}
"""An unreachable proxy: a request through it to this machine fails."""


class Stack:
    """Starts what a test asks for; ``stop`` ends everything. Logs are in ``folder/*.log``."""

    def __init__(
        self,
        folder: Path,
        *,
        era: str = "E3",
        environment: Mapping[str, str] | None = None,
        fsync: str = "always",
        only_worker: Sequence[str] = (),
        data: str = "data",
    ) -> None:
        """``environment`` is for all our processes, except the names in ``only_worker``; ``data`` names the
        data folder.
        """
        self._commands: dict[str, Sequence[str]] = {}
        self._only_worker = only_worker
        self.folder = folder
        self.data = folder / data
        self.crash_points = folder / "crash-points"
        self.crash_points.mkdir(parents=True)
        (folder / "redis").mkdir()
        self.redis = RedisServer(folder / "redis", "--appendfsync", fsync)
        self.simulator = Simulator(era=era, data=folder / "simulator")
        self._extra = dict(environment or {})
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.web_port = free_port()

    # life

    def start(self, *processes: str) -> "Stack":
        """Redis and simulator, then ``worker``, ``web``, ``beat`` as asked for."""
        self.redis.start()
        self.simulator.start()
        Accounts(self.database).add("default", 1)
        for name in processes:
            self.run(name)
        return self

    def stop(self) -> None:
        for name in list(self._processes):
            self.kill(name)
        for profile in (self.data / "profiles").glob("*"):
            sweep_orphans(profile)  # what a test stopped does not notice that its browser is gone
        self.database.client.close()
        self.simulator.stop()
        self.redis.kill()

    @property
    def environment(self) -> dict[str, str]:
        return self.plain_environment | {
            "REDIS_URL": self.redis.url,
            "WHATSAPP_URL": self.simulator.page_url,
            **self._extra,
        }

    @property
    def plain_environment(self) -> dict[str, str]:
        """Settings for a test: fast, in this folder; without a Redis or a page."""
        return os.environ | {
            "WHATSAPP_DATA_DIR": str(self.data),
            "WHATSAPP_WEB_PORT": str(self.web_port),
            "WHATSAPP_WEB_WORKERS": "1",
            "WHATSAPP_NO_SANDBOX": str(os.geteuid() == 0).lower(),
            "WHATSAPP_TYPING_FASTEST_MS": "0",
            "WHATSAPP_TYPING_SLOWEST_MS": "0",
            "WHATSAPP_POPUP_SECOND_LOOK_SECONDS": "0.2",
            "WHATSAPP_CRASH_POINTS": str(self.crash_points),
            "WHATSAPP_LOG_FORMAT": "json",
            "WHATSAPP_CAP_POLICY": "off",
            "WHATSAPP_RATE_LIMIT_PER_KEY": "100000/minute",
            "WHATSAPP_RATE_LIMIT_PER_ADDRESS": "100000/minute",
        }

    def run(
        self, name: str, *arguments: str, extra: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Runs ``whatsapp-tasks <name>``, with ``extra`` settings; its output goes to a log file."""
        environment = self.environment | dict(extra or {})
        if name != "worker":
            for variable in self._only_worker:
                environment.pop(variable, None)
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [
                    *die_with_parent(),  # a killed test run leaves no processes
                    *self._commands.get(
                        name, [sys.executable, "-m", "whatsapp_tasks.cli.main", name, *arguments]
                    ),
                ],
                env=environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._processes[name] = process
        if name == "web":
            eventually(self._web_answers, "the API answers")
        return process

    def kill(self, name: str) -> None:
        """SIGKILL to the process alone, as the kernel would."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()
        if name == "web":  # the server's own workers are its children
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def terminate(self, name: str, timeout_seconds: float = 30.0) -> int:
        """SIGTERM; the exit code."""
        process = self._processes.pop(name)
        process.terminate()
        return process.wait(timeout_seconds)

    def process(self, name: str) -> psutil.Process:
        return psutil.Process(self._processes[name].pid)

    def command(self, name: str, command: Sequence[str]) -> None:
        """From now on ``run(name)`` runs this."""
        self._commands[name] = command

    def has(self, name: str) -> bool:
        return name in self._processes

    def running(self, name: str) -> bool:
        return self._processes[name].poll() is None

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    # the service

    @cached_property
    def settings(self) -> Settings:
        """Made once: tests ask the stores again and again while they wait."""
        return Settings(REDIS_URL=self.redis.url, data_dir=self.data, cap_policy="off")

    @cached_property
    def database(self) -> Database:
        return Database.connect(self.settings)

    @property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.database, self.settings)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    def client(self, *scopes: str) -> Client:
        key = ApiKeys(self.database).create("test", scopes or ("send", "read"), 1)
        return Client(self.api, key.id, key.secrets[0])

    def link(self, *, flushed: bool = False) -> None:
        """The simulated phone scans the code that the worker's browser shows.

        ``flushed``: the worker is ended in order and started again, so that its login is on disk: Chromium
        keeps what a page stores in memory for some seconds, and a kill within them is a logout.
        """
        eventually(lambda: any(page.get("screen") == "qr" for page in self.simulator.pages()), "a QR code")
        self.simulator.link()
        self.await_state("AUTHENTICATED")
        if flushed:
            self.terminate("worker")
            self.run("worker")
            eventually(lambda: any(page.get("screen") == "main" for page in self.simulator.pages()), "main")

    def await_state(self, state: str, seconds: float = LONG_SECONDS) -> None:
        key = "wa:{default}:session"
        eventually(lambda: self.database.text("HGET", key, "state") == state, f"state {state}", seconds)

    def await_status(self, message_id: str, *statuses: str, seconds: float = LONG_SECONDS) -> str:
        def status() -> str | None:
            now = self.dispatcher.get(message_id).status
            return now if now in statuses else None

        return eventually(status, f"status {' or '.join(statuses)}", seconds)

    # what runs of the browser

    def browsers(self) -> list[psutil.Process]:
        """Every Chromium and ChromeDriver process that serves this stack's data folder."""
        mark = str(self.data)
        found = []
        for process in psutil.process_iter(["name", "cmdline", "status"]):
            line = process.info["cmdline"] or []
            name = process.info["name"] or ""
            if process.info["status"] != psutil.STATUS_ZOMBIE and (
                "chrom" in name and any(mark in part for part in line)
            ):
                found.append(process)
        return found

    def processes_of_folder(self) -> list[psutil.Process]:
        """Every process that was started with this stack's data folder in its environment."""
        mark = str(self.data)
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("WHATSAPP_DATA_DIR") == mark:
                    found.append(process)
        return found

    # crash points

    def hold(self, place: str) -> None:
        """The next process that reaches the point ``place`` waits there."""
        (self.crash_points / f"{place}.reached").unlink(missing_ok=True)
        (self.crash_points / place).touch()

    def await_held(self, place: str) -> int:
        """The id of the process that waits at the point ``place``."""
        reached = self.crash_points / f"{place}.reached"
        return int(
            eventually(lambda: reached.read_text("utf-8") if reached.exists() else "", f"{place} is reached")
        )

    def let_go(self, place: str) -> None:
        (self.crash_points / place).unlink(missing_ok=True)

    def _web_answers(self) -> bool:
        try:
            return requests.get(f"{self.api}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


def eventually(asked: Callable[[], T | None], what: str, seconds: float = LONG_SECONDS) -> T:
    """The first true answer; fails the test saying ``what`` did not come."""
    deadline = time.monotonic() + seconds
    while True:
        answer = asked()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


def log_lines(text: str) -> list[dict[str, Any]]:
    """The JSON records of a log."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
