"""The application as it is served: ``whatsapp-tasks web``."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

_START_SECONDS = 20.0


class ServedApp:
    """On a free port, ended by its process id."""

    def __init__(self, redis_url: str, folder: Path, *, workers: int = 1, **environment: str) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self._log = folder / "web.log"
        self._environment = {
            "REDIS_URL": redis_url,
            "WHATSAPP_DATA_DIR": str(folder),
            "WHATSAPP_WEB_PORT": str(self.port),
            "WHATSAPP_WEB_WORKERS": str(workers),
            "WHATSAPP_ACCEPT_UNSAFE_REDIS": "true",  # that of the tests keeps nothing
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "ServedApp":
        command = [sys.executable, "-m", "whatsapp_tasks.cli.main", "web"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env={**os.environ, **self._environment}, stdout=log, stderr=log
            )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                    return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"The application did not start:\n{self.log()[-2000:]}")

    def log(self) -> str:
        """What the processes wrote."""
        return self._log.read_text("utf-8")

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
