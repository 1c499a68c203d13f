"""Replying as the page does it (issue 16, point 11; spec §10.9, §12.13)."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from .whatsapp_page import WhatsAppPage

ANNA = "4915112345678"
ROW = '#main [data-id*="3AFIRST"]'
TEXT = f"{ROW} .selectable-text"
MENU = ".ws-message-menu"
PANEL = "#main footer .ws-reply-panel"


@pytest.fixture
def chat(linked: WhatsAppPage) -> WhatsAppPage:
    """A chat with a message of hers and one of ours."""
    linked.simulator.set(delivered_ms=None)
    said: list[dict[str, object]] = [
        {"text": "At what *time*?", "id": "3AFIRST"},
        {"text": "Wait", "mine": True, "id": "3EB0OURS"},
    ]
    linked.simulator.chat(ANNA, "Anna", said)
    linked.open_chat(ANNA)
    linked.wait_for(TEXT)
    return linked


def right_click(page: WhatsAppPage, selector: str) -> None:
    ActionChains(page.browser).context_click(page.browser.find_element(By.CSS_SELECTOR, selector)).perform()


def press(page: WhatsAppPage, label: str) -> None:
    items = page.browser.find_elements(By.CSS_SELECTOR, f"{MENU} li, {MENU} button")
    next(item for item in items if item.text == label).click()


def reply(page: WhatsAppPage) -> None:
    right_click(page, TEXT)
    page.wait_for(MENU)
    press(page, "Reply")


def test_a_reply_is_armed_by_the_menu_and_sent_with_its_quotation(chat: WhatsAppPage) -> None:
    reply(chat)
    chat.wait_for(PANEL)
    assert "AnnaAt what *time*?" in chat.text(PANEL)
    chat.insert("at noon")
    chat.press_enter()
    [message] = chat.simulator.wait_for_messages(1)
    assert message.quoted == {"id": "3AFIRST", "author": "Anna", "text": "At what *time*?", "kind": None}
    assert not chat.has(PANEL)
    bubble = f'#main [data-id*="{message.id}"]'
    assert "At what" in chat.text(f"{bubble} .quoted-mention")
    chat.insert("and a plain one")
    chat.press_enter()
    assert chat.simulator.wait_for_messages(2)[-1].quoted is None


def test_the_arrow_comes_on_hover_and_opens_the_same_menu(chat: WhatsAppPage) -> None:
    assert not chat.has(".ws-menu-arrow")
    ActionChains(chat.browser).move_to_element(chat.browser.find_element(By.CSS_SELECTOR, TEXT)).perform()
    chat.wait_for(f"{ROW} .ws-menu-arrow")
    chat.click(f"{ROW} .ws-menu-arrow")
    press(chat, "Delete")
    chat.wait_gone(MENU)
    chat.wait("the press", lambda: chat.simulator.presses().get("delete"))


def test_a_double_click_beside_the_bubble_replies_without_a_menu(chat: WhatsAppPage) -> None:
    row = chat.browser.find_element(By.CSS_SELECTOR, ROW)
    beside = ActionChains(chat.browser).move_to_element_with_offset(row, row.size["width"] // 2 - 30, 0)
    beside.double_click().perform()
    chat.wait_for(PANEL)
    chat.click(".ws-reply-cancel")
    chat.wait_gone(PANEL)


def test_what_is_armed_is_kept_with_the_draft_and_ends_by_escape(chat: WhatsAppPage) -> None:
    reply(chat)
    chat.wait_for(PANEL)
    chat.open_chat("12025550100")
    assert not chat.has(PANEL)
    chat.open_chat(ANNA)
    chat.wait_for(PANEL)
    chat.press("Escape")
    chat.wait_gone(PANEL)
    assert chat.has("#main"), "the chat itself stays open"


@pytest.mark.parametrize("how", ["not_offered", "nothing_happens"])
def test_replying_may_go_wrong(chat: WhatsAppPage, how: str) -> None:
    chat.play("reply_trouble", how=how)
    right_click(chat, TEXT)
    chat.wait_for(MENU)
    offered = "Reply" in chat.js(f"return document.querySelector('{MENU}').innerText")
    assert offered is (how != "not_offered")
    if offered:
        press(chat, "Reply")
    assert not chat.has(PANEL)
