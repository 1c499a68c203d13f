"""A window for a person: WhatsApp's own page in a visible browser, and looks at it.

No driver takes part, so that it needs neither selenium nor a network namespace: commands go to the browser by
its DevTools pipe. Tried on Linux only; nothing in here but the shell's redirection depends on it.
"""

import contextlib
import signal
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager

import psutil

from whatsapp_tasks.browser.chrome_options import BrowserOptions, chromium_command, user_agent
from whatsapp_tasks.browser.chrome_page import ChromePage
from whatsapp_tasks.browser.chromium_version import version_of
from whatsapp_tasks.browser.connection import Answer
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.devtools_pipe import DevToolsPipe
from whatsapp_tasks.browser.downloads import DownloadNews
from whatsapp_tasks.browser.memory import TreeMemory, measure
from whatsapp_tasks.browser.orderly_end import end_in_order
from whatsapp_tasks.browser.page import JSON, Page
from whatsapp_tasks.browser.page_preparation import prepare_page
from whatsapp_tasks.browser.processes import die_with_parent, environment_of
from whatsapp_tasks.errors import (
    BrowserDied,
    BrowserError,
    BrowserStartFailed,
    PageChanged,
    PageError,
    WaitTimeout,
)

_PIPE_ON_3_AND_4 = 'exec "$@" 3<&0 4>&1 0</dev/null 1>/dev/null'
_ONE_ANSWER_S = 1.0
_END_S = 5.0
_CONTEXT_LOST = ("context", "No frame for given id found", "navigated or closed")


def open_window(options: BrowserOptions, deadline: Deadline) -> Page:
    """Start a visible browser on `options.profile` and return its page. Raises BrowserStartFailed."""
    version = version_of(options.chromium, deadline)
    options.profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    pipe = DevToolsPipe()
    program: _Program | None = None
    try:
        program = _Program(options, chromium_command(options, user_agent(version)), pipe)
        connection = _Window(program, pipe, version, deadline)
        page = ChromePage(connection, deadline)
        prepare_page(page, connection, options, deadline)
    except (OSError, BrowserError) as error:
        if program is not None:
            program.end()
        pipe.close()
        raise BrowserStartFailed(f"The browser did not start: {error}") from error
    return page


class _Program:
    """The process of the browser; see ``orderly_end.Program``."""

    def __init__(self, options: BrowserOptions, command: list[str], pipe: DevToolsPipe) -> None:
        assert pipe.browser_ends is not None
        commands, events = pipe.browser_ends
        self.profile = options.profile
        self._process = subprocess.Popen(
            [*die_with_parent(), "/bin/sh", "-c", _PIPE_ON_3_AND_4, "sh", *command],
            env=environment_of(options.profile),
            stdin=commands,
            stdout=events,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal is for us
        )
        pipe.close_browser_ends()

    @property
    def pid(self) -> int:
        return self._process.pid

    def running(self) -> bool:
        return self._process.poll() is None

    def family(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.Error:
            return []

    def wait(self, deadline: Deadline) -> bool:
        try:
            self._process.wait(deadline.remaining())
        except subprocess.TimeoutExpired:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self) -> None:
        family = self.family()
        self._process.kill()
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.wait(Deadline.within(_END_S))


class _Window:
    """See `connection.Connection`."""

    def __init__(self, program: _Program, pipe: DevToolsPipe, version: str, deadline: Deadline) -> None:
        self._program, self._pipe = program, pipe
        self.browser_version, self.driver_version = version, ""
        pipe.join(lambda: None)
        self._target = self._first_page(deadline)
        attach: dict[str, JSON] = {"targetId": self._target, "flatten": True}
        self._session = str(self._ask("Target.attachToTarget", attach, deadline)["sessionId"])
        self.send("Page.enable", {}, deadline)  # else no script of ours is there in a new document

    def _first_page(self, deadline: Deadline) -> str:
        """The page that the browser opens first; it comes a moment after the first answer."""
        while True:
            try:
                answer = self._ask("Target.getTargets", {}, deadline.capped(_ONE_ANSWER_S))
            except WaitTimeout:
                if deadline.passed:
                    raise
                continue
            for target in answer["targetInfos"]:
                if target["type"] == "page":
                    return str(target["targetId"])

    def send(self, method: str, params: Mapping[str, JSON], deadline: Deadline) -> Answer:
        return self._ask(method, params, deadline, self._session)

    def _ask(
        self, method: str, params: Mapping[str, JSON], deadline: Deadline, session: str | None = None
    ) -> Answer:
        try:
            return self._pipe.ask(method, params, deadline, session)
        except WaitTimeout:
            if not self.alive():
                raise BrowserDied("The window was closed") from None
            raise
        except PageError as error:
            if any(sign in str(error) for sign in _CONTEXT_LOST):
                raise PageChanged from error
            raise

    def navigate(self, url: str, deadline: Deadline) -> None:
        self.send("Page.navigate", {"url": url}, deadline)

    def forget_choosers(self) -> None:
        self._pipe.forget_choosers()

    def next_chooser(self, deadline: Deadline) -> int | None:
        return self._pipe.next_chooser(deadline)

    def forget_downloads(self) -> None:
        self._pipe.forget_downloads()

    def next_download_news(self, deadline: Deadline) -> DownloadNews | None:
        return self._pipe.next_download_news(deadline)

    def held(self, deadline: Deadline) -> AbstractContextManager[None]:  # noqa: ARG002 - the protocol's
        raise PageError("The window of a person is not held")

    def memory(self) -> TreeMemory:
        return measure([self._program.pid, *(each.pid for each in self._program.family())])

    def alive(self) -> bool:
        return self._program.running()

    def close(self, deadline: Deadline) -> bool:
        program = self._program
        in_order = end_in_order(self._pipe, program, program.profile, self._target, deadline)
        self.kill()
        return in_order

    def kill(self) -> None:
        self._program.end()
        self._pipe.close()
