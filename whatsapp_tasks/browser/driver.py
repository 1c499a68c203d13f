"""undetected-chromedriver and selenium, used through the `Page` seam only; no other module knows them.

Two parts of undetected-chromedriver (UC) are used: its patch of the driver, and its way to attach. The
browser runs first, without any automation flag, and the driver joins it, by a pipe instead of a port. The
other parts (downloads, flags, a `quit` that loses data) are replaced; the reasons are given below.
"""

import contextlib
import functools
import http.client
import logging
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import undetected_chromedriver as uc
import urllib3
from selenium.common.exceptions import (
    InvalidSessionIdException,
    NoSuchWindowException,
    UnexpectedAlertPresentException,
    WebDriverException,
)
from selenium.webdriver.chrome.options import Options as ChromeOptions
from selenium.webdriver.chrome.service import Service as ChromeService
from selenium.webdriver.chrome.webdriver import WebDriver as SeleniumChrome
from selenium.webdriver.common.service import Service
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection

from whatsapp_tasks.browser.chrome_options import BrowserOptions, chromium_command, user_agent
from whatsapp_tasks.browser.chrome_page import ChromePage
from whatsapp_tasks.browser.chromium_version import version_of
from whatsapp_tasks.browser.connection import Answer
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.devtools_pipe import DevToolsPipe
from whatsapp_tasks.browser.downloads import DownloadNews
from whatsapp_tasks.browser.driver_process import DriverProcess, stand_in_for_browser
from whatsapp_tasks.browser.memory import TreeMemory, measure
from whatsapp_tasks.browser.orderly_end import end_in_order
from whatsapp_tasks.browser.page import JSON, Page
from whatsapp_tasks.browser.page_preparation import prepare_page
from whatsapp_tasks.browser.private_driver import private_driver
from whatsapp_tasks.browser.processes import Child, ProcessPair, environment_of, start_child
from whatsapp_tasks.browser.readings import MISREAD
from whatsapp_tasks.browser.watchdog import GRACE_S, Watchdog
from whatsapp_tasks.errors import (
    BrowserDied,
    BrowserError,
    BrowserStartFailed,
    BrowserTimeout,
    PageChanged,
    PageError,
)

__all__ = ["BrowserOptions", "open_page"]

log = logging.getLogger(__name__)
# At level DEBUG it logs typed and read text.
logging.getLogger("selenium.webdriver.remote.remote_connection").setLevel(logging.INFO)

_FOREIGN = (WebDriverException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)
"""The errors of selenium and of its HTTP client."""

_LOG_PREFIX = re.compile(r"^\[[^]]*\] ")

_EXIT_REASONS = {
    0: "another Chromium runs on this profile and took the page over",
    21: "the profile is in use by another Chromium, or by one on another host that died",
}

# Texts by which ChromeDriver 156 reports that …
_DEAD = ("tab crashed", "disconnected", "not connected to DevTools", "target window already closed")
_OTHER_TARGET_GONE = "No target with given id found"  # a tab that a command named by its id
_CONTEXT_LOST = (
    "no such execution context",
    "No frame for given id found",
    "Inspected target navigated or closed",
    "aborted by navigation",
)
_EXIT_AFTER_SILENCE_S = 1.0
_constructing = threading.Lock()


def open_page(options: BrowserOptions, deadline: Deadline) -> Page:
    """Start a browser on `options.profile` and return its page.

    Call it from the main thread, holding the `ProfileLock`: where `setpriv` is there, the kernel kills
    browser and driver together with the *thread* that started them.

    Raises BrowserStartFailed if it did not start; nothing is left running then.
    """
    if threading.current_thread() is not threading.main_thread():
        log.warning("The browser is started by a thread other than the main one and ends with that thread")
    processes = ProcessPair()
    watchdog = Watchdog(processes.kill)

    pipe = DevToolsPipe()
    lines = contextlib.ExitStack()
    lines.callback(pipe.close)

    def end() -> None:
        watchdog.stop()
        processes.kill()
        lines.close()

    try:
        with watchdog.guard(deadline):
            _require_writable(options.profile)
            version = version_of(options.chromium, deadline)
            driver = _Driver(_Launch(options, version, processes, pipe, lines, deadline))
            connection = _Connection(driver, watchdog)
            page = ChromePage(connection, deadline)
            prepare_page(page, connection, options, deadline)
            return page
    except BrowserStartFailed:
        end()
        raise
    except (*_FOREIGN, *MISREAD, BrowserError) as error:
        code = processes.browser.exit_code() if processes.browser else None
        end()
        reason = "it was not up at the deadline" if watchdog.fired else _first_line(error)
        raise BrowserStartFailed(f"The browser did not start: {reason}", exit_code=code) from error
    except BaseException:
        end()
        raise


def _require_writable(profile: Path) -> None:
    """Chromium would silently take another folder, and the login would be lost."""
    profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(profile, os.W_OK | os.X_OK):
        raise BrowserStartFailed(f"The profile {profile} cannot be written")


class _Service(Service):
    """Starts the driver so that it dies with us, can be found by `sweep_orphans`, and only we reach it."""

    def __init__(self, driver: str, launch: "_Launch") -> None:
        super().__init__(driver)
        self._launch = launch

    def command_line_args(self) -> list[str]:
        raise NotImplementedError  # `start` needs none

    def start(self) -> None:
        launch = self._launch
        self.driver = DriverProcess(Path(self.path), self.port, launch.options.profile)
        launch.processes.adopt_driver(self.driver.child)
        launch.lines.callback(self.driver.close)
        self.driver.wait_until_it_listens(launch.deadline)
        launch.pipe.join(self.driver.pipe_ends)

    def stop(self) -> None:
        """Does nothing: selenium would ask the listener on the port to shut down."""


class _DriverPool(urllib3.HTTPConnectionPool):
    """Connections to the driver by way of its own network."""

    def __init__(self, driver: DriverProcess, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ConnectionCls = functools.partial(_DriverConnection, driver)  # type: ignore[assignment]


class _DriverConnection(urllib3.connection.HTTPConnection):
    def __init__(self, driver: DriverProcess, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._driver = driver

    def connect(self) -> None:
        self.sock = self._driver.connect(self.timeout)


@dataclass(frozen=True, slots=True)
class _Launch:
    """One start of a browser with its driver."""

    options: BrowserOptions
    version: str
    processes: ProcessPair
    pipe: DevToolsPipe
    lines: contextlib.ExitStack
    """Gives back what we hold of both, when they have ended."""
    deadline: Deadline


class _Attaching(SeleniumChrome):
    """A class between UC's and selenium's that changes the arguments passed from one to the other."""

    launch: _Launch
    patcher: uc.Patcher

    def __init__(self, service: Service, options: uc.ChromeOptions, keep_alive: bool) -> None:  # noqa: ARG002
        options = self.launch.options
        joining = ChromeOptions()
        joining.binary_location = str(stand_in_for_browser(options.driver_cache))
        joining.add_argument("--remote-debugging-pipe")
        joining.add_argument(
            f"--user-data-dir={_decoy_profile(options)}"
        )  # otherwise it creates one, and leaves it
        joining.page_load_strategy = "none"  # otherwise every command waits for a running navigation
        joining.unhandled_prompt_behavior = "accept"
        # The driver is never reached through HTTP_PROXY; the public option for that is deprecated.
        joining._ignore_local_proxy = True
        ours = _Service(self.patcher.executable_path, self.launch)
        super().__init__(service=cast(ChromeService, ours), options=joining, keep_alive=keep_alive)


def _decoy_profile(options: BrowserOptions) -> Path:
    """UC and ChromeDriver rewrite Preferences in there; the real profile is in our own command."""
    return options.profile / "undetected-chromedriver"


class _Driver(uc.Chrome, _Attaching):  # type: ignore[misc]
    def __init__(self, launch: _Launch) -> None:
        options = launch.options
        self.launch = launch
        uc.Patcher.data_path = str(options.driver_cache)  # else every start makes a folder in HOME
        unused = uc.ChromeOptions()
        unused.debugger_address = "127.0.0.1:0"  # else UC looks for a free port
        unused.add_argument(f"--lang={options.language}")  # else UC asks for the locale, deprecated

        def start(*_: object, **__: object) -> SimpleNamespace:
            return SimpleNamespace(pid=_start_browser(launch).pid)

        with (
            _constructing,
            _replaced(uc, "subprocess", SimpleNamespace(Popen=start, PIPE=None)),
            _replaced(uc, "finalize", lambda *_: None),  # keeps every driver in memory for ever
        ):
            uc.Chrome.__init__(
                self,
                options=unused,
                driver_executable_path=str(_patched_driver(options)),
                browser_executable_path=str(options.chromium),
                user_data_dir=str(_decoy_profile(options)),
                headless=options.headless,
                no_sandbox=options.no_sandbox,
                version_main=int(launch.version.partition(".")[0]),
                use_subprocess=True,
            )

    def start_session(self, capabilities: dict[str, Any]) -> None:
        # selenium would wait 120 s per command, and urllib3 repeat it three times
        self.http._conn.connection_pool_kw["retries"] = urllib3.Retry(0)
        service = cast(_Service, self.service)
        self.http._conn.pool_classes_by_scheme = {"http": functools.partial(_DriverPool, service.driver)}
        self.limit(self.launch.deadline.remaining() + GRACE_S + 1)
        super().start_session(capabilities)

    @property
    def http(self) -> RemoteConnection:
        """The connection that carries commands to the driver."""
        return cast(RemoteConnection, self.command_executor)

    def limit(self, seconds: float) -> None:
        """Sets how long the driver may take to answer the next command."""
        self.http.client_config.timeout = seconds

    def quit(self) -> None:
        """Does nothing: UC sends SIGTERM, which loses the data of the last seconds, to a pid it may not
        own.
        """

    def __del__(self) -> None:
        """Does nothing: UC would quit."""


@contextlib.contextmanager
def _replaced(module: object, name: str, value: object) -> Iterator[None]:
    original = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, original)


def _patched_driver(options: BrowserOptions) -> Path:
    def patch(draft: Path) -> None:
        uc.Patcher(executable_path=str(draft)).patch_exe()

    return private_driver(options.chromedriver, options.driver_cache, patch)


_PIPE_ON_3_AND_4 = 'exec "$@" 3<&0 4>&1 0</dev/null 1>/dev/null'


def _start_browser(launch: _Launch) -> Child:
    """Start Chromium and wait until it answers. Raises BrowserStartFailed if it exits instead."""
    command = chromium_command(launch.options, user_agent(launch.version))
    assert launch.pipe.browser_ends is not None
    commands, events = launch.pipe.browser_ends
    browser = start_child(
        ["/bin/sh", "-c", _PIPE_ON_3_AND_4, "sh", *command],
        environment_of(launch.options.profile),
        stdin=commands,
        stdout=events,
    )
    launch.processes.adopt_browser(browser)
    launch.pipe.close_browser_ends()
    stderr = browser.process.stderr
    assert stderr is not None
    with stderr:  # later output is dropped: nobody would read it, and a full pipe would block it
        if not launch.pipe.answers(browser, launch.deadline):
            browser.wait(launch.deadline.capped(_EXIT_AFTER_SILENCE_S))
            os.set_blocking(stderr.fileno(), False)
            raise _start_failure(browser, stderr.read() or b"")
    return browser


def _start_failure(browser: Child, output: bytes) -> BrowserStartFailed:
    code = browser.exit_code()
    lines = [_LOG_PREFIX.sub("", line) for line in output.decode(errors="replace").splitlines()]
    said = " / ".join(line for line in lines if line and "bus" not in line)[-500:]
    if code is None:
        return BrowserStartFailed(f"Chromium did not answer in time; it said: {said}")
    reason = _EXIT_REASONS.get(code, f"it said: {said}" if said else "it said nothing")
    return BrowserStartFailed(f"Chromium ended at its start with exit code {code}: {reason}", exit_code=code)


class _Connection:
    """Carries commands to the browser, and turns all failures into our own errors; nothing else does."""

    def __init__(self, driver: _Driver, watchdog: Watchdog) -> None:
        self._driver = driver
        self._pipe = driver.launch.pipe
        self._lines = driver.launch.lines
        self._processes = driver.launch.processes
        self._profile = driver.launch.options.profile
        self._watchdog = watchdog
        watchdog.nudge = self._stop_loading
        self._target = driver.current_window_handle
        self.browser_version = str(driver.capabilities["browserVersion"])
        self.driver_version = str(driver.capabilities["chrome"]["chromedriverVersion"]).partition(" ")[0]

    def send(self, method: str, params: Mapping[str, JSON], deadline: Deadline) -> Answer:
        """See `Connection`."""
        result = self._execute("executeCdpCommand", {"cmd": method, "params": dict(params)}, deadline)
        return Answer.of(result if isinstance(result, dict) else {})

    def navigate(self, url: str, deadline: Deadline) -> None:
        """See `Connection`. The protocol's own command would wait for the server's answer."""
        self._execute(Command.GET, {"url": url}, deadline)

    def forget_choosers(self) -> None:
        """See `Connection`."""
        self._pipe.forget_choosers()

    def next_chooser(self, deadline: Deadline) -> int | None:
        """See `Connection`."""
        return self._pipe.next_chooser(deadline)

    def forget_downloads(self) -> None:
        """See `Connection`."""
        self._pipe.forget_downloads()

    def next_download_news(self, deadline: Deadline) -> DownloadNews | None:
        """See `Connection`."""
        return self._pipe.next_download_news(deadline)

    @contextlib.contextmanager
    def held(self, deadline: Deadline) -> Iterator[None]:
        """See `Page`."""
        if not self.alive():
            raise BrowserDied
        with self._processes.held(deadline):
            yield

    def memory(self) -> TreeMemory:
        """See `Page`."""
        if not self.alive():
            raise BrowserDied
        return measure(self._processes.tree())

    def alive(self) -> bool:
        """See `Page`."""
        return self._processes.running()

    def close(self, deadline: Deadline) -> bool:
        """See `Page`."""
        browser = self._processes.browser
        assert browser is not None
        in_order = end_in_order(self._pipe, browser, self._profile, self._target, deadline)
        if not in_order:
            log.warning("The browser did not close and was killed")
        self.kill()
        return in_order

    def kill(self) -> None:
        """See `Page`."""
        self._processes.kill()
        self._watchdog.stop()
        self._driver.http.close()  # type: ignore[no-untyped-call]
        self._lines.close()

    def _execute(self, command: str, params: dict[str, Any], deadline: Deadline) -> Any:
        with self._watchdog.guard(deadline):
            self._driver.limit(deadline.remaining() + GRACE_S + 1)
            try:
                return self._driver.execute(command, params)["value"]
            except (*_FOREIGN, *MISREAD) as error:
                raise self._translated(error) from error

    def _stop_loading(self) -> None:
        """Stop a running navigation: Chromium delays other commands until its end."""
        self._pipe.send("Page.stopLoading", self._target)

    def _translated(self, error: Exception) -> BrowserError:
        if self._watchdog.fired or isinstance(error, urllib3.exceptions.ReadTimeoutError):
            self.kill()
            return BrowserTimeout()
        if not isinstance(error, _FOREIGN) and self.alive():
            return PageError("What the driver answered cannot be read")
        message = str(getattr(error, "msg", None) or error)
        if (
            not isinstance(error, WebDriverException)
            or isinstance(error, InvalidSessionIdException)
            or (isinstance(error, NoSuchWindowException) and _OTHER_TARGET_GONE not in message)
            or any(sign in message for sign in _DEAD)
            or not self.alive()
        ):
            self.kill()
            return BrowserDied()
        if isinstance(error, UnexpectedAlertPresentException):  # one more, right after one that was accepted
            return PageChanged("The page opened a dialog while the browser was asked")
        if any(sign in message for sign in _CONTEXT_LOST):
            return PageChanged()
        return PageError(_first_line(error))


def _first_line(error: Exception) -> str:
    return str(getattr(error, "msg", None) or error).strip().partition("\n")[0][:300]
