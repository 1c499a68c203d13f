"""One simulator and one headless Chromium for all tests in here, driven by plain selenium."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from whatsapp_simulator.testing import Simulator

from .whatsapp_page import WhatsAppPage

BROWSER = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")


def open_browser(profile: Path | None = None) -> Chrome:
    """Headless, but not by its user agent, which the page would turn away (spec §1.5)."""
    version = subprocess.run([BROWSER, "--version"], capture_output=True, text=True, check=True).stdout
    major = re.search(r"(\d+)\.", version)
    assert major is not None
    options = ChromeOptions()
    options.binary_location = str(BROWSER)
    options.add_argument("--headless=new")
    options.add_argument("--no-sandbox")
    options.add_argument("--disable-dev-shm-usage")
    options.add_argument("--window-size=1366,868")
    options.add_argument(
        "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{major[1]}.0.0.0 Safari/537.36"
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if profile is not None:
        options.add_argument(f"--user-data-dir={profile}")
    browser = Chrome(options=options, service=Service(str(DRIVER)))
    browser.set_page_load_timeout(20)
    browser.set_script_timeout(20)
    return browser


@pytest.fixture(scope="package")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Chrome]:
    opened = open_browser()
    yield opened
    opened.quit()


@pytest.fixture
def page(browser: Chrome, simulator: Simulator) -> WhatsAppPage:
    """A page at a simulator that has forgotten everything, in a browser whose log is empty."""
    browser.get("about:blank")  # the page of the test before would go on writing into it
    browser.get_log("browser")  # type: ignore[no-untyped-call]
    simulator.reset()
    return WhatsAppPage(browser, simulator)


@pytest.fixture(params=["E2", "E3"])
def linked(request: pytest.FixtureRequest, page: WhatsAppPage) -> WhatsAppPage:
    """A page of a linked account, in the eras of today."""
    page.simulator.set(era=request.param)
    page.link()
    return page
