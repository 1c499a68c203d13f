"""A window for a person: a visible browser without a driver (issue 14, 2)."""

from collections.abc import Iterator

import pytest

from tests.support.screen import screen
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.browser.window import open_window
from whatsapp_tasks.errors import BrowserDied, BrowserStartFailed

from .conftest import OPEN_S, Options, Site, within
from .running import left_of


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with screen() as name:
        monkeypatch.setenv("DISPLAY", name)
        yield


@pytest.mark.usefixtures("display")
def test_it_is_an_ordinary_browser_whose_storage_is_whole_when_it_is_closed(
    options: Options, site: Site
) -> None:
    now = options(headless=False, block_resources=False)
    page: Page = open_window(now, within(OPEN_S))
    page.goto(site.url(), within(OPEN_S))
    looks = page.evaluate(
        "() => [navigator.webdriver, navigator.userAgent, navigator.language]", deadline=within()
    )
    assert isinstance(looks, list)
    assert looks[0] is False
    assert "Headless" not in str(looks[1])
    assert looks[2] == "en-US"
    page.evaluate("() => localStorage.setItem('login', '1')", deadline=within())
    assert page.close(within(20))
    assert left_of(now.profile) == []

    page = open_window(now, within(OPEN_S))
    page.goto(site.url(), within(OPEN_S))
    assert page.evaluate("() => localStorage.getItem('login')", deadline=within()) == "1"
    page.kill()


@pytest.mark.usefixtures("display")
def test_a_window_that_the_person_closes_is_noticed(options: Options) -> None:
    page = open_window(options(headless=False), within(OPEN_S))
    page.kill()
    with pytest.raises(BrowserDied):
        page.evaluate("() => 1", deadline=within())


def test_without_a_screen_it_says_so(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    now = options(headless=False)
    with pytest.raises(BrowserStartFailed):
        open_window(now, within(20))
    assert left_of(now.profile) == []
