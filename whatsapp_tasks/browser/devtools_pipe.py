"""The DevTools protocol of a browser over a pipe, shared by its driver and by us.

A DevTools port on TCP is open to every user of the machine; a pipe is open only to the holders of its ends
(`--remote-debugging-pipe`). The browser holds two ends, we hold the others. ChromeDriver's messages are
forwarded one by one, so we can insert a few commands of our own; ChromeDriver does not see their answers.
"""

import json
import logging
import os
import queue
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from whatsapp_tasks.browser.connection import Answer
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.downloads import DownloadNews
from whatsapp_tasks.browser.page import JSON
from whatsapp_tasks.browser.processes import Child
from whatsapp_tasks.browser.readings import MISREAD
from whatsapp_tasks.errors import PageError, WaitTimeout

log = logging.getLogger(__name__)

Ends = tuple[int, int]
"""File descriptors: where commands are read, where answers and events are written."""

T = TypeVar("T")
_FIRST_ID = 1_000_000_000
"""Ids of our commands begin here; ChromeDriver counts from 1."""
_OUR_ANSWER = re.compile(rb'\{"id":1\d{9}\b')
_ATTACHED = b'{"method":"Target.attachedToTarget"'
_CHOOSER = b'{"method":"Page.fileChooserOpened"'
_DOWNLOAD = b'{"method":"Browser.download'
_CHUNK = 1 << 18
_JOIN_S = 1.0
_ASK_S = 0.1


class DevToolsPipe:
    """The pipe between one browser and one driver."""

    def __init__(self) -> None:
        """Creates the pipe; nothing runs yet. `browser_ends` are for the browser only."""
        commands_read, self._to_browser = os.pipe()
        self._from_browser, events_written = os.pipe()
        self.browser_ends: Ends | None = (commands_read, events_written)
        self._to_driver: int | None = None
        self._sessions: dict[str, str] = {}
        self._last_id = _FIRST_ID
        self._writing = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._over = self._closed = self._left = False
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._choosers: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._downloads: queue.SimpleQueue[DownloadNews] = queue.SimpleQueue()

    def close_browser_ends(self) -> None:
        """Close our copies of the browser's ends once it has them; they would hide that the browser has
        ended.
        """
        for end in self.browser_ends or ():
            os.close(end)
        self.browser_ends = None

    def answers(self, browser: Child, deadline: Deadline) -> bool:
        """Whether the browser answers before it exits, and before the deadline. Before `join` only."""
        self.send("Browser.getVersion")
        while browser.readable_or_exited(self._from_browser, deadline):
            answer = os.read(self._from_browser, _CHUNK)
            if b"\0" in answer or not answer:
                return bool(answer)
        return False

    def join(self, driver_ends: Callable[[], Ends | None]) -> None:
        """Forward messages between driver and browser. `driver_ends` waits for the driver's ends; None: no
        driver.
        """
        for work in (lambda: self._pass_commands(driver_ends), self._pass_events):
            thread = threading.Thread(target=work, name="devtools-pipe", daemon=True)
            thread.start()
            self._threads.append(thread)

    def send(self, method: str, target: str | None = None) -> None:
        """Send a command without waiting: to a page that the driver is attached to, else to the browser.

        Nothing happens when either is gone. From any thread.
        """
        session = self._sessions.get(target) if target else None
        if session or not target:
            with suppress(OSError):
                self._send(method, {}, session)

    def ask(
        self, method: str, params: Mapping[str, JSON], deadline: Deadline, session: str | None = None
    ) -> Answer:
        """The result of a command to the browser, or to the target attached by `session`; only after `join`.

        Raises WaitTimeout if there is no result by the deadline, PageError if the command is refused.
        """
        with suppress(OSError):
            number = self._send(method, params, session)
            while not deadline.passed and not self._over:
                with suppress(queue.Empty):
                    answer = self._answers.get(timeout=min(_ASK_S, deadline.remaining()))
                    if answer["id"] == number:
                        if "error" in answer:
                            raise PageError(f"The browser refuses {method}: {answer['error'].get('message')}")
                        return Answer.of(answer)["result"]  # type: ignore[no-any-return]
        raise WaitTimeout(f"The browser does not answer {method}")

    def forget_choosers(self) -> None:
        """What pages asked for until now is not waited for."""
        _empty(self._choosers)

    def next_chooser(self, deadline: Deadline) -> int | None:
        """The node for which a page has asked for a file (``Page.setInterceptFileChooserDialog``); None if
        none did by the deadline, or the browser has ended.
        """
        return self._next(self._choosers, deadline)

    def forget_downloads(self) -> None:
        """What the browser said of downloads until now is not waited for."""
        _empty(self._downloads)

    def next_download_news(self, deadline: Deadline) -> DownloadNews | None:
        """What the browser says next of a download (``Browser.setDownloadBehavior``); None if nothing by the
        deadline, or the browser has ended.
        """
        return self._next(self._downloads, deadline)

    def _next(self, events: queue.SimpleQueue[T], deadline: Deadline) -> T | None:
        while not deadline.passed and not self._over:
            with suppress(queue.Empty):
                return events.get(timeout=min(_ASK_S, deadline.remaining()))
        return None

    def leave_driver(self) -> None:
        """Nothing more reaches the driver, so it believes that the browser has ended."""
        with self._writing:
            self._left = True

    def _send(self, method: str, params: Mapping[str, JSON], session: str | None) -> int:
        """The id of the sent command. Raises OSError if nobody can read it any more."""
        with self._writing:
            if self._closed:
                raise BrokenPipeError
            self._last_id += 1
            message: dict[str, JSON] = {"id": self._last_id, "method": method, "params": params}
            if session:
                message["sessionId"] = session
            _write(self._to_browser, json.dumps(message).encode() + b"\0")
            return self._last_id

    def close(self) -> None:
        """Close all ends. Call it when the browser and its driver have ended; may be called again."""
        with self._writing:
            if self._closed:
                return
            self._closed = True
            os.close(self._to_browser)
        self.close_browser_ends()
        for thread in self._threads:
            thread.join(_JOIN_S)
        if not self._threads:
            os.close(self._from_browser)

    def _pass_commands(self, driver_ends: Callable[[], Ends | None]) -> None:
        ends = driver_ends()
        if ends is None:
            return
        commands, events = ends
        with self._writing:
            self._to_driver = events
            if self._over:
                self._leave_driver()
        try:
            for message in _messages(commands):
                with self._writing:
                    if self._closed:
                        return
                    _write(self._to_browser, message + b"\0")
        except OSError:  # the browser is gone: the driver learns it from the other thread
            pass
        finally:
            os.close(commands)

    def _pass_events(self) -> None:
        try:
            for message in _messages(self._from_browser):
                if _OUR_ANSWER.match(message):
                    with suppress(ValueError):  # not JSON, so not an answer
                        self._answers.put(json.loads(message))
                    continue
                if message.startswith(_ATTACHED):
                    with suppress(*MISREAD):  # the driver handles it
                        self._remember_session(message)
                if message.startswith(_CHOOSER):
                    with suppress(*MISREAD):  # a chooser for no element is not for us
                        self._choosers.put(int(json.loads(message)["params"]["backendNodeId"]))
                if message.startswith(_DOWNLOAD):
                    with suppress(*MISREAD):  # what cannot be read ends with the time for it
                        self._downloads.put(DownloadNews.of(json.loads(message)))
                if self._to_driver is not None and not self._left:
                    with suppress(OSError):  # a driver that is gone must not stop the browser
                        _write(self._to_driver, message + b"\0")
        finally:
            os.close(self._from_browser)
            with self._writing:
                self._over = True
                self._leave_driver()

    def _leave_driver(self) -> None:
        """The driver learns that the browser is gone."""
        if self._to_driver is not None:
            os.close(self._to_driver)
            self._to_driver = None

    def _remember_session(self, message: bytes) -> None:
        attached = json.loads(message)["params"]
        self._sessions.setdefault(attached["targetInfo"]["targetId"], attached["sessionId"])


def _messages(source: int) -> Iterator[bytes]:
    """The messages from `source` until its other end is closed; each ends with a zero byte."""
    rest = b""
    while chunk := os.read(source, _CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole


def _empty(events: queue.SimpleQueue[Any]) -> None:
    with suppress(queue.Empty):
        while True:
            events.get_nowait()


def _write(target: int, message: bytes) -> None:
    """Raises OSError if nobody reads any more."""
    left = memoryview(message)
    while left:
        left = left[os.write(target, left) :]
