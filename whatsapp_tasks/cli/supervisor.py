"""Runs the processes of one machine: starts them, separates their logs, restarts dead ones, ends all."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from whatsapp_tasks.browser.processes import die_with_parent

STOP_SECONDS = 60.0
"""For SIGTERM: the worker finishes the current message."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""A process that lived that long is restarted without a pause."""


@dataclass
class Program:
    """One program and the process that runs it now."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    again_at: float = 0.0
    starts: int = field(default=0)


class Supervisor:
    """Use it in the main thread: the processes end when the thread that started them is killed.

    ``show(name, line)`` gets each line of output; ``log_dir``, if any, keeps them in a file per program.
    """

    def __init__(self, show: Callable[[str, str], None], log_dir: Path | None = None) -> None:
        self._show = show
        self._log_dir = log_dir
        self._programs: list[Program] = []
        self._asked = threading.Event()

    def add(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Adds a program; programs are started in this order, and ended in reverse order."""
        self._programs.append(Program(name, command, environment))

    def start(self) -> None:
        if self._log_dir is not None:
            self._log_dir.mkdir(parents=True, exist_ok=True)
        for program in self._programs:
            self._start(program)

    def tend(self) -> None:
        """Restarts programs that have ended, after a growing pause."""
        now = time.monotonic()
        for program in self._programs:
            if program.process is not None and program.process.poll() is not None:
                lived = now - program.started
                program.pause = (
                    FIRST_PAUSE_SECONDS
                    if lived > STEADY_SECONDS
                    else min(program.pause * 2, LONGEST_PAUSE_SECONDS)
                )
                self._show(
                    program.name,
                    f"ended with code {program.process.returncode}; again in {program.pause:.0f} s",
                )
                program.process = None
                program.again_at = now + program.pause
            elif program.process is None and now >= program.again_at:
                self._start(program)

    def run(
        self,
        each_round: Callable[[], None] = lambda: None,
        stop_seconds: Callable[[], float] = lambda: STOP_SECONDS,
    ) -> None:
        """Runs until SIGINT, SIGTERM, ``ask_to_stop``, or an error of ``each_round``; then ends everything.
        ``stop_seconds`` is called at the end.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.ask_to_stop())
        try:
            self.start()
            while not self._asked.wait(0.25):
                self.tend()
                each_round()
        finally:
            self.stop(stop_seconds())

    def ask_to_stop(self) -> None:
        self._asked.set()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """SIGTERM to all, the last started first; SIGKILL to those still running after ``seconds``."""
        running = [p for p in reversed(self._programs) if p.process is not None]
        for program in running:
            assert program.process is not None
            program.process.terminate()
        deadline = time.monotonic() + seconds
        for program in running:
            assert program.process is not None
            try:
                program.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._show(program.name, "did not end in time; killed")
                program.process.kill()
                program.process.wait()
            program.process = None

    def pid(self, name: str) -> int | None:
        for program in self._programs:
            if program.name == name and program.process is not None:
                return program.process.pid
        return None

    def _start(self, program: Program) -> None:
        program.process = subprocess.Popen(
            [*die_with_parent(), *program.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(program.environment),
            # Ctrl-C in the terminal reaches only the supervisor, which ends the others in order.
            start_new_session=True,
        )
        program.started = time.monotonic()
        program.starts += 1
        assert program.process.stdout is not None
        threading.Thread(target=self._read, args=(program.name, program.process.stdout), daemon=True).start()

    def _read(self, name: str, stream: IO[bytes]) -> None:
        with _log(self._log_dir, name) as file, stream:
            for line in stream:
                if file is not None:
                    file.write(line)
                    file.flush()
                self._show(name, line.decode("utf-8", "replace").rstrip())


def _log(folder: Path | None, name: str) -> AbstractContextManager[IO[bytes] | None]:
    return nullcontext() if folder is None else (folder / f"{name}.log").open("ab")


def python_module(module: str, *arguments: str) -> list[str]:
    """A command that runs a module with this very interpreter."""
    return [sys.executable, "-m", module, *arguments]
