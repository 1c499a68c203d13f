"""Dialogs and covers that take the focus while a text is typed (issue 11, section B)."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.short_form import FULL

from .test_texts import type_keys
from .whatsapp_page import COMPOSE, WhatsAppPage

ANNA = "4915112345678"
WORDS = [*"ab c d e f"]


@pytest.fixture
def chat(linked: WhatsAppPage) -> WhatsAppPage:
    linked.simulator.set(delivered_ms=None)
    linked.open_chat(ANNA)
    return linked


def focused(page: WhatsAppPage) -> str:
    return str(
        page.js("return document.activeElement.getAttribute('role') ?? document.activeElement.nodeName")
    )


def take_focus(chat: WhatsAppPage, **parameters: object) -> None:
    """Switches the scenario on; the page knows of it when this returns: what it is sent comes in order."""
    chat.simulator.scenario("takes_focus", **parameters)
    chat.simulator.incoming(ANNA, "now")
    chat.wait("the news", lambda: "now" in chat.text("#main"))


@pytest.mark.parametrize("what", ["dialog", "update", "news"])
def test_a_dialog_takes_the_focus_and_no_button_has_it(chat: WhatsAppPage, what: str) -> None:
    take_focus(chat, what=what, after_characters=2, lasts_ms=None)
    type_keys(chat, "ab")
    chat.wait("the focus", lambda: focused(chat) == "dialog")
    type_keys(chat, "c", " ", Keys.ENTER)
    assert chat.boxed() == "ab", "typed text is lost"
    assert chat.has("[role=dialog]")
    chat.js("document.querySelector(arguments[0]).focus()", COMPOSE)
    assert focused(chat) == "dialog", "the focus is taken back"
    assert chat.simulator.messages() == []
    assert chat.simulator.presses() == {}


COVERS, KEYS = ["connecting", "temporary_ban", "other_browser", "terms"], [" ", Keys.ENTER, Keys.ESCAPE]
COVERS_AND_KEYS = (
    [(cover, key) for cover in COVERS for key in KEYS]
    if FULL
    else [(cover, KEYS[number % len(KEYS)]) for number, cover in enumerate(COVERS)]
)
"""In the short form each of both once."""


@pytest.mark.parametrize(("what", "key"), COVERS_AND_KEYS)
def test_a_key_on_a_cover_logs_out(chat: WhatsAppPage, what: str, key: str) -> None:
    take_focus(chat, what=what, after_characters=2, lasts_ms=None)
    type_keys(chat, "ab")
    chat.wait("the focus", lambda: focused(chat) == "BUTTON")
    type_keys(chat, key)
    chat.wait("the count", lambda: chat.simulator.presses() == {"log_out": 1})
    chat.wait_for("div[data-ref]")
    assert chat.simulator.devices() == []


def test_a_cover_goes_and_the_box_has_the_focus_again(chat: WhatsAppPage) -> None:
    take_focus(chat, what="connecting", after_characters=2, lasts_ms=1500)
    type_keys(chat, "ab")
    chat.wait_for("[role=dialog]")
    assert "Connecting to WhatsApp" in chat.text("[role=dialog]")
    chat.wait_gone("[role=dialog]")
    assert focused(chat) == "textbox"
    assert chat.boxed() == "ab"


def test_a_lock_takes_what_is_typed_for_passwords(chat: WhatsAppPage) -> None:
    chat.simulator.scenario("screen_lock")
    chat.wait_for("input[type=password]")
    chat.wait("the focus", lambda: focused(chat) == "INPUT")
    type_keys(chat, *["x", Keys.ENTER] * 3)
    chat.wait("the end", lambda: chat.simulator.presses() == {"unlock": 3, "log_out": 1})
    chat.wait_for("div[data-ref]")


def test_a_seed_draws_the_moment(chat: WhatsAppPage) -> None:
    drawn = [
        chat.simulator.call("PUT", "/scenarios/takes_focus", {"seed": seed})["after_characters"]
        for seed in (1, 1, 2, 3)
    ]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) > 1
    assert all(1 <= each <= 40 for each in drawn)


def test_one_dialog_takes_the_place_of_another(chat: WhatsAppPage) -> None:
    take_focus(chat, after_characters=1, lasts_ms=None)
    type_keys(chat, "a")
    chat.wait_for("[role=dialog]")
    chat.simulator.scenario("ban_notice", where="dialog")
    chat.wait("the other", lambda: "not allowed to use WhatsApp" in chat.text("[role=dialog]"))
    assert chat.js("return document.querySelectorAll('[role=dialog]').length") == 1
    assert chat.simulator.presses() == {}
