"""What a page and its server can learn about the browser, and what the browser does not send."""

import json
from typing import Any

from whatsapp_tasks.browser.page import Page

from .conftest import Opened, Site, within


def data_of(page: Page, name: str) -> Any:
    return page.wait_for("(name) => document.body?.dataset[name]", name, deadline=within())


def test_no_sign_of_a_driver_in_the_page(page: Page) -> None:
    assert json.loads(data_of(page, "driverProperties")) == []


def test_first_script_of_the_page_sees_a_window(page: Page) -> None:
    seen = json.loads(data_of(page, "start"))
    assert seen["webdriver"] is False
    assert "Headless" not in seen["userAgent"]
    assert f"Chrome/{page.browser_version.partition('.')[0]}.0.0.0 Safari" in seen["userAgent"]


def test_user_agent_data_is_filled(page: Page, site: Site) -> None:
    page.goto(site.url(host="localhost"), within())  # a secure context of another site: another process
    hints = ["architecture", "bitness", "fullVersionList", "formFactors", "platformVersion"]
    seen: Any = page.evaluate(
        "(hints) => navigator.userAgentData.getHighEntropyValues(hints)", hints, deadline=within()
    )
    assert "Headless" not in json.dumps(seen)
    assert {"brand": "Chromium", "version": page.browser_version} in seen["fullVersionList"]
    assert seen["platform"] == "Linux"
    assert seen["architecture"] in ("x86", "arm")
    assert seen["bitness"] == "64"
    assert seen["formFactors"] == ["Desktop"]


def test_requests_and_workers_agree(page: Page, site: Site) -> None:
    page.goto(site.url("worker.html", host="localhost"), within())
    said = page.evaluate("() => navigator.userAgent", deadline=within())
    assert data_of(page, "worker") == said
    assert data_of(page, "serviceWorker") == said
    assert site.headers["/worker.html"]["User-Agent"] == said
    page.goto(site.url(host="localhost"), within())
    assert "Headless" not in json.dumps(site.headers["/box.html"])


def test_viewport_is_exact_and_fits_the_screen(page: Page) -> None:
    function = "() => [innerWidth, innerHeight, outerHeight > innerHeight, screen.width >= outerWidth]"
    page.wait_for("() => innerWidth === 1400 && innerHeight === 800", deadline=within())
    assert page.evaluate(function, deadline=within()) == [1400, 800, True, True]


def test_language(opened: Opened, site: Site) -> None:
    page = opened(language="pt-BR")
    page.goto(site.url("box.html?language"), within())
    assert page.evaluate("() => navigator.languages", deadline=within()) == ["pt-BR", "pt"]
    assert site.headers["/box.html?language"]["Accept-Language"].startswith("pt-BR,pt;q=0.")


def test_images_fonts_and_media_are_left_out(page: Page, site: Site) -> None:
    site.asked.clear()
    page.goto(site.url("heavy.html"), within())
    page.wait_for("() => document.readyState === 'complete'", deadline=within())
    assert sorted(site.asked) == ["/data.json", "/heavy.html"]


def test_nothing_is_left_out_unless_asked(opened: Opened, site: Site) -> None:
    site.asked.clear()
    page = opened(block_resources=False)
    page.goto(site.url("heavy.html"), within())
    page.wait_for("() => document.readyState === 'complete'", deadline=within())
    assert {"/picture.png", "/background.png", "/font.woff2", "/film.mp4", "/sound.ogg"} <= set(site.asked)
