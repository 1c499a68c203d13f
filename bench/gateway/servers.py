"""The two servers that are compared, each as real processes on the same Redis."""

import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path

import psutil

from tests.support.http_server import HttpServer
from whatsapp_tasks.cli.ports import free_port

EXPRESS = Path(__file__).parent / "express"


class Server(HttpServer, ABC):
    """Listens on a port of its own until it is stopped."""

    name: str

    def __init__(self, redis_port: int, processes: int, key: tuple[str, str], folder: Path) -> None:
        self.processes = processes
        self._redis_port = redis_port
        self._key = key
        self.folder = folder
        self.port = free_port()
        log = folder / f"{type(self).__name__}-{processes}.log"
        super().__init__(self.command(), self.environment(), self.port, log)

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def environment(self) -> dict[str, str]: ...

    def cpu_seconds(self) -> float:
        """Of all its processes, from their start."""
        parent = psutil.Process(self.pid)
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
