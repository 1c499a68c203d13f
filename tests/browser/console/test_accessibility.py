"""axe-core finds nothing serious, light and dark; and what the mouse does, the keyboard does."""

import time
from collections.abc import Iterator

import pytest
from selenium.webdriver import ActionChains, Keys

from tests.browser.console.conftest import FULL, STUCK, Scene
from tests.browser.console.console_browser import DESKTOP, PHONE, ConsoleBrowser
from tests.browser.console.seeds import seed_dead_letter

LOOKS = {"desktop-light": (DESKTOP, False), "phone-dark": (PHONE, True)}


@pytest.fixture(params=LOOKS, scope="module")
def look(request: pytest.FixtureRequest, scene: Scene) -> Iterator[ConsoleBrowser]:
    """The console, looked at in one way and then in the other, with something of everything to see."""
    browser = scene.browser
    size, dark = LOOKS[request.param]
    browser.look_like(size, dark=dark)
    seed_dead_letter(scene.stack.database, "orders", int(time.time() * 1000))
    yield browser
    browser.look_like(DESKTOP)


def test_the_login_page(look: ConsoleBrowser, scene: Scene) -> None:
    cookies = look.driver.get_cookies()
    look.driver.delete_all_cookies()
    look.go("/login")
    assert look.violations() == []
    look.type("#key", "wak_nobody")
    look.type("#secret", "wrong")
    look.click("form button")
    look.await_text("[role=alert]", "is wrong")
    assert look.violations() == []
    for cookie in cookies:
        look.driver.add_cookie(cookie)
    look.go("/")


def test_the_console_unlinked_linked_and_with_messages(look: ConsoleBrowser, scene: Scene) -> None:
    look.go("/")
    look.until(lambda: look.all("article.account") and look.all(".webhook"), "the cards")
    if look.text("article.account .badge") == "Link a phone":
        look.until(lambda: look.shown(".qr img"), "the QR code")
        assert look.violations() == []
    scene.ensure_linked()
    for phone in ("+4915112345678", "+12025550101", "+12025550102"):
        scene.client.send(phone, "for all to see")
    _open_doubt(look, scene)
    if not look.all(".failure[open]"):
        look.click(".failure summary")
    assert look.violations() == []


@pytest.mark.parametrize("action", ["pause", "logout", "resolve", "redrive"] if FULL else ["resolve"])
def test_the_dialogs(look: ConsoleBrowser, scene: Scene, action: str) -> None:
    _open_doubt(look, scene)
    look.click(f"[data-action={action}]")
    look.until(lambda: look.all("#dialog[open]"), "the dialog")
    assert look.violations() == []
    ActionChains(look.driver).send_keys(Keys.ESCAPE).perform()
    look.until(lambda: not look.all("#dialog[open]"), "Escape closes it")


def _open_doubt(look: ConsoleBrowser, scene: Scene) -> None:
    """Where there is none yet, a message in doubt is made: the tests run in any order."""
    if not look.all("#doubt li"):
        scene.ensure_linked()
        scene.client.send(STUCK, "in doubt", idempotency_key=f"doubt-{time.time()}")
    look.until(lambda: look.all("#doubt li"), "a message in doubt")
    look.open_row(look.all("#doubt li")[0].get_attribute("data-key") or "", "doubt")


def test_by_keyboard_alone(scene: Scene) -> None:
    browser = scene.browser
    browser.go("/")
    browser.until(lambda: browser.all("[data-action=pause]"), "the button")

    def press(key: str) -> str:
        ActionChains(browser.driver).send_keys(key).perform()
        return str(
            browser.driver.execute_script(
                "const now = document.activeElement; return now.dataset.action || now.className"
            )
        )

    assert press(Keys.TAB) == "skip"
    reached = next(name for name in (press(Keys.TAB) for _ in range(12)) if name == "pause")
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    assert browser.driver.execute_script(outline) == "solid"
    press(Keys.ENTER)
    browser.until(lambda: browser.all("#dialog[open]"), "the dialog")
    inside = "return document.getElementById('dialog').contains(document.activeElement)"
    for _ in range(2):
        press(Keys.TAB)
        assert browser.driver.execute_script(inside)
    press(Keys.ESCAPE)
    browser.until(lambda: not browser.all("#dialog[open]"), "Escape closes it")
    # The page is drawn again every two seconds, and the focus stays where it was.
    browser.until(lambda: press(Keys.SHIFT) == reached, "the focus is back at the button")
