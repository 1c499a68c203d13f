"""The processes of a browser that a test opened, found from outside."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from whatsapp_tasks.browser.page import Page


def children_of(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def serving(profile: Path) -> list[psutil.Process]:
    """Every process, zombies left out, that names the profile."""
    found = []
    for process in psutil.process_iter():
        try:
            if f"--user-data-dir={profile}" in process.cmdline() or (
                process.name().startswith("chromedriver") and str(profile) in process.environ().values()
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def left_of(profile: Path) -> list[psutil.Process]:
    """What of `serving` is there after a moment for the kernel."""
    until = time.monotonic() + 1
    while (left := serving(profile)) and time.monotonic() < until:
        time.sleep(0.01)
    return left


@dataclass
class Running:
    """One open page and what runs for it."""

    page: Page
    profile: Path

    def __post_init__(self) -> None:
        mine = psutil.Process().children()
        serves = {process.pid for process in serving(self.profile)}
        [self.browser] = [p for p in mine if p.pid in serves and not p.name().startswith("chromedriver")]
        [self.driver] = [p for p in mine if p.pid in serves and p.name().startswith("chromedriver")]
        self.all = [self.browser, self.driver, *children_of(self.browser.pid), *children_of(self.driver.pid)]

    def renderers(self) -> list[psutil.Process]:
        return [
            process for process in children_of(self.browser.pid) if "--type=renderer" in command_of(process)
        ]

    def left(self) -> list[psutil.Process]:
        """What still runs, after a moment for the kernel; children of ours may not even be zombies."""
        until = time.monotonic() + 1
        while True:
            left = [process for process in self.all if self._is_left(process)]
            if not left or time.monotonic() > until:
                return left
            time.sleep(0.01)

    def _is_left(self, process: psutil.Process) -> bool:
        try:
            ours = process.ppid() == os.getpid()
            return process.is_running() and (ours or process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False
