"""ChromeDriver as a process that only this process can reach, if the kernel allows that."""

import contextlib
import hashlib
import shlex
import socket
import subprocess
import sys
from pathlib import Path

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.devtools_pipe import Ends
from whatsapp_tasks.browser.private_driver import put_in_place
from whatsapp_tasks.browser.processes import environment_of, start_child
from whatsapp_tasks.browser.programs import pass_pipe, start_driver
from whatsapp_tasks.errors import BrowserStartFailed

HOST = "127.0.0.1"
_STARTED = b"started successfully"
_LONGEST = 65536
_EXIT_AFTER_SILENCE_S = 1.0


class DriverProcess:
    """See `whatsapp_tasks.browser.programs.start_driver`."""

    def __init__(self, program: Path, port: int, profile: Path) -> None:
        """Start it. Raises OSError when it cannot be run."""
        self._port = port
        self._sockets: list[socket.socket] = []
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [*python(start_driver.__file__), str(program), f"--port={port}"]
            self.child = start_child(
                command, environment_of(profile), stdout=theirs.fileno(), stderr=subprocess.DEVNULL
            )
        self.private = False

    def wait_until_it_listens(self, deadline: Deadline) -> None:
        """Wait until it listens. Raises BrowserStartFailed if it ends instead, or misses the deadline."""
        while self.child.readable_or_exited(self._line.fileno(), deadline):
            message, files = self._receive()
            if message == start_driver.PRIVATE:
                self.private = True
                self._sockets = [socket.socket(fileno=each) for each in files]
            if _STARTED in message:
                return
            if not message:
                break
        self.child.wait(deadline.capped(_EXIT_AFTER_SILENCE_S))
        code = self.child.exit_code()
        what = "did not listen in time" if code is None else f"ended at its start with exit code {code}"
        raise BrowserStartFailed(f"The driver {what}", exit_code=code)

    def connect(self, timeout: float | None) -> socket.socket:
        """A new connection to it. Raises OSError."""
        connection = self._socket()
        try:
            connection.settimeout(timeout)
            connection.connect((HOST, self._port))
            # head and body are written one after the other: without it each command takes 40 ms longer
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            connection.close()
            raise
        return connection

    def _socket(self) -> socket.socket:
        """One that leads to its network."""
        if not self.private:
            return socket.socket()
        if not self._sockets:
            raise ConnectionError("The driver closed too many connections")
        return self._sockets.pop()

    def pipe_ends(self) -> Ends | None:
        """Wait for the pipe ends that it passes to the browser that it believes to start; None if it ends
        before.
        """
        while True:
            try:
                message, files = self._receive()
            except OSError:
                return None
            if message == pass_pipe.PIPE:
                commands, events = files
                return commands, events
            if not message:
                return None

    def close(self) -> None:
        """Close the connection to it, which also ends the program that poses as the browser. May be called
        again.
        """
        with contextlib.suppress(OSError):  # closed already, or nobody is left at its other end
            self._line.shutdown(socket.SHUT_RDWR)
        for each in (self._line, *self._sockets):
            each.close()

    def _receive(self) -> tuple[bytes, list[int]]:
        message, files, _, _ = socket.recv_fds(
            self._line, _LONGEST, start_driver.SOCKETS, socket.MSG_CMSG_CLOEXEC
        )
        return message, files


def python(program: str | None) -> list[str]:
    """The command that runs one of `browser.programs`, independent of installed packages."""
    assert program is not None
    return [sys.executable, "-IS", program]


def stand_in_for_browser(cache: Path) -> Path:
    """The program in `cache` that ChromeDriver starts as the browser; created if it is missing.

    Raises OSError when `cache` cannot be written.
    """
    script = f"#!/bin/sh\nexec {shlex.join(python(pass_pipe.__file__))}\n".encode()
    target = cache / f"pass-pipe-{hashlib.sha256(script).hexdigest()[:16]}"

    def write(draft: Path) -> None:
        draft.write_bytes(script)

    if not target.exists():
        put_in_place(target, write)
    return target
