"""A server that a test or a benchmark starts as a process of its own, and ends by its id."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from whatsapp_tasks.domain.addresses import url_at

START_SECONDS = 90.0


class HttpServer:
    """Runs ``command`` until ``stop``; it has started when ``/healthz`` of its port answers."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        port: int,
        log: Path,
        host: str = "127.0.0.1",
    ) -> None:
        """``environment`` is added to ours; ``log`` takes what the processes write."""
        self.port = port
        self.url = url_at(host, port)
        self._command = command
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                    return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"The server did not start:\n{self.log()[-2000:]}")

    def log(self) -> str:
        """What the processes wrote."""
        return self._log.read_text("utf-8")

    def stop(self) -> None:
        """SIGTERM, and after ten seconds SIGKILL to all that is left."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)
