"""What goes wrong between us and the driver comes out as an error of ours: issue 13, defect 3."""

import http.client
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
import urllib3
from selenium.common.exceptions import (
    InvalidSessionIdException,
    JavascriptException,
    NoSuchWindowException,
    UnexpectedAlertPresentException,
    WebDriverException,
)

from whatsapp_tasks.browser import driver as driver_module
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.watchdog import Watchdog
from whatsapp_tasks.errors import BrowserDied, BrowserError, BrowserTimeout, PageChanged, PageError

_POOL = urllib3.HTTPConnectionPool("127.0.0.1")


class Processes:
    """Browser and driver, alive until they are killed."""

    browser = None

    def __init__(self) -> None:
        self.alive = True

    def running(self) -> bool:
        return self.alive

    def kill(self) -> None:
        self.alive = False


def sends(answer: Callable[[], object], *, alive: bool = True) -> tuple[object, Processes]:
    """What ``send`` makes of ``answer``: its result or its error; and the processes after it."""
    processes = Processes()
    watchdog = Watchdog(processes.kill)
    driver = SimpleNamespace(
        launch=SimpleNamespace(
            pipe=None,
            lines=SimpleNamespace(close=lambda: None),
            processes=processes,
            options=SimpleNamespace(profile=None),
        ),
        current_window_handle="page",
        capabilities={"browserVersion": "1", "chrome": {"chromedriverVersion": "1 (a)"}},
        http=SimpleNamespace(close=lambda: None),
        limit=lambda seconds: None,
        execute=lambda command, params: answer(),
    )
    connection = driver_module._Connection(cast("Any", driver), watchdog)
    processes.alive = alive
    try:
        return connection.send("Page.getFrameTree", {}, Deadline.within(60)), processes
    except BrowserError as error:
        return error, processes
    finally:
        watchdog.stop()


def raises(error: Exception) -> Callable[[], object]:
    def answer() -> object:
        raise error

    return answer


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (WebDriverException("tab crashed"), BrowserDied),
        (WebDriverException("no such execution context"), PageChanged),
        (JavascriptException("a script failed"), PageError),
        (InvalidSessionIdException("gone"), BrowserDied),
        (NoSuchWindowException("gone"), BrowserDied),
        (UnexpectedAlertPresentException("a dialog"), PageChanged),
        (urllib3.exceptions.ProtocolError("reset"), BrowserDied),
        (urllib3.exceptions.MaxRetryError(_POOL, "/"), BrowserDied),
        (urllib3.exceptions.ReadTimeoutError(_POOL, "/", "late"), BrowserTimeout),
        (http.client.CannotSendRequest(), BrowserDied),
        (http.client.BadStatusLine("?"), BrowserDied),
        (ConnectionResetError(), BrowserDied),
        (TimeoutError(), BrowserDied),
        (BrokenPipeError(), BrowserDied),
        (json.JSONDecodeError("no JSON", "", 0), PageError),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "no UTF-8"), PageError),
        (KeyError("value"), PageError),
        (IndexError(), PageError),
        (TypeError("'NoneType' object is not subscriptable"), PageError),
        (AttributeError("'str' object has no attribute 'get'"), PageError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_errors_of_selenium_its_http_client_sockets_and_json(
    error: Exception, ours: type[BrowserError]
) -> None:
    outcome, processes = sends(raises(error))
    assert type(outcome) is ours
    assert processes.alive is (ours in (PageError, PageChanged))


@pytest.mark.parametrize("error", [KeyError("value"), ValueError("I/O operation on closed file"), OSError()])
def test_whatever_is_raised_once_the_browser_is_gone_says_that_it_is_gone(error: Exception) -> None:
    outcome, _ = sends(raises(error), alive=False)
    assert type(outcome) is BrowserDied


@pytest.mark.parametrize("answer", [{}, None, {"value": None}, {"value": "a word"}], ids=str)
def test_answers_of_another_shape(answer: object) -> None:
    outcome, processes = sends(lambda: answer)
    assert isinstance(outcome, PageError) or outcome == {}
    assert processes.alive
