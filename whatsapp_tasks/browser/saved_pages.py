"""Reads pages saved as HTML: no scripts run, and nothing is loaded from a network."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from whatsapp_tasks.browser.chrome_options import FIRST_PAGE, BrowserOptions
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import open_page
from whatsapp_tasks.browser.look_script import adopt_script
from whatsapp_tasks.browser.selectors import Selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import WaitTimeout

PAGE_SECONDS = 120.0
"""Time for one page: some are large, and a machine may be busy."""
STYLES_SECONDS = 3.0
"""Time for a page's style sheets; without them hidden elements would seem visible."""

_STYLED = """() => [...document.querySelectorAll("link[rel~=stylesheet][href]")]
  .every((link) => link.sheet || !link.href.startsWith("file:"))"""


class SavedPages:
    """A browser that only reads files."""

    def __init__(self, page: WhatsAppPage) -> None:
        self._page = page

    def look(self, file: Path) -> tuple[PageSnapshot, dict[str, dict[str, int]]]:
        """A look at ``file``, including the chat list, and how often each element is found.

        Raises OSError for a file that cannot be read, and BrowserErrors.
        """
        html = file.read_text("utf-8", errors="replace")
        deadline = Deadline.within(PAGE_SECONDS)
        self._page.page.goto(FIRST_PAGE, deadline)
        self._page.page.evaluate(
            adopt_script(), html, file.resolve().parent.as_uri() + "/", deadline=deadline
        )
        with contextlib.suppress(WaitTimeout):
            self._page.page.wait_for(_STYLED, deadline=deadline.capped(STYLES_SECONDS))
        return self._page.look(deadline, rows=True), self._page.parts(deadline)


@contextlib.contextmanager
def saved_pages(options: BrowserOptions, selectors: Selectors, deadline: Deadline) -> Iterator[SavedPages]:
    """A browser for files; raises BrowserStartFailed."""
    page = open_page(options, deadline)
    try:
        page.shut_off(deadline)
        yield SavedPages(WhatsAppPage(page, "", selectors))
    finally:
        page.kill()
