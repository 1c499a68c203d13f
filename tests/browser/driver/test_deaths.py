"""Browser, renderer or driver gone: one error of ours, at once, and nothing is left running."""

import threading
import time
from collections.abc import Callable

import pytest

from whatsapp_tasks.errors import BrowserDied

from .conftest import Run, Site, within
from .running import Running


def kill_browser(run: Running) -> None:
    run.browser.kill()


def kill_renderers(run: Running) -> None:
    for renderer in run.renderers():
        renderer.kill()


def kill_driver(run: Running) -> None:
    run.driver.kill()


def kill_page(run: Running) -> None:
    run.page.kill()


DEATHS = [kill_browser, kill_renderers, kill_driver, kill_page]


@pytest.mark.parametrize("death", DEATHS)
def test_before_a_command(run: Run, site: Site, death: Callable[[Running], None]) -> None:
    running = run()
    death(running)
    begun = time.monotonic()
    with pytest.raises(BrowserDied):
        running.page.goto(site.url(), within())
    assert time.monotonic() - begun < 3
    assert running.left() == []
    assert not running.page.alive()


@pytest.mark.parametrize("death", DEATHS)
def test_during_a_wait(run: Run, death: Callable[[Running], None]) -> None:
    running = run()
    timer = threading.Timer(0.2, death, [running])
    timer.start()
    begun = time.monotonic()
    with pytest.raises(BrowserDied):
        running.page.wait_for("() => false", deadline=within(10))
    assert time.monotonic() - begun < 3
    timer.join()
    assert running.left() == []


def test_nothing_can_be_asked_afterwards(run: Run) -> None:
    page = run().page
    page.kill()
    for ask in (
        lambda: page.evaluate("() => 1", deadline=within()),
        lambda: page.press_enter(within()),
        page.memory,
    ):
        with pytest.raises(BrowserDied):
            ask()
    page.close(within())
