"""The two servers that are compared, each as real processes on the same Redis."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

import psutil

EXPRESS = Path(__file__).parent / "express"
START_SECONDS = 30.0


class Server(ABC):
    """Listens on a port of its own until it is stopped."""

    name: str

    def __init__(self, redis_port: int, processes: int, key: tuple[str, str], folder: Path) -> None:
        self.processes = processes
        self.port = free_port()
        self._log = folder / f"{type(self).__name__}-{processes}.log"
        self._redis_port = redis_port
        self._key = key
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def environment(self) -> dict[str, str]: ...

    def start(self) -> Self:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                env={**os.environ, **self.environment()},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1):
                    return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.name} did not start:\n{self._log.read_text('utf-8')[-2000:]}")

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)

    def cpu_seconds(self) -> float:
        """Of all its processes, from their start."""
        assert self._process is not None
        parent = psutil.Process(self._process.pid)
        times = [p.cpu_times() for p in (parent, *parent.children(recursive=True))]
        return float(sum(t.user + t.system for t in times))


class Ours(Server):
    """``whatsapp-tasks web`` as it is deployed. No daily cap, as the other knows none, and no limit of
    requests that is met; they are counted all the same.
    """

    name = "whatsapp-tasks"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "whatsapp_tasks.cli.main", "web"]

    def environment(self) -> dict[str, str]:
        return {
            "REDIS_URL": f"redis://127.0.0.1:{self._redis_port}/0",
            "WHATSAPP_DATA_DIR": str(self.folder),
            "WHATSAPP_WEB_PORT": str(self.port),
            "WHATSAPP_WEB_WORKERS": str(self.processes),
            "WHATSAPP_RATE_LIMIT_PER_KEY": "100000000/minute",
            "WHATSAPP_RATE_LIMIT_PER_ADDRESS": "100000000/minute",
            "WHATSAPP_CAP_POLICY": "off",
        }


class Express(Server):
    """``express/server.js``; more than one process share the port through node's cluster."""

    name = "Express + BullMQ"

    def command(self) -> list[str]:
        return ["node", str(EXPRESS / "server.js")]

    def environment(self) -> dict[str, str]:
        return {
            "NODE_ENV": "production",
            "PORT": str(self.port),
            "REDIS_PORT": str(self._redis_port),
            "API_KEY": self._key[0],
            "API_SECRET": self._key[1],
            "WORKERS": str(self.processes),
        }


def install_express() -> None:
    """Its packages, by the lock file, once."""
    if not (EXPRESS / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=EXPRESS, check=True)


def missing_programs() -> list[str]:
    return [
        name for name in ("node", "npm", "wrk", "redis-server", "redis-benchmark") if not shutil.which(name)
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
