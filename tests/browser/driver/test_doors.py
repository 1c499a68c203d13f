"""Nobody else on the machine reaches the browser or its driver (issue 12, row 12)."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from whatsapp_tasks.browser import neighbours
from whatsapp_tasks.errors import BrowserStartFailed

from .conftest import Options, Run
from .running import Running

NOBODY = 65534
NO_NAMESPACES = (
    "unshare", "--user", "--map-root-user", "sh", "-c",
    'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all -- "$@"',
    "sh",
)  # fmt: skip
"""Runs a command as on a kernel that allows no network namespace."""


def sockets_of(running: Running) -> set[str]:
    """The inodes of all sockets that the browser, the driver and their children have open."""
    found = set()
    for process in running.all:
        folder = Path("/proc", str(process.pid), "fd")
        for link in folder.iterdir() if folder.exists() else ():
            try:
                name = str(link.readlink())
            except OSError:
                continue
            if name.startswith("socket:"):
                found.add(re.sub(r"\D", "", name))
    return found


def listening(network: str) -> dict[str, int]:
    """Inode and port of each TCP socket that listens, in the network of a process; none once it has ended."""
    found = {}
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc", network, "net", table).read_text().splitlines()[1:]
        except OSError:  # Chromium ends some of its processes by itself
            return {}
        for line in lines:
            fields = line.split()
            if fields[3] == "0A":
                found[fields[9]] = int(fields[1].rpartition(":")[2], 16)
    return found


def connects(port: int, host: str) -> bool:
    """Whether another user of the machine gets a connection; ourselves, where we may not become another."""
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
    command = ["bash", "-c", f"exec 3<>/dev/tcp/{host}/{port}"]
    tried = subprocess.run(
        [*(become if os.geteuid() == 0 else []), *command], capture_output=True, check=False
    )
    return tried.returncode == 0


def test_another_user_reaches_neither_browser_nor_driver(run: Run) -> None:
    running = run()
    ours = sockets_of(running)
    ports = {
        port
        for process in running.all
        for inode, port in listening(str(process.pid)).items()
        if inode in ours
    }
    assert ports, "the driver listens somewhere"
    assert [(port, host) for port in ports for host in ("127.0.0.1", "::1") if connects(port, host)] == []


def test_nothing_of_it_listens_in_the_network_of_the_machine(run: Run) -> None:
    running = run()
    here = listening("self")
    assert {here[inode] for inode in sockets_of(running) & here.keys()} == set()


@pytest.fixture
def somebody() -> Iterator[subprocess.Popen[bytes]]:
    """A process of another person, as far as we may start one."""
    become = ["setpriv", "--reuid=12345", "--clear-groups", "--"] if os.geteuid() == 0 else []
    process = subprocess.Popen([*become, "sleep", "120"])
    yield process
    process.kill()
    process.wait()


def test_worker_is_refused_beside_other_people(somebody: subprocess.Popen[bytes]) -> None:
    """As on a kernel without namespaces; the other person is seen there as nobody."""
    program = "from whatsapp_tasks.browser.neighbours import require_alone; require_alone()"
    command = [*NO_NAMESPACES, sys.executable, "-W", "ignore", "-c", program]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "WHATSAPP_ACCEPT_OTHER_USERS" in tried.stderr


def test_people_are_found(somebody: subprocess.Popen[bytes]) -> None:
    user = psutil.Process(somebody.pid).uids().real
    assert user in neighbours.people_at_work() or user == os.geteuid()


def test_worker_starts_where_the_driver_is_private(somebody: subprocess.Popen[bytes]) -> None:
    assert neighbours.driver_is_private()
    neighbours.require_alone()


def test_refusal_names_who_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "driver_is_private", lambda: False)
    monkeypatch.setattr(neighbours, "people_at_work", lambda: frozenset(range(1001, 1011)))
    with pytest.raises(BrowserStartFailed, match=r"1001, 1002, 1003, 1004, 1005, … *\)"):
        neighbours.require_alone()
    monkeypatch.setattr(neighbours, "people_at_work", frozenset)
    neighbours.require_alone()


def test_works_where_the_kernel_allows_no_namespace(options: Options, tmp_path: Path) -> None:
    now = options()
    program = """
import sys
from collections.abc import Iterator
from pathlib import Path
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
from whatsapp_tasks.browser.neighbours import driver_is_private
assert not driver_is_private()
profile, chromium, chromedriver, cache = map(Path, sys.argv[1:])
options = BrowserOptions(profile, True, True, chromium, chromedriver, cache, (800, 600))
page = open_page(options, Deadline.within(60))
print(page.evaluate("() => 1 + 1", deadline=Deadline.within(30)))
page.close(Deadline.within(30))
"""
    paths = [tmp_path / "profile", now.chromium, now.chromedriver, now.driver_cache]
    command = [*NO_NAMESPACES, sys.executable, "-W", "ignore", "-c", program, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("2", 0), done.stderr
