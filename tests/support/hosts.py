"""Hosts of a worker beside those of a ``Stack``: a disk of its own, another name, a network of its own."""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.stack import Stack, eventually
from whatsapp_tasks.browser.processes import die_with_parent, sweep_orphans
from whatsapp_tasks.browser.programs.start_driver import PRIVATE

ACCOUNT = "default"
_MOST_PORTS = 8


class Host:
    """One machine for the worker of the account ``default``. Redis, the page and S3 are elsewhere."""

    def __init__(
        self, stack: Stack, name: str, environment: Mapping[str, str], urls: Sequence[str] = ()
    ) -> None:
        """``urls``: what it reaches besides Redis and the page."""
        self._stack = stack
        self.name = name
        self.data = stack.folder / f"disk-{name}"
        self._environment = environment
        reached = [stack.redis.url, stack.simulator.page_url, *urls]
        self._ports = sorted({port for url in reached if (port := urlsplit(url).port) is not None})
        self._worker: subprocess.Popen[bytes] | None = None
        self._listeners: list[socket.socket] = []
        self.private = False
        """Whether it has a network and a name of its own."""

    @property
    def environment(self) -> dict[str, str]:
        return self._stack.environment | {"WHATSAPP_DATA_DIR": str(self.data), **self._environment}

    def start(self) -> None:
        """Starts its worker."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        program = [sys.executable, "-m", "whatsapp_tasks.cli.main", "worker"]
        with ours, theirs, self.log_file.open("ab") as log:
            self._worker = subprocess.Popen(
                [
                    *die_with_parent(),
                    *(sys.executable, "-m", "tests.support.other_host", str(theirs.fileno()), self.name),
                    *(*map(str, self._ports), "--", *die_with_parent(), *program),
                ],
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
            theirs.close()
            message, files, _, _ = socket.recv_fds(ours, 100, _MOST_PORTS)
        self.private = message == PRIVATE
        self._listeners = [socket.socket(fileno=each) for each in files]
        for listener, port in zip(self._listeners, self._ports if self.private else (), strict=True):
            threading.Thread(target=_relay, args=(listener, port), daemon=True).start()

    @property
    def log_file(self) -> Path:
        return self._stack.folder / f"worker-{self.name}.log"

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace")

    @property
    def running(self) -> bool:
        return self._worker is not None and self._worker.poll() is None

    def stop(self, timeout_seconds: float = 60.0) -> int:
        """An orderly end of its worker; the exit code."""
        assert self._worker is not None
        self._worker.terminate()
        code = self._worker.wait(timeout_seconds)
        self._gone()
        return code

    def kill(self) -> None:
        """SIGKILL to its worker: the kernel ends the browser with it."""
        if self._worker is not None:
            self._worker.send_signal(signal.SIGKILL)
            self._worker.wait()
            self._gone()

    def lose_disk(self) -> None:
        """After ``kill``."""
        shutil.rmtree(self.data, ignore_errors=True)

    def end(self) -> None:
        """At the end of a test."""
        if self.running:
            self.kill()
        for profile in (self.data / "profiles").glob("*"):
            sweep_orphans(profile)

    def _gone(self) -> None:
        self._worker = None
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._listeners = []
        profile = self.data / "profiles" / ACCOUNT
        eventually(lambda: not _browsers_of(profile), "its browser is gone with it")


def _browsers_of(profile: Path) -> list[int]:
    mark = f"--user-data-dir={profile}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def _relay(listener: socket.socket, port: int) -> None:
    """Carries each connection to ``listener``, which is in another network, to the same port here."""
    while True:
        try:
            inside, _ = listener.accept()
        except OSError:  # closed
            return
        try:
            outside = socket.create_connection(("127.0.0.1", port))
        except OSError:  # what it wants to reach is away
            inside.close()
            continue
        threading.Thread(target=_carry, args=(inside, outside), daemon=True).start()


def _carry(inside: socket.socket, outside: socket.socket) -> None:
    with inside, outside:
        back = threading.Thread(target=_pump, args=(outside, inside), daemon=True)
        back.start()
        _pump(inside, outside)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
