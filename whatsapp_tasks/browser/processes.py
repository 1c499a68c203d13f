"""Start, watch and end the processes of one browser; end those that a killed worker left."""

import contextlib
import functools
import logging
import os
import select
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from whatsapp_tasks.browser.chrome_options import profile_flag
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.errors import BrowserDied, WaitTimeout

log = logging.getLogger(__name__)

PROFILE_VARIABLE = "WHATSAPP_TASKS_BROWSER_PROFILE"
"""Set in the environment of all our processes, so that a driver can be matched with its profile."""

# The variables that a browser needs. The others may be secrets, and every renderer gets a copy.
_PASSED_ON = {
    "PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "NO_PROXY", "HTTP_PROXY",
    "HTTPS_PROXY", "ALL_PROXY", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS",
}  # fmt: skip
_PASSED_ON_PREFIXES = ("LC_", "XDG_", "FONTCONFIG_", "SSL_CERT_")

_POLL_S = 0.005
_REAP_S = 1.0
"""How long killed processes may take to disappear."""


@functools.cache
def die_with_parent() -> tuple[str, ...]:
    """A prefix for a command, so that the kernel kills it when its parent dies.

    The signal depends on the *thread* that starts the process: start browsers from the main thread.
    Empty, with one warning, if `setpriv` is missing or too old (before util-linux 2.33).
    """
    setpriv = shutil.which("setpriv")
    if setpriv:
        prefix = (setpriv, "--pdeathsig", "KILL", "--")
        probe = subprocess.run([*prefix, "true"], check=False, capture_output=True, env=without_secrets())
        if probe.returncode == 0:
            return prefix
    log.warning("setpriv with --pdeathsig is missing: a killed worker leaves its browser to the next sweep")
    return ()


class Child:
    """One of our processes, leader of its own process group.

    Until `end`, its exit is observed without reaping it, so that its id, and the id of its group, cannot be
    reused.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Take over a process that was started with `start_new_session=True`."""
        self.process = process
        self._lock = threading.Lock()
        self._ended = False

    @property
    def pid(self) -> int:
        """Its process id; also the id of its group."""
        return self.process.pid

    def running(self) -> bool:
        """Whether it has not exited yet."""
        with self._lock:
            return not self._ended and self._exit_code() is None

    def exit_code(self) -> int | None:
        """Its exit code, -9 for SIGKILL and so on; None while it runs."""
        with self._lock:
            return self.process.returncode if self._ended else self._exit_code()

    def _exit_code(self) -> int | None:
        if self.process.returncode is not None:  # somebody else reaped it
            return self.process.returncode
        found = os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return None
        return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status

    def family(self) -> list[psutil.Process]:
        """What runs below it now."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.Error:
            return []

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        with self._lock:
            if not self._ended:
                os.kill(self.process.pid, number)

    def wait(self, deadline: Deadline) -> bool:
        """Whether it exited before the deadline."""
        try:
            with contextlib.closing(_PidFd(self.process.pid)) as exited:
                return exited.wait(deadline.remaining())
        except ProcessLookupError:  # another thread ended it
            return True

    def readable_or_exited(self, source: int, deadline: Deadline) -> bool:
        """Wait for output on the descriptor `source`, or for the exit; returns whether there is output (False
        at the deadline too).
        """
        with contextlib.closing(_PidFd(self.process.pid)) as exited:
            return exited.readable_first(source, deadline.remaining())

    def end(self) -> None:
        """SIGKILL the whole group and reap our own processes in it. From any thread; may be called again."""
        with self._lock:
            if self._ended:
                return
            if self.process.returncode is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):  # blocked in I/O
                self.process.wait(_REAP_S)
            self._reap_orphans()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                if stream:
                    stream.close()
            self._ended = True

    def _reap_orphans(self) -> None:
        """We inherit its children when it dies, if we are PID 1 (of a container) or a subreaper."""
        until = time.monotonic() + _REAP_S
        with contextlib.suppress(ChildProcessError):
            while time.monotonic() < until:
                if os.waitpid(-self.process.pid, os.WNOHANG)[0] == 0:
                    time.sleep(_POLL_S)


class _PidFd:
    """Waits for a process to exit without reaping it and without polling."""

    def __init__(self, pid: int) -> None:
        self._fd = os.pidfd_open(pid)

    def wait(self, seconds: float) -> bool:
        return bool(select.select([self._fd], [], [], seconds)[0])

    def readable_first(self, source: int, seconds: float) -> bool:
        return source in select.select([source, self._fd], [], [], seconds)[0]

    def close(self) -> None:
        os.close(self._fd)


class ProcessPair:
    """A browser and its driver; both are ended together."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self.browser: Child | None = None
        self.driver: Child | None = None
        self._lock = threading.Lock()
        self._killed = False

    def adopt_browser(self, browser: Child) -> None:
        """Add the process; it is ended at once if the pair was already killed."""
        with self._lock:
            self.browser = browser
            killed = self._killed
        if killed:
            browser.end()

    def adopt_driver(self, driver: Child) -> None:
        """See `adopt_browser`."""
        with self._lock:
            self.driver = driver
            killed = self._killed
        if killed:
            driver.end()

    def running(self) -> bool:
        """Whether both run."""
        return all(child is not None and child.running() for child in (self.browser, self.driver))

    def kill(self) -> None:
        """SIGKILL both with all their children. From any thread; may be called again."""
        with self._lock:
            self._killed = True
            children = (self.browser, self.driver)
        for child in children:
            if child is not None:
                child.end()

    @contextlib.contextmanager
    def held(self, deadline: Deadline) -> Iterator[None]:
        """The browser's processes are stopped inside the block, so that none of its files changes.

        Raises BrowserDied, and WaitTimeout if they have not stopped by the deadline, or if it has passed at
        the end: what was done meanwhile does not count then. They always go on.
        """
        assert self.browser is not None
        stopped: list[psutil.Process] = []
        try:
            # The first one starts all others: once it stands still, there are no new ones.
            self.browser.signal(signal.SIGSTOP)
            try:
                first = psutil.Process(self.browser.pid)
            except psutil.NoSuchProcess:
                raise BrowserDied("The browser was ended") from None
            for process in [first, *self.browser.family()]:
                with contextlib.suppress(psutil.Error):
                    process.suspend()
                    stopped.append(process)
            while not all(map(_stands_still, stopped)):
                if deadline.passed:
                    raise WaitTimeout("The browser's processes did not stop")
                time.sleep(_POLL_S)
            yield
            if deadline.passed:
                raise WaitTimeout("The browser's processes were held for too long")
        finally:
            for process in reversed(stopped):
                with contextlib.suppress(psutil.Error):
                    process.resume()

    def tree(self) -> list[int]:
        """The ids of both and of all their children."""
        pids = []
        for child in (self.browser, self.driver):
            if child is not None:
                pids += [child.pid, *(each.pid for each in child.family())]
        return pids


def environment_of(profile: Path) -> dict[str, str]:
    """The variables that a browser needs, plus the mark by which `sweep_orphans` finds processes of
    `profile`.
    """
    return {**without_secrets(), PROFILE_VARIABLE: str(profile.absolute())}


def without_secrets() -> dict[str, str]:
    """The variables that a browser needs, without those that may be secrets: the vault's key, for example."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    }


def start_child(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
    stderr: int = subprocess.PIPE,
) -> Child:
    """Start `command`; its stderr is a pipe, its other streams are closed unless given.

    Raises OSError if the program cannot be run.
    """
    process = subprocess.Popen(
        [*die_with_parent(), *command],
        env=dict(environment),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        bufsize=0,
        start_new_session=True,
    )
    return Child(process)


def wait_for_end(processes: Iterable[psutil.Process], deadline: Deadline) -> bool:
    """Whether all of them ended before the deadline; they need not be our children."""
    while any(map(_runs, processes)):
        if deadline.passed:
            return False
        time.sleep(_POLL_S)
    return True


def sweep_orphans(profile: Path) -> int:
    """SIGKILL every process that works on `profile`; returns their number.

    Only the holder of the `ProfileLock` of `profile` may call this, without an open browser: processes that
    still run then were left by a killed worker.
    """
    flag = profile_flag(profile)
    doomed: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if flag in process.cmdline() or _is_driver_of(process, profile):
                doomed.update({child.pid: child for child in process.children(recursive=True)})
                doomed[process.pid] = process
        except psutil.Error:  # ended meanwhile, or of another user
            continue
    for process in doomed.values():
        with contextlib.suppress(psutil.Error):
            process.kill()
    wait_for_end(doomed.values(), Deadline.within(_REAP_S))
    if doomed:
        log.warning("Processes left by a killed worker were ended", extra={"processes": len(doomed)})
    return len(doomed)


def _runs(process: psutil.Process) -> bool:
    """Whether the process runs; a zombie of another parent does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _stands_still(process: psutil.Process) -> bool:
    """Whether the process is stopped, or has ended."""
    try:
        return process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _is_driver_of(process: psutil.Process, profile: Path) -> bool:
    return process.name().startswith("chromedriver") and process.environ().get(PROFILE_VARIABLE) == str(
        profile
    )
