"""Whatever stops answering: the action ends soon after its deadline, and nothing is left running."""

import signal
import time
from collections.abc import Callable

import pytest

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Page, Stroke
from whatsapp_tasks.errors import BrowserDied, BrowserTimeout

from .conftest import Run, within
from .running import Running

ACTION_S = 0.3
LATE_S = 2.0
"""0.85 s on an idle machine; this is for a busy one."""

LOOP_OF_THE_PAGE = """() => {
  const script = document.createElement("script");
  script.textContent = "setTimeout(() => { while (true); }, 20)";
  document.head.append(script);
}"""


def stop_browser(run: Running) -> None:
    run.browser.suspend()


def stop_renderers(run: Running) -> None:
    for renderer in run.renderers():
        renderer.suspend()


def stop_driver(run: Running) -> None:
    run.driver.suspend()


def loop_in_page(run: Running) -> None:
    run.page.evaluate(LOOP_OF_THE_PAGE, deadline=within())
    time.sleep(0.1)


def evaluate(page: Page, deadline: Deadline) -> None:
    page.evaluate("() => 1", deadline=deadline)


def loop(page: Page, deadline: Deadline) -> None:
    page.evaluate("() => { while (true); }", deadline=deadline)


def wait_for(page: Page, deadline: Deadline) -> None:
    page.wait_for("() => false", deadline=deadline)


def type_text(page: Page, deadline: Deadline) -> None:
    page.type([Stroke("key", "a", 0)], deadline)


def screenshot(page: Page, deadline: Deadline) -> None:
    page.screenshot(deadline)


def reload(page: Page, deadline: Deadline) -> None:
    page.reload(deadline)


@pytest.mark.parametrize(
    ("hang", "action"),
    [
        (stop_browser, evaluate),
        (stop_browser, screenshot),
        (stop_renderers, wait_for),
        (stop_renderers, type_text),
        (stop_driver, evaluate),
        (stop_driver, reload),
        (loop_in_page, wait_for),
        (lambda _: None, loop),
    ],
)
def test_hang(run: Run, hang: Callable[[Running], None], action: Callable[[Page, Deadline], None]) -> None:
    running = run()
    hang(running)
    begun = time.monotonic()
    with pytest.raises(BrowserTimeout):
        action(running.page, within(ACTION_S))
    assert ACTION_S < time.monotonic() - begun < ACTION_S + LATE_S
    assert running.left() == []
    assert not running.page.alive()
    with pytest.raises((BrowserDied, BrowserTimeout)):
        evaluate(running.page, within())


@pytest.mark.parametrize("hang", [stop_browser, stop_driver])
def test_close_ends_a_hung_browser_at_its_deadline(run: Run, hang: Callable[[Running], None]) -> None:
    running = run()
    hang(running)
    begun = time.monotonic()
    running.page.close(within(1))
    assert time.monotonic() - begun < 1 + LATE_S
    assert running.left() == []


def test_kill_ends_a_stopped_tree(run: Run) -> None:
    running = run()
    for process in running.all:
        process.send_signal(signal.SIGSTOP)
    running.page.kill()
    running.page.kill()
    assert running.left() == []
