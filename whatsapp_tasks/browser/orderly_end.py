"""The end of a browser after which its profile is complete on disk."""

import contextlib
import logging
import signal
from pathlib import Path
from typing import Protocol

import psutil

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.devtools_pipe import DevToolsPipe
from whatsapp_tasks.browser.processes import wait_for_end
from whatsapp_tasks.browser.storage_commit import commit_storage
from whatsapp_tasks.errors import BrowserError

log = logging.getLogger(__name__)


class Program(Protocol):
    """A running browser; see ``processes.Child``."""

    def running(self) -> bool: ...
    def family(self) -> list[psutil.Process]: ...
    def wait(self, deadline: Deadline) -> bool: ...
    def signal(self, number: signal.Signals) -> None: ...


def end_in_order(
    pipe: DevToolsPipe, browser: Program, profile: Path, target: str, deadline: Deadline
) -> bool:
    """Close the page `target`, and with it the browser on `profile`; whether it ended by the deadline.

    SIGTERM is never sent: Chromium 156 exits unflushed on it.
    """
    if browser.running() and not deadline.passed:  # even if a driver is dead: the pipe is ours
        family = browser.family()
        with contextlib.suppress(BrowserError):  # it may still end properly
            commit_storage(pipe, browser, profile, target, deadline.capped(deadline.remaining() / 2))
        pipe.send("Browser.close")
        browser.wait(deadline.capped(deadline.remaining() / 2))
        # one of them may still be writing localStorage to disk
        wait_for_end(family, deadline.capped(deadline.remaining() / 2))
    if browser.running() and not deadline.passed:
        log.warning("The browser was asked to close by SIGINT")
        browser.signal(signal.SIGINT)
        browser.wait(deadline)
    return not browser.running()
