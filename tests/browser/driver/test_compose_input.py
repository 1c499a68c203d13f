"""Input for one box while the page goes away under it (issue 11, B)."""

import json
from collections.abc import Callable

import pytest

from whatsapp_tasks.browser.page import Page, Stroke
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.errors import BrowserTimeout, InputStopped

from .conftest import Site, within

TEXT = "Hello World, hello again"


def strokes_of(text: str) -> list[Stroke]:
    return [Stroke("insert" if character == "o" else "key", character, 5) for character in text]


def opened(page: Page, site: Site, behaviour: str) -> tuple[WhatsAppPage, ChatMark]:
    """The page at its chat, the box with the focus."""
    page.goto(site.url(f"chat.html?{behaviour}"), within())
    whatsapp = WhatsAppPage(page, site.url(""), load_selectors())
    mark = mark_of(whatsapp.look(within()))
    assert mark is not None
    return whatsapp, mark


def seen(page: Page) -> list[str]:
    told = page.evaluate("() => document.body.dataset.seen || '[]'", deadline=within())
    assert isinstance(told, str)
    events: list[str] = json.loads(told)
    return events


def value_of(page: Page, element: str) -> object:
    return page.evaluate(
        "(id) => document.getElementById(id).value ?? document.getElementById(id).textContent",
        element,
        deadline=within(),
    )


def test_a_text_is_typed(page: Page, site: Site) -> None:
    whatsapp, mark = opened(page, site, "99-nothing")
    whatsapp.type_text(strokes_of(TEXT), mark, within())
    assert value_of(page, "box") == TEXT
    whatsapp.clear_compose(mark, within())
    assert value_of(page, "box") == ""


@pytest.mark.parametrize("behaviour", ["reload", "leave"])
@pytest.mark.parametrize("at", [1, 4, 5, 9, 17])
def test_a_new_document_takes_nothing_of_what_was_meant_for_the_one_before(
    page: Page, site: Site, at: int, behaviour: str
) -> None:
    """The new one gives the focus to a field of its own at once.

    Chromium sometimes never answers an insert whose document is replaced (docs/whatsapp-web.md, 12.15); then
    the browser is killed at the deadline.
    """
    site.asked.clear()
    whatsapp, mark = opened(page, site, f"{at}-{behaviour}")
    with pytest.raises((InputStopped, BrowserTimeout)) as stopped:
        whatsapp.type_text(strokes_of(TEXT * 3), mark, within())
    assert [asked for asked in site.asked if asked.startswith("/seen")] == []
    if isinstance(stopped.value, BrowserTimeout):
        assert not page.alive()
        return
    assert isinstance(stopped.value, InputStopped)
    assert stopped.value.reason == "chat_moved"
    page.wait_for(
        "() => location.search === '?0' && document.activeElement?.id === 'field'", deadline=within()
    )
    assert seen(page) == []
    assert value_of(page, "field") == ""
    page.type(strokes_of("free"), within())  # and nothing is held back any more
    assert value_of(page, "field") == "free"
    assert "/seen?keydown" in site.asked


def test_a_box_that_was_drawn_again_is_another(page: Page, site: Site) -> None:
    whatsapp, mark = opened(page, site, "4-redraw")
    with pytest.raises(InputStopped, match="chat_moved"):
        whatsapp.type_text(strokes_of(TEXT), mark, within())
    assert value_of(page, "box") == TEXT[:4]


def test_what_is_held_back_is_not_seen_by_the_page_either(page: Page, site: Site) -> None:
    whatsapp, mark = opened(page, site, "99-nothing")
    page.evaluate("() => document.getElementById('field').focus()", deadline=within())
    acts: tuple[Callable[[], object], ...] = (
        lambda: whatsapp.type_text(strokes_of(TEXT), mark, within()),
        lambda: whatsapp.press_enter(mark, "", within()),
        lambda: whatsapp.clear_compose(mark, within()),
    )
    for act in acts:
        with pytest.raises(InputStopped, match="focus"):
            act()
    assert seen(page) == []
    assert value_of(page, "field") == ""


def test_a_person_at_the_window_stops_the_typing_and_not_the_other_way_round(page: Page, site: Site) -> None:
    """A click elsewhere goes where it went; the keys that follow are not ours to give."""
    whatsapp, mark = opened(page, site, "99-nothing")
    page.evaluate(
        """() => {
          const box = document.getElementById("box");
          box.addEventListener("input", () => document.getElementById("field").focus(), { once: true });
        }""",
        deadline=within(),
    )
    with pytest.raises(InputStopped, match="focus"):
        whatsapp.type_text(strokes_of(TEXT), mark, within())
    assert value_of(page, "field") == ""
    page.type(strokes_of("by hand"), within())
    assert value_of(page, "field") == "by hand"


@pytest.mark.parametrize("cover", [True, False])
def test_a_click_into_the_box_goes_nowhere_else(page: Page, site: Site, cover: bool) -> None:
    whatsapp, mark = opened(page, site, "99-nothing")
    page.evaluate(
        """(cover) => {
          document.activeElement.blur();
          if (!cover) return;
          const over = document.createElement("button");
          over.style.cssText = "position:fixed;inset:0";
          document.body.append(over);
        }""",
        cover,
        deadline=within(),
    )
    if cover:
        with pytest.raises(InputStopped, match="dialog"):
            whatsapp.focus(mark, within())
        assert seen(page) == []
    else:
        whatsapp.focus(mark, within())
        whatsapp.type_text(strokes_of("in"), mark, within())
        assert value_of(page, "box") == "in"
