"""Make a browser write to disk what its page has stored in localStorage.

Chromium keeps localStorage in a process of its own. It writes it seconds later, or when no page's process
holds it any more; at its end it does not wait for that for certain, and a login was lost on a busy machine.
So the page is closed first, with the process that showed it: what it sent last comes before the end of its
line, on which the storage is written. Then the same is done with a page of our own, which stored a mark. The
writing is done in order: once the mark is in the profile, so is all else.
"""

import contextlib
import time
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psutil

from whatsapp_tasks.browser.chrome_options import FIRST_PAGE
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.devtools_pipe import DevToolsPipe
from whatsapp_tasks.browser.processes import wait_for_end
from whatsapp_tasks.errors import WaitTimeout

_RENDERER = "--type=renderer"
_RENDERERS_END_S = 3.0
_STOP_AGAIN_S = 0.3
"""The first command to stop all does not stop a service worker that is just starting."""
_STORED = Path("Default", "Local Storage")
_WRITTEN_S = 5.0
_LOOK_S = 0.01


class Family(Protocol):
    """A browser whose processes can be listed."""

    def family(self) -> list[psutil.Process]: ...


def commit_storage(
    pipe: DevToolsPipe, browser: Family, profile: Path, target: str, deadline: Deadline
) -> None:
    """Close the page `target` and return when its storage is on disk; its driver cannot be used afterwards.

    Raises WaitTimeout if the browser does not answer or write in time, PageError if it refuses a command.
    """
    pipe.leave_driver()
    renderers = _renderers(browser)
    session = _open_blank(pipe, deadline)
    pipe.ask("ServiceWorker.enable", {}, deadline, session)
    pipe.ask("Target.closeTarget", {"targetId": target}, deadline)
    if not _ended(renderers, pipe, session, deadline.capped(_RENDERERS_END_S)):
        _kill(_renderers(browser))
        session = _open_blank(pipe, deadline)
    mark = uuid4().hex
    twice = f"{mark} {mark}"  # a block of the file may end within one of them
    pipe.ask("Runtime.evaluate", {"expression": f"localStorage.closed = '{twice}'"}, deadline, session)
    _kill(_renderers(browser))
    _until_written(profile / _STORED, mark.encode(), deadline.capped(_WRITTEN_S))


def _until_written(folder: Path, mark: bytes, deadline: Deadline) -> None:
    while not any(mark in content for content in _contents(folder)):
        if deadline.passed:
            raise WaitTimeout
        time.sleep(_LOOK_S)


def _contents(folder: Path) -> list[bytes]:
    found = []
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):  # the database replaces its files
            if file.is_file():
                found.append(file.read_bytes())
    return found


def _open_blank(pipe: DevToolsPipe, deadline: Deadline) -> str:
    """A page of our own, and the session that commands to it carry."""
    page = pipe.ask("Target.createTarget", {"url": FIRST_PAGE}, deadline)["targetId"]
    attach = pipe.ask("Target.attachToTarget", {"targetId": page, "flatten": True}, deadline)
    return str(attach["sessionId"])


def _ended(renderers: list[psutil.Process], pipe: DevToolsPipe, session: str, deadline: Deadline) -> bool:
    """Whether the page's processes ended by the deadline. A service worker would keep them: it is stopped."""
    while not deadline.passed:
        pipe.ask("ServiceWorker.stopAllWorkers", {}, deadline, session)
        if wait_for_end(renderers, deadline.capped(_STOP_AGAIN_S)):
            return True
    return False


def _renderers(browser: Family) -> list[psutil.Process]:
    return [process for process in browser.family() if _is_renderer(process)]


def _is_renderer(process: psutil.Process) -> bool:
    try:
        return _RENDERER in process.cmdline()
    except psutil.Error:
        return False


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
