"""The service with its console, and an operator's browser. One of each for all tests."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.browser.console.console_browser import ConsoleBrowser
from tests.support.stack import Stack
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.client import Client
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys

FULL = bool(os.environ.get("CONSOLE_FULL"))
"""Set by ``make test-console``; without it less is repeated, so that `make test` stays quick."""
STUCK = "+12025550102"
"""Of the simulator's magic numbers: the clock never goes."""
FLOWER_PORT = free_port()
FLOWER_LOGIN = "ann:not-a-secret"


@dataclass
class Scene:
    """What runs, who looks, and who sends."""

    stack: Stack
    browser: ConsoleBrowser
    key: ApiKey
    client: Client

    def log_in(self) -> None:
        self.browser.log_in(self.key.id, self.key.secrets[0])
        self.browser.until(lambda: self.browser.all("article.account"), "the accounts")

    def ensure_linked(self) -> None:
        """A phone is linked, at the latest now."""

        def badge() -> str:
            return self.browser.text("article.account .badge")

        self.browser.until(lambda: badge() in ("Authenticated", "Link a phone"), "linked or to be linked")
        if badge() != "Authenticated":
            self.stack.link()
        self.browser.await_text("article.account .badge", "Authenticated")

    def unlink(self) -> None:
        """The phone's owner ends the link."""
        if self.browser.text("article.account .badge") != "Link a phone":
            self.stack.simulator.logout()
        self.browser.await_text("article.account .badge", "Link a phone")


@pytest.fixture(autouse=True)
def _no_dialog_left_open(request: pytest.FixtureRequest) -> None:
    """A test that failed in a dialog does not make the next ones fail."""
    if "scene" in request.fixturenames:
        browser = request.getfixturevalue("scene").browser
        browser.driver.execute_script("document.getElementById('dialog')?.close()")


@pytest.fixture(scope="package")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A worker whose phone is not linked yet, and its operator."""
    stack = Stack(
        tmp_path_factory.mktemp("console"),
        environment={
            "WHATSAPP_ACK_TIMEOUT_SECONDS": "3",
            "WHATSAPP_CAP_POLICY": "reject",
            "WHATSAPP_FLOWER_PORT": str(FLOWER_PORT),
            "FLOWER_BASIC_AUTH": FLOWER_LOGIN,
        },
    )
    browser = None
    try:
        stack.start("worker", "web")
        browser = ConsoleBrowser(stack.api)
        key = ApiKeys(stack.database).create("Ann", ("admin",), 1)
        scene = Scene(stack, browser, key, stack.client())
        scene.log_in()
        yield scene
    finally:
        if browser is not None:
            browser.close()
        stack.stop()
