"""The page learns of changes by the stream, and by asking where the stream is broken (issue 16, 8)."""

from collections.abc import Iterator

import pytest

from tests.browser.console.console_browser import ConsoleBrowser
from tests.support.stack import Stack
from whatsapp_tasks.stores.api_keys import ApiKeys

NO_CLOCK = """
const later = window.setTimeout;
window.setTimeout = (call, ms, ...rest) => later(call, ms < 2000 ? ms : 1e8, ...rest);
"""
"""The page never asks again by itself."""
NO_STREAM = """
window.EventSource = class extends EventTarget { static CLOSED = 2; readyState = 2; close() {} };
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A service whose accounts have no worker: only the API changes something."""
    stack = Stack(tmp_path_factory.mktemp("news"))
    try:
        yield stack.start("web")
    finally:
        stack.stop()


@pytest.fixture(params=[NO_CLOCK, NO_STREAM], ids=["by the stream alone", "without the stream"])
def browser(request: pytest.FixtureRequest, stack: Stack) -> Iterator[ConsoleBrowser]:
    """An operator's browser in which this script runs before those of the page."""
    browser = ConsoleBrowser(stack.api)
    try:
        browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": request.param})
        key = ApiKeys(stack.database).create("Ann", ("admin",), 1)
        browser.log_in(key.id, key.secrets[0])
        browser.until(lambda: browser.all("article.account"), "the accounts")
        yield browser
    finally:
        browser.close()


def test_a_message_that_is_accepted_and_cancelled_is_shown(browser: ConsoleBrowser, stack: Stack) -> None:
    with stack.client() as client:
        message = client.send("+4915112345678", "in a year", send_at="2027-06-01T00:00:00Z")["id"]
        row = browser.open_row(message)
        browser.await_text(f"{row} summary .badge", "queued")
        client.cancel(message)
        browser.await_text(f"{row} summary .badge", "cancelled")
