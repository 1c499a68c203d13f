"""The webhooks worker as an operator runs it: a process of its own, that a test may kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from whatsapp_tasks.browser.processes import die_with_parent

READY_SECONDS = 30.0

SHORT = {
    "WHATSAPP_WEBHOOK_CONNECT_TIMEOUT_SECONDS": "0.5",
    "WHATSAPP_WEBHOOK_TIMEOUT_SECONDS": "1",
    "WHATSAPP_WEBHOOK_FIRST_RETRY_SECONDS": "0.2",
    "WHATSAPP_WEBHOOK_LONGEST_RETRY_SECONDS": "0.5",
    "WHATSAPP_WEBHOOK_GIVE_UP_SECONDS": "8",
    "WHATSAPP_WEBHOOK_THREADS": "16",
    "WHATSAPP_LOG_FORMAT": "json",
}


class WorkerProcess:
    """``whatsapp-tasks webhooks``, with short times."""

    def __init__(self, redis_url: str, folder: Path, **environment: str) -> None:
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WHATSAPP_")},
            **SHORT,
            **environment,
            "REDIS_URL": redis_url,
            "WHATSAPP_DATA_DIR": str(folder),
        }
        self.log_file = folder / "webhooks.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when it takes tasks."""
        before = self.log.count("ready.")
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [*die_with_parent(), *self.command("webhooks")],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self._environment,
            )
        self.wait_for_log("ready.", before + 1)

    def wait_for_log(self, text: str, times: int = 1) -> None:
        """Until the log holds ``text`` so often; fails the test when that takes too long."""
        until = time.monotonic() + READY_SECONDS
        while self.log.count(text) < times:
            assert self._process is not None
            assert self._process.poll() is None, self.log[-3000:]
            assert time.monotonic() < until, self.log[-3000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL, as from the kernel out of memory."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        return self._end(signal.SIGTERM)

    def run(self, *arguments: str) -> str:
        """An operator's command; what it prints."""
        done = subprocess.run(
            self.command(*arguments), env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "whatsapp_tasks.cli.main", *arguments]

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8") if self.log_file.exists() else ""

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        return process.wait(30)
