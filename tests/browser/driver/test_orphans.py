"""A killed worker leaves no browser, or the next one ends it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from whatsapp_tasks.browser.processes import sweep_orphans

from .conftest import Options, Run, Site
from .running import left_of, serving

WORKER = """
import sys, time
from pathlib import Path
from whatsapp_tasks.browser import processes
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
profile, chromium, chromedriver, cache, no_sandbox, setpriv = sys.argv[1:]
if setpriv == "False":
    processes.die_with_parent = lambda: ()
options = BrowserOptions(Path(profile), True, no_sandbox == "True", Path(chromium), Path(chromedriver),
                         Path(cache), (800, 600))
page = open_page(options, Deadline.within(30))
print("open", flush=True)
time.sleep(60)
"""


def kill_a_worker(
    options: Options, setpriv: bool, before: Callable[[Path], None] = lambda _profile: None
) -> Path:
    """The profile of a worker that opened a page and was killed."""
    now = options()
    arguments = [now.profile, now.chromium, now.chromedriver, now.driver_cache, now.no_sandbox, setpriv]
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WORKER, *map(str, arguments)], stdout=subprocess.PIPE
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"open\n"
        assert len(serving(now.profile)) >= 2
        before(now.profile)
        os.kill(worker.pid, signal.SIGKILL)
    return now.profile


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
def test_kernel_kills_the_browser_with_its_worker(options: Options) -> None:
    profile = kill_a_worker(options, setpriv=True)
    assert left_of(profile) == []
    assert sweep_orphans(profile) == 0


def test_sweep(options: Options, run: Run, site: Site) -> None:
    other = run()
    profile = kill_a_worker(options, setpriv=False)
    # the browser ends with its pipe, if it can; the driver does not
    assert serving(profile)
    assert sweep_orphans(profile) >= 1
    assert left_of(profile) == []
    assert sweep_orphans(profile) == 0
    assert other.page.alive()


def test_sweep_finds_stopped_children_of_a_dead_browser(options: Options) -> None:
    """They do not notice that it is gone."""
    children: list[psutil.Process] = []

    def kill_the_browser(profile: Path) -> None:
        [browser] = [process for process in serving(profile) if process.pid == os.getsid(process.pid)
                     and not process.name().startswith("chromedriver")]  # fmt: skip
        children.extend(browser.children(recursive=True))
        os.killpg(browser.pid, signal.SIGSTOP)
        browser.kill()

    profile = kill_a_worker(options, setpriv=False, before=kill_the_browser)
    assert len(children) >= 3
    assert sweep_orphans(profile) >= len(children)
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert left_of(profile) == []


SUBREAPER = """
import ctypes, os, sys
from pathlib import Path
import psutil
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
PR_SET_CHILD_SUBREAPER = 36
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
profile, chromium, chromedriver, cache, no_sandbox = sys.argv[1:]
options = BrowserOptions(Path(profile), True, no_sandbox == "True", Path(chromium), Path(chromedriver),
                         Path(cache), (800, 600))
for end in ("close", "kill"):
    page = open_page(options, Deadline.within(30))
    page.close(Deadline.within(10)) if end == "close" else page.kill()
    print(len(psutil.Process().children(recursive=True)))
"""


def test_no_zombies_even_as_process_1(options: Options) -> None:
    """As PID 1 of a container orphans become ours: 8 to 11 zombies per browser were counted."""
    now = options()
    arguments = [now.profile, now.chromium, now.chromedriver, now.driver_cache, now.no_sandbox]
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SUBREAPER, *map(str, arguments)],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.split() == ["0", "0"]
