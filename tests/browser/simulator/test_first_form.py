"""Linking, opening, typing, sending: the page does what WhatsApp Web does, in each era."""

import contextlib
import time
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException

from whatsapp_simulator.testing import Simulator

from .conftest import open_browser
from .whatsapp_page import COMPOSE, WhatsAppPage

ANNA = "4915112345678"

TEXTS = [
    "plain ASCII, with 'quotes' and \\ backslash",
    "emoji 😀 family 👨‍👩‍👧 flag 🇧🇷 keycap 1️⃣ skin 👍🏽 at the end 🎉",
    "مرحبا بالعالم",
    "first\nsecond\n\nfourth 😀\nשלום",
]

TICKS = """
const row = [...document.querySelectorAll("#main [data-id]")].at(-1) ?? document.createElement("div");
const icon = [...row.querySelectorAll("[aria-label]")].find((each) => each.querySelector(":scope > svg"));
return [icon?.getAttribute("data-icon") ?? icon?.querySelector("title")?.textContent, icon?.ariaLabel];
"""


def test_qr_code_is_shown_linked_and_remembered(page: WhatsAppPage) -> None:
    page.open()
    page.wait_for("div[data-ref] > canvas[role=img]")
    ref = page.attribute("div[data-ref]", "data-ref")
    assert ref is not None
    assert ref.startswith("https://wa.me/settings/linked_devices#2@")
    assert page.attribute("canvas", "aria-label") == "Scan this QR code to link a device!"
    assert page.simulator.wait_for_screen("qr")["ref"] == ref
    page.simulator.link()
    page.wait_for("#pane-side")
    page.open()
    page.wait_for("#pane-side")
    assert len(page.simulator.devices()) == 1


def test_reference_changes_in_place_and_ends_with_a_button(page: WhatsAppPage) -> None:
    page.simulator.set(speed=100)
    page.open()
    page.wait_for("div[data-ref]")
    page.js("window.holder = document.querySelector('div[data-ref]'); window.first = holder.dataset.ref")
    page.wait("the second reference", lambda: page.js("return holder.dataset.ref !== first"))
    assert page.js("return holder.isConnected")
    button = "[data-testid=link_device_qr_expired_refresh_button]"
    page.wait_for(button)
    assert page.has("div[data-ref] > span > button")
    page.simulator.set(speed=1)
    page.click(button)
    page.wait_gone(button)
    page.wait_for("div[data-ref] > canvas")


@pytest.mark.parametrize("text", TEXTS)
def test_typed_text_arrives_exactly(linked: WhatsAppPage, text: str) -> None:
    linked.open_chat(ANNA)
    linked.insert(text)
    assert linked.boxed() == text
    assert linked.has('#main footer button[aria-label="Send"]')
    linked.press_enter()
    (message,) = linked.simulator.wait_for_messages(1)
    assert (message.chat, message.text) == (ANNA, text)
    assert not linked.has('#main footer button[aria-label="Send"]')
    assert linked.errors() == []


def test_address_opens_the_chat_with_the_text_and_sends_nothing(linked: WhatsAppPage) -> None:
    linked.open(f"/send?phone=%2B{ANNA}&text=one%0Atwo%20%F0%9F%98%80")
    linked.wait_for(COMPOSE)
    linked.wait("the text", lambda: linked.boxed() == "one\ntwo 😀")
    assert linked.js("return location.pathname + location.search") == "/"
    assert "+49 1511 2345678" in linked.text("#main header")
    assert linked.simulator.messages() == []


def test_ticks_follow_the_era(linked: WhatsAppPage) -> None:
    era = linked.simulator.set(delivered_ms=None, read_ms=None, sent_ms=400)["era"]
    linked.open_chat(ANNA)
    linked.insert("tick")
    linked.press_enter()
    names = {
        "E2": ["msg-time", "msg-check", "msg-dblcheck", "msg-dblcheck"],
        "E3": ["wds-ic-status-pending", "wds-ic-delivered", "wds-ic-read", "wds-ic-read"],
    }[era]
    linked.wait("pending", lambda: linked.js(TICKS) == [names[0], " Pending "])
    linked.wait("sent", lambda: linked.js(TICKS) == [names[1], " Sent "])
    (message,) = linked.simulator.messages()
    for status, name in (("delivered", names[2]), ("read", names[3])):
        linked.simulator.set_status(message.id, status)
        wanted = [name, f" {status.capitalize()} "]
        linked.wait(status, lambda wanted=wanted: linked.js(TICKS) == wanted)  # type: ignore[misc]


def test_rows_follow_the_era(linked: WhatsAppPage) -> None:
    era = linked.simulator.settings()["era"]
    linked.simulator.incoming(ANNA, "hello")
    linked.open_chat(ANNA)
    linked.insert("ours 😀")
    linked.press_enter()
    (message,) = linked.simulator.wait_for_messages(1)
    ids = linked.js("return [...document.querySelectorAll('#main [data-id]')].map((each) => each.dataset.id)")
    counts = [
        linked.js("return document.querySelectorAll(arguments[0]).length", selector)
        for selector in (".message-out", ".message-in", "[data-testid]")
    ]
    if era == "E2":
        assert ids[-1] == f"true_{ANNA}@c.us_{message.id}"
        assert ids[0].startswith(f"false_{ANNA}@c.us_3A")
        assert counts == [1, 1, 0]
    else:
        assert ids[-1] == message.id
        assert linked.has(f"[data-testid=conv-msg-{message.id}]")
        assert counts[:2] == [0, 0]
    assert linked.has(f"#main [data-id='{ids[-1]}'] img.emoji[alt='😀']")


def test_number_not_on_whatsapp(linked: WhatsAppPage) -> None:
    era = linked.simulator.settings()["era"]
    linked.open("/send?phone=12025550101&text=x")
    linked.wait_for("[role=dialog]")
    expected = {
        "E2": "Phone number shared via url is invalid.",
        "E3": "The number +1 (202) 555-0101 isn't on WhatsApp.",
    }[era]
    linked.wait("the error", lambda: linked.attribute("[role=dialog]", "aria-label") == expected)
    assert linked.js(
        "return [...document.querySelectorAll('[role=dialog] button')].map(b => b.textContent)"
    ) == ["OK"]
    linked.js("document.activeElement.blur()")
    linked.browser.execute_cdp_cmd(
        "Input.dispatchKeyEvent", {"type": "keyDown", "key": "Escape", "code": "Escape"}
    )
    assert linked.has("[role=dialog]"), "Escape does nothing"
    linked.browser.execute_cdp_cmd(
        "Input.dispatchMouseEvent",
        {"type": "mousePressed", "x": 5, "y": 5, "button": "left", "clickCount": 1},
    )
    linked.browser.execute_cdp_cmd(
        "Input.dispatchMouseEvent",
        {"type": "mouseReleased", "x": 5, "y": 5, "button": "left", "clickCount": 1},
    )
    linked.wait_gone("[role=dialog]")


def test_starting_chat_leaves_the_previous_chat_below(linked: WhatsAppPage) -> None:
    linked.open_chat(ANNA)
    linked.simulator.set(query_ms=3000)
    linked.js(
        """const a = document.createElement("a"); a.href = location.origin + "/send?phone=12025550100";
        document.body.append(a); a.click();"""
    )
    linked.wait_for("[role=dialog]")
    assert linked.text("[role=dialog] h1") == "Starting chat"
    assert linked.text("[role=dialog] button") == "Cancel"
    assert linked.has(COMPOSE)
    assert "+49 1511 2345678" in linked.text("#main header")
    linked.wait("the other chat", lambda: "+1 (202) 555-0100" in linked.text("#main header"))
    linked.wait_gone("[role=dialog]")


def test_what_is_pending_dies_with_the_page(linked: WhatsAppPage) -> None:
    linked.simulator.set(sent_ms=1500)
    linked.open_chat(ANNA)
    linked.insert("never sent")
    linked.press_enter()
    linked.wait_for("#main [data-id]")
    linked.open()
    linked.wait_for("#pane-side")
    time.sleep(1.6)
    assert linked.simulator.messages() == []
    linked.open_chat(ANNA)
    assert not linked.has("#main [data-id]")


def test_same_profile_is_still_linked_after_a_restart(simulator: Simulator, tmp_path: Path) -> None:
    simulator.reset()
    first = open_browser(tmp_path / "profile")
    try:
        WhatsAppPage(first, simulator).link()
        # Closed by CDP: a terminated Chromium forgets what localStorage wrote last.
        with contextlib.suppress(WebDriverException):
            first.execute_cdp_cmd("Browser.close", {})
    finally:
        first.quit()
    second = open_browser(tmp_path / "profile")
    try:
        page = WhatsAppPage(second, simulator)
        page.open()
        page.wait_for("#pane-side")
        assert page.js("return localStorage.getItem('last-wid-md')") == '"12025550199:1@c.us"'
    finally:
        second.quit()


def test_headless_user_agent_is_turned_away(page: WhatsAppPage) -> None:
    agent = page.js("return navigator.userAgent")
    override = "Network.setUserAgentOverride"
    page.browser.execute_cdp_cmd(override, {"userAgent": agent.replace("Chrome/", "HeadlessChrome/")})
    try:
        page.open()
        assert "WhatsApp works with Google Chrome 100+" in page.text("body")
        assert not page.has("#app")
    finally:
        page.browser.execute_cdp_cmd(override, {"userAgent": agent})
