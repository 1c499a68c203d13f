"""A real Chromium on a few small pages of our own."""

import functools
import http.server
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
from whatsapp_tasks.browser.page import Page

from .running import Running

PAGES = Path(__file__).with_name("pages")
OPEN_S = 15.0

Options = Callable[..., BrowserOptions]
Opened = Callable[..., Page]
Run = Callable[[], Running]


def within(seconds: float = 30.0) -> Deadline:
    return Deadline.within(seconds)


class Site:
    """Serves the folder `pages`, `/slow?seconds` after a while, and notes what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: dict[str, dict[str, str]] = {}
        """Of the last request for each path."""
        site = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.headers[self.path] = dict(self.headers)
                if self.path.startswith("/slow?"):
                    time.sleep(float(self.path.partition("?")[2]))
                    self.path = "/box.html"
                super().do_GET()

            def log_message(self, *_: object) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A browser that went away is no error here."""

        self.server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=str(PAGES)))
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def url(self, path: str = "box.html", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server.server_port}/{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="session")
def options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    """Makes options with a new profile, the rest as the tests want it."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("chromium and chromedriver are not installed")
    cache = tmp_path_factory.mktemp("driver-cache")

    def make(**changes: object) -> BrowserOptions:
        values: dict[str, object] = {
            "profile": tmp_path_factory.mktemp("profile"),
            "headless": True,
            "no_sandbox": os.geteuid() == 0,
            "chromium": Path(chromium),
            "chromedriver": Path(chromedriver),
            "driver_cache": cache,
            "viewport": (1400, 800),
        }
        return BrowserOptions(**{**values, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def opened(options: Options) -> Iterator[Opened]:
    """Opens pages that are gone after the test."""
    pages: list[Page] = []

    def opened(**changes: object) -> Page:
        pages.append(open_page(options(**changes), within(OPEN_S)))
        return pages[-1]

    yield opened
    for page in pages:
        page.kill()


@pytest.fixture
def run(opened: Opened, options: Options, site: Site) -> Run:
    """Opens a page at `box.html`, with its processes known."""

    def run() -> Running:
        now = options()
        page = opened(profile=now.profile)
        page.goto(site.url(), within())
        return Running(page, now.profile)

    return run


@pytest.fixture(scope="module")
def opened_before(options: Options) -> Iterator[list[Page]]:
    """The browsers of one module; the last one is in use."""
    pages: list[Page] = []
    yield pages
    for page in pages:
        page.close(within(5))


@pytest.fixture
def page(opened_before: list[Page], options: Options, site: Site) -> Page:
    """One browser per module, at `box.html`; another one after a test that lost it."""
    if not (opened_before and opened_before[-1].alive()):
        opened_before.append(open_page(options(), within(OPEN_S)))
    opened_before[-1].goto(site.url(), within())
    return opened_before[-1]
