"""One browser and one simulator for all pages; ``TEST_PAGES=full`` plays every era in every language."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.pages.stage import Stage
from tests.browser.short_form import FULL
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage

SKINS = (
    [(era, lang) for era in ("E1", "E2", "E3") for lang in ("en", "pt", "es")]
    if FULL
    else [("E1", "es"), ("E2", "pt"), ("E3", "en")]
)


@pytest.fixture(scope="session")
def whatsapp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhatsAppPage]:
    """A browser at nowhere."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("chromium and chromedriver are not installed")
    options = BrowserOptions(
        profile=tmp_path_factory.mktemp("profile"),
        headless=True,
        no_sandbox=os.geteuid() == 0,
        chromium=Path(chromium),
        chromedriver=Path(chromedriver),
        driver_cache=tmp_path_factory.mktemp("driver"),
        viewport=(1400, 800),
        language="en-US",
    )
    page = open_page(options, Deadline.within(60))
    yield WhatsAppPage(page, "", load_selectors())
    page.close(Deadline.within(10))


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture(scope="session", params=SKINS, ids="-".join)
def skinned(request: pytest.FixtureRequest, whatsapp: WhatsAppPage, simulator: Simulator) -> Stage:
    """The page in one era and language, linked."""
    era, lang = request.param
    stage = Stage(WhatsAppPage(whatsapp.page, simulator.page_url, whatsapp.selectors), simulator, era, lang)
    stage.begin()
    stage.link()
    return stage


@pytest.fixture
def stage(skinned: Stage) -> Iterator[Stage]:
    """The linked page with its chats, nothing over it, whatever the test before left."""
    skinned.tidy()
    yield skinned
    skinned.leave()


@pytest.fixture
def unlinked(skinned: Stage) -> Iterator[Stage]:
    """The page that asks for a phone; linked again after the test."""
    skinned.begin()
    yield skinned
    skinned.begin()
    skinned.link()
