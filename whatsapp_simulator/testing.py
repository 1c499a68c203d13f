"""A simulator for tests: started, steered and stopped from Python.

    with Simulator() as simulator:
        browser.get(simulator.page_url)
        simulator.link()
        ...
        assert [message.text for message in simulator.messages()] == ["Hi"]

It needs nothing but the standard library besides the simulator itself, and dies with its parent.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from .control_client import ControlClient, ReceivedMessage, SimulatorError

__all__ = ["ReceivedMessage", "Simulator", "SimulatorError"]

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Between fork and exec: the kernel kills the simulator when the thread that started it ends (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Simulator(ControlClient):
    """Starts at `with` (or `start()`), with free ports unless others are given."""

    def __init__(
        self,
        *,
        era: str = "E3",
        lang: str = "en",
        data: Path | str | None = None,
        port: int = 0,
        control_port: int = 0,
        host: str = "127.0.0.1",
        start_timeout_seconds: float = 20.0,
        **settings: object,
    ) -> None:
        """`settings` are those of `settings.Settings`, e.g. `sent_ms=500`."""
        self._command = [sys.executable, "-m", "whatsapp_simulator"]
        self._command += ["--era", era, "--lang", lang, "--host", host]
        self._command += ["--port", str(port), "--control-port", str(control_port)]
        if data is not None:
            self._command += ["--data", str(data)]
        for name, value in settings.items():
            self._command += ["--set", f"{name}={json.dumps(value)}"]
        self._start_timeout = start_timeout_seconds
        self._process: subprocess.Popen[str] | None = None
        self.page_url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], self._start_timeout)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            raise RuntimeError(f"the simulator did not start: {' '.join(self._command)}")
        urls = json.loads(line)
        self.page_url, self.control_url = urls["page"], urls["control"]

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
