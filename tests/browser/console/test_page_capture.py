"""The picture and the structure of a page show what is wrong with it, and not what people wrote."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.console.conftest import FULL
from tests.support.stack import eventually
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
from whatsapp_tasks.browser.page_capture import PageCapture, capture_page
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage

# Two conversations of the same shape, that must look the same.
TALES = (
    ("+4915112345678", "Grandma Ann", "the code is 4711, call me", "on my way to you"),
    ("+4915187654321", "Someone Bob", "you must by 0815, meet us", "do as she is bid"),
)
SECONDS = 30.0


@pytest.fixture
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(era=request.param) as running:
        yield running


@pytest.fixture
def page(simulator: Simulator, tmp_path: Path) -> Iterator[WhatsAppPage]:
    options = BrowserOptions(
        profile=tmp_path / "profile",
        headless=True,
        no_sandbox=os.geteuid() == 0,
        chromium=Path("/usr/bin/chromium"),
        chromedriver=Path("/usr/bin/chromedriver"),
        driver_cache=tmp_path / "driver",
        viewport=(1366, 768),
    )
    opened = open_page(options, Deadline.within(60))
    yield WhatsAppPage(opened, simulator.page_url.rstrip("/"), load_selectors(None))
    opened.close(Deadline.within(10))


def conversation(simulator: Simulator, page: WhatsAppPage, tale: tuple[str, str, str, str]) -> None:
    """The page shows the chat that ``tale`` describes."""
    phone, name, theirs, mine = tale
    simulator.reset()
    page.open(Deadline.within(SECONDS))
    simulator.link(timeout_seconds=SECONDS)
    simulator.chat(
        phone, name, [{"text": theirs, "at": 0}, {"text": mine, "mine": True, "status": "read", "at": 60}]
    )
    page.until(lambda s: s.chat_pane or None, Deadline.within(SECONDS))
    page.open_chat_inside(phone, Deadline.within(SECONDS))
    page.until(lambda s: (s.chat and len(s.chat.bubbles) == 2) or None, Deadline.within(SECONDS))


def take(page: WhatsAppPage, *, masked: bool = True) -> PageCapture:
    return capture_page(page.page, Deadline.within(SECONDS), masked=masked)


@pytest.mark.parametrize("simulator", ["E2", "E3"] if FULL else ["E3"], indirect=True)
def test_two_conversations_of_one_shape_look_the_same(simulator: Simulator, page: WhatsAppPage) -> None:
    captures, clear = [], []
    for tale in TALES:
        conversation(simulator, page, tale)
        capture = eventually(lambda: _steady(page), "a page that stays as it is")
        assert capture is not None
        captures.append(capture)
        clear.append(take(page, masked=False))
        for word in (tale[0][4:], *tale[1:]):
            assert word not in "\n".join(captures[-1].structure)
    assert set(captures[0].structure) ^ set(captures[1].structure) == set()
    assert captures[0] == captures[1]
    assert clear[0].picture != clear[1].picture != captures[0].picture
    structure = "\n".join(captures[0].structure)
    assert "data-tab=10" in structure
    assert "icon=" in structure
    left = page.page.evaluate("() => document.adoptedStyleSheets.length", deadline=Deadline.within(SECONDS))
    assert left == 0


def _steady(page: WhatsAppPage) -> PageCapture | None:
    first, second = take(page), take(page)
    return second if first == second else None
