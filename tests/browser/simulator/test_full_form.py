"""Every state and misbehaviour that can be switched on, as the page shows it."""

import contextlib
import time
from pathlib import Path

import psutil
import pytest
from selenium.common.exceptions import ElementClickInterceptedException
from selenium.webdriver.common.by import By

from whatsapp_simulator.testing import Simulator

from .conftest import open_browser
from .test_first_form import TICKS
from .whatsapp_page import COMPOSE, WhatsAppPage

ANNA = "4915112345678"
LABELS = "return [...document.querySelectorAll('#main [data-id]')].at(-1)?.innerText"


@pytest.fixture
def linked(page: WhatsAppPage) -> WhatsAppPage:
    page.link()
    return page


def follow(page: WhatsAppPage, phone: str, text: str = "") -> None:
    """Clicks an anchor and does not wait."""
    page.js(
        """const a = document.createElement("a");
        a.href = `${location.origin}/send?phone=${arguments[0]}&text=${encodeURIComponent(arguments[1])}`;
        document.body.append(a); a.click(); a.remove();""",
        phone,
        text,
    )


# --- linking ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("era", "hint"), [("E1", "Link with phone number"), ("E3", "Log in with phone number")]
)
def test_pairing_code(page: WhatsAppPage, era: str, hint: str) -> None:
    page.simulator.set(era=era)
    page.open()
    page.wait_for("[data-testid=link-device-qrcode-alt-linking-hint]")
    assert page.text("[data-testid=link-device-qrcode-alt-linking-hint]") == hint
    page.click("[data-testid=link-device-qrcode-alt-linking-hint]")
    following = "[data-testid=link-device-phone-number-entry-next-button]"
    page.click(following)
    page.wait("the error", lambda: "Valid phone number is required." in page.text("#app"))
    page.browser.find_element(By.CSS_SELECTOR, "input[aria-label^='Type your phone number']").send_keys(
        "12025550199"
    )
    page.simulator.scenario("pairing_error", kind="too_many_attempts", count=1)
    page.click(following)
    page.wait("the popup", lambda: "Too many attempts" in page.text("[role=dialog]"))
    page.click("[role=dialog] button")
    page.click(following)
    page.wait_for("div[data-link-code][aria-details]")
    code = page.attribute("div[data-link-code]", "data-link-code")
    assert code is not None
    assert len(code.split(",")) == 8
    page.simulator.pair(code)
    page.wait_for("#pane-side")


def test_pairing_code_expires(page: WhatsAppPage) -> None:
    page.simulator.set(speed=600)
    page.open()
    page.wait_for("[data-testid=link-device-qrcode-alt-linking-hint]")
    page.click("[data-testid=link-device-qrcode-alt-linking-hint]")
    page.js("document.querySelector('input[type=text]').value = '+12025550199'")
    page.click("[data-testid=link-device-phone-number-entry-next-button]")
    page.wait("expiry", lambda: "Code expired" in page.text("#app"))
    assert "Generate new code" in page.text("#app")


def test_logout_and_permanent_ban(linked: WhatsAppPage) -> None:
    linked.simulator.logout()
    linked.wait("the notice", lambda: "You have been logged out." in linked.text("#app"))
    linked.wait_for("div[data-ref]")
    assert not linked.has("#pane-side")
    assert linked.js("return localStorage.getItem('last-wid-md')") is None
    linked.simulator.link()
    linked.wait_for("#pane-side")
    linked.simulator.scenario("permanent_ban")
    linked.wait_for("div[data-ref]")
    assert "logged out" not in linked.text("#app")


# --- whole-page states --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("temporary_ban", {"code": 102}, "because too many people blocked you."),
        ("temporary_ban", {"code": 101}, "people who don't have +1 (202) 555-0199 in their address books."),
        (
            "temporary_ban",
            {"code": 999, "duration": "05:00"},
            "You'll be able to use WhatsApp again in 05:00",
        ),
        ("ban_notice", {"where": "screen"}, "This account is not allowed to use WhatsApp due to spam"),
        ("service_unavailable", {}, "We're having trouble connecting to WhatsApp."),
        ("client_expired", {}, "WhatsApp is out of date. Updating now…"),
        ("takeover_unsupported", {}, "There is already another active WhatsApp Web tab in this browser"),
        ("use_here", {"other": "browser"}, "WhatsApp is open on another computer or browser."),
        ("proxy_blocked", {}, "Can't Load WhatsApp"),
    ],
)
def test_full_screen_states_come_and_go(
    linked: WhatsAppPage, name: str, parameters: dict[str, object], words: str
) -> None:
    linked.open_chat(ANNA, "a draft")
    linked.simulator.scenario(name, **parameters)
    linked.wait(name, lambda: words in linked.text("#app"))
    assert not linked.has("#pane-side")
    linked.wait(f"{name} is told", lambda: linked.simulator.pages()[0]["screen"] == name)
    linked.open()
    linked.wait(name, lambda: words in linked.text("#app"))
    linked.simulator.clear_scenario(name)
    linked.wait_for("#pane-side")


@pytest.mark.parametrize(("where", "css"), [("dialog", "[role=dialog]"), ("banner", "#side")])
def test_a_ban_notice_beside_the_chats_comes_and_goes(linked: WhatsAppPage, where: str, css: str) -> None:
    words = "This account is not allowed"
    linked.simulator.scenario("ban_notice", where=where)
    linked.wait("the notice", lambda: linked.has(css) and words in linked.text(css))
    assert linked.has("#pane-side")
    linked.simulator.clear_scenario("ban_notice")
    linked.wait("its end", lambda: words not in linked.text("#app"))


def test_the_chat_list_goes_and_comes_back(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("chat_list_gone")
    linked.wait("no chat list", lambda: linked.has("#side") and not linked.has("#pane-side"))
    linked.simulator.clear_scenario("chat_list_gone")
    linked.wait_for("#pane-side")


def test_a_second_page_makes_the_first_ask_to_use_it_here(linked: WhatsAppPage) -> None:
    first = linked.browser.current_window_handle
    linked.browser.switch_to.new_window("tab")
    try:
        linked.open()
        linked.wait_for("#pane-side")
        second = linked.browser.current_window_handle
        linked.browser.switch_to.window(first)
        linked.wait(
            "the question", lambda: 'Click "Use here" to use WhatsApp in this window.' in linked.text("#app")
        )
        linked.browser.find_element(By.XPATH, "//button[text()='Use here']").click()
        linked.wait_for("#pane-side")
        linked.browser.switch_to.window(second)
        linked.wait("the question", lambda: "is open in another window" in linked.text("#app"))
    finally:
        for handle in linked.browser.window_handles:
            if handle != first:
                linked.browser.switch_to.window(handle)
                linked.browser.close()
        linked.browser.switch_to.window(first)


def test_unknown_page_and_unsupported_browser(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("unknown_page")
    linked.simulator.wait_for_screen("unknown")
    for landmark in ("#pane-side", "#side", "div[data-ref]", "[role=dialog]"):
        assert not linked.has(landmark)
    linked.simulator.clear_scenarios()
    linked.wait_for("#pane-side")
    linked.simulator.scenario("unsupported_browser", count=1)
    linked.wait("the page", lambda: "WhatsApp works with Google Chrome 100+" in linked.text("body"))
    linked.open()
    linked.wait_for("#pane-side")


def test_slow_boot(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("slow_boot", ms=1000, count=1)
    linked.wait_for("[data-testid=wa-web-loading-screen] progress")
    assert "Loading your chats" in linked.text("#app")
    started = time.monotonic()
    linked.wait_for("#pane-side")
    assert time.monotonic() - started > 0.5


# --- banners, modal, locks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("offline_banner", "Computer not connected"),
        ("phone_banner", "Phone not connected"),
        ("update_banner", "A new version of WhatsApp is available."),
        ("notifications_banner", "Get message notifications"),
        ("restricted", "You can't start new chats right now."),
    ],
)
def test_banners(linked: WhatsAppPage, name: str, words: str) -> None:
    linked.simulator.scenario(name)
    linked.wait(name, lambda: words in linked.text("#side .ws-banners"))
    linked.simulator.clear_scenario(name)
    linked.wait("no banner", lambda: linked.text("#side .ws-banners") == "")


def test_whats_new_swallows_clicks_until_it_is_closed(linked: WhatsAppPage) -> None:
    linked.simulator.incoming(ANNA, "hi")
    linked.simulator.scenario("whats_new")
    linked.wait_for("[data-animate-modal-backdrop] [role=dialog][aria-modal=true]")
    assert "What's new on WhatsApp Web" in linked.text("[role=dialog]")
    linked.wait_for("[data-testid=list-item-0]")
    with pytest.raises(ElementClickInterceptedException):
        linked.click("[data-testid=list-item-0] [role=gridcell]")
    linked.click("[role=dialog] button[aria-label=Close]")
    linked.click("[data-testid=list-item-0] [role=gridcell]")
    linked.wait_for(COMPOSE)


def test_an_unforeseen_dialog_stays_until_its_button_is_pressed(linked: WhatsAppPage) -> None:
    """Issue 14, part 5: nothing else takes it away, a reload neither; then it is over for good."""
    linked.simulator.incoming(ANNA, "hi")
    linked.wait_for("[data-testid=list-item-0]")
    linked.simulator.scenario("unforeseen_dialog", button="Maybe another day")
    linked.wait_for("[role=dialog]")
    with pytest.raises(ElementClickInterceptedException):
        linked.click("[data-testid=list-item-0] [role=gridcell]")
    linked.browser.switch_to.active_element.send_keys("\ue00c")  # Escape
    linked.open()
    linked.wait_for("[role=dialog]")
    assert "We value your opinion" in linked.text("[role=dialog]")
    linked.click("[role=dialog] button")
    linked.wait("it is gone", lambda: linked.text("[role=dialog]") == "")
    linked.open()
    linked.wait_for("[data-testid=list-item-0]")
    linked.click("[data-testid=list-item-0] [role=gridcell]")
    linked.wait_for(COMPOSE)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("restricted", "Your account is restricted. You can't start new chats right now. Show details"),
        ("monthly_cap", "You've reached the monthly limit on new chats you can start. See details"),
    ],
)
def test_new_chats_are_locked_old_ones_not(linked: WhatsAppPage, name: str, words: str) -> None:
    linked.simulator.incoming(ANNA, "hi")
    linked.play(name)
    linked.open_chat(ANNA)
    follow(linked, "12025550100", "hello")
    linked.wait("the lock", lambda: linked.text("#main footer") == words)
    assert not linked.has(COMPOSE)
    linked.simulator.clear_scenario(name)
    linked.wait_for(COMPOSE)


# --- opening chats ------------------------------------------------------------------------------------------


def test_a_failing_query_looks_like_an_invalid_number(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("query_error", count=1)
    follow(linked, ANNA)
    linked.wait("popup", lambda: linked.text("[data-testid=popup-contents]").endswith("isn't on WhatsApp."))
    linked.click("[data-testid=popup-controls-ok]")
    linked.wait_gone("[role=dialog]")
    linked.open_chat(ANNA)


def test_cancelled_and_wrong_chats(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("slow_query", ms=1200, count=1)
    follow(linked, ANNA)
    linked.wait_for("[data-testid=popup-controls-cancel]")
    linked.click("[data-testid=popup-controls-cancel]")
    time.sleep(1.3)
    assert not linked.has("#main")
    linked.simulator.scenario("wrong_chat", count=1)
    follow(linked, ANNA, "for Anna")
    linked.wait_for(COMPOSE)
    assert linked.text("[data-testid=conversation-info-header-chat-title]") == "+1 (202) 555-0100"


def test_drafts_are_kept_and_text_is_appended_in_the_open_chat(linked: WhatsAppPage) -> None:
    linked.open_chat(ANNA, "one")
    linked.open_chat("12025550100")
    assert linked.boxed().strip() == ""
    linked.open_chat(ANNA)
    linked.wait("the draft", lambda: linked.boxed() == "one")
    follow(linked, ANNA, " two")
    linked.wait("the appended text", lambda: linked.boxed() == "one two")


def test_a_click_counts_only_on_the_anchor_itself(linked: WhatsAppPage) -> None:
    linked.js(
        """document.body.insertAdjacentHTML("beforeend", `<p data-nohandle><a id=no target=ws-other></a></p>
        <a id=outer target=ws-other><i id=inner>x</i></a><a id=wa href="https://wa.me/12025550100?text=hi">y</a>`);
        for (const a of [document.querySelector("#no"), document.querySelector("#outer")]) {
          a.href = "#"; a.addEventListener("click", (event) => event.preventDefault());
          a.setAttribute("href", location.origin + "/send?phone=491511111111");
        }"""
    )
    for selector in ("#no", "#inner"):
        linked.js("document.querySelector(arguments[0]).click()", selector)
    time.sleep(0.4)
    assert not linked.has("#main")
    linked.js("document.querySelector('#wa').click()")
    linked.wait("the chat", lambda: linked.has(COMPOSE) and linked.boxed() == "hi")


def test_early_keys_are_lost(linked: WhatsAppPage) -> None:
    linked.play("lose_early_keys", ms=300)
    linked.open_chat(ANNA)
    linked.insert("early")
    linked.wait("the loss", lambda: linked.boxed().strip() == "")
    linked.insert("late")
    assert linked.boxed() == "late"


# --- the compose box ----------------------------------------------------------------------------------------


def test_lexical_keeps_its_own_model(linked: WhatsAppPage) -> None:
    linked.open_chat(ANNA)
    linked.js("document.querySelector(arguments[0]).innerHTML = '<p>forced</p>'", COMPOSE)
    linked.js(
        """document.querySelector(arguments[0]).dispatchEvent(new KeyboardEvent("keydown",
          { key: "Enter", code: "Enter", keyCode: 13, bubbles: true, cancelable: true }))""",
        COMPOSE,
    )
    linked.js(
        """const data = new DataTransfer(); data.setData("text/plain", "pasted\\nlines");
        document.querySelector(arguments[0]).dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))""",
        COMPOSE,
    )
    linked.wait("the paste", lambda: linked.boxed() == "pasted\nlines")
    linked.press_enter()
    (message,) = linked.simulator.wait_for_messages(1)
    assert message.text == "pasted\nlines"


def test_too_long_a_paste(linked: WhatsAppPage) -> None:
    linked.open_chat(ANNA)
    linked.js(
        """const data = new DataTransfer(); data.setData("text/plain", "x".repeat(65537));
        document.querySelector(arguments[0]).dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))""",
        COMPOSE,
    )
    linked.wait("the popup", lambda: linked.text("[role=dialog]").startswith("Message too long"))


# --- sending ------------------------------------------------------------------------------------------------


def say(page: WhatsAppPage, text: str) -> None:
    page.insert(text)
    page.press_enter()


@pytest.mark.parametrize("fate", ["stuck_pending", "lost_acks"])
def test_clocks_that_stay(linked: WhatsAppPage, fate: str) -> None:
    linked.play(fate)
    linked.open_chat(ANNA)
    say(linked, "hello")
    time.sleep(0.8)
    assert linked.js(TICKS)[1] == " Pending "
    received = [message.text for message in linked.simulator.messages()]
    assert received == ([] if fate == "stuck_pending" else ["hello"])


def test_failed_bubble_and_sending_again(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("failed_bubble", count=1)
    linked.open_chat(ANNA)
    say(linked, "hello")
    linked.wait_for("#main [data-id] button[aria-label^='Something went wrong']")
    linked.click("#main [data-id] button[aria-label^='Something went wrong']")
    assert linked.text("[data-testid=popup-contents]") == "Your message was not sent."
    linked.click("[data-testid=popup-controls-ok]")
    (message,) = linked.simulator.wait_for_messages(1)
    assert message.text == "hello"
    assert len(linked.simulator.rejected()) == 1


def test_altered_and_ignored(linked: WhatsAppPage) -> None:
    linked.open_chat(ANNA)
    linked.play("altered_text", how="drop_newlines", count=1)
    say(linked, "a\nb")
    assert linked.simulator.wait_for_messages(1)[0].text == "a b"
    linked.play("enter_ignored", count=1)
    say(linked, "stays")
    assert linked.boxed() == "stays"
    linked.press_enter()
    assert linked.simulator.wait_for_messages(2)[1].text == "stays"


def test_typing_is_altered_once(linked: WhatsAppPage) -> None:
    linked.open_chat(ANNA)
    linked.play("altered_typing")
    for character in "abcdefgh":
        linked.insert(character)
        time.sleep(0.02)
    assert len(linked.boxed()) == 7
    assert linked.boxed().startswith("ab")


def test_history_that_comes_late(linked: WhatsAppPage) -> None:
    linked.simulator.chat(ANNA, "Anna", [{"text": "old"}, {"text": "sent before the crash", "mine": True}])
    linked.simulator.scenario("stale_history", ms=700)
    linked.open_chat(ANNA)
    assert "sent before" not in linked.text("#main [role=application]")
    assert "Loading messages (50%)" in linked.text("#side")
    linked.wait("the rest", lambda: "sent before" in linked.text("#main [role=application]"))
    linked.wait("no banner", lambda: "Loading messages" not in linked.text("#side"))


def test_outbox_waits_for_the_network_and_is_sent_once(linked: WhatsAppPage) -> None:
    linked.open_chat(ANNA)
    linked.simulator.scenario("network_down")
    linked.wait("the banner", lambda: "Computer not connected" in linked.text("#side"))
    say(linked, "later")
    time.sleep(0.3)
    assert linked.js(TICKS)[1] == " Pending "
    assert linked.simulator.messages() == []
    linked.simulator.clear_scenario("network_down")
    linked.simulator.wait_for_messages(1)
    linked.wait("the tick", lambda: linked.js(TICKS)[1] != " Pending ")
    assert [message.text for message in linked.simulator.messages()] == ["later"]
    assert "Computer not connected" not in linked.text("#side")


def test_no_network_at_all(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("network_down")
    linked.open()
    linked.wait("a sign", lambda: "Connecting to WhatsApp" in linked.text("#app"))
    linked.simulator.scenario("network_down", http=True)
    linked.open()
    assert "ERR_EMPTY_RESPONSE" in linked.text("body"), "the browser's own error page"
    linked.simulator.clear_scenarios()
    linked.open()
    linked.wait_for("#pane-side")


def test_a_stalled_network_shows_no_sign(linked: WhatsAppPage) -> None:
    linked.open_chat(ANNA)
    linked.simulator.scenario("network_stall")
    say(linked, "held")
    time.sleep(0.6)
    assert linked.js(TICKS)[1] == " Pending "
    assert "not connected" not in linked.text("#side")
    assert linked.simulator.messages() == []
    linked.simulator.clear_scenario("network_stall")
    assert linked.simulator.wait_for_messages(1)[0].text == "held"


def test_marks_are_gone_from_the_bubble_but_not_from_the_message(linked: WhatsAppPage) -> None:
    text = "*bold* snake_case_name _it 😀_ ~no~ ```a*b*c``` 2*3*4 https://example.org/a_b_c?x=*1*"
    linked.open_chat(ANNA)
    say(linked, text)
    assert linked.simulator.wait_for_messages(1)[0].text == text
    shown = linked.text("#main [data-testid=selectable-text]")
    assert shown == "bold snake_case_name it  no a*b*c 2*3*4 https://example.org/a_b_c?x=*1*"
    assert linked.text("#main [data-testid=selectable-text] strong") == "bold"


# --- lists --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("era", "row", "height"), [("E1", "listitem", 72), ("E2", "row", 72), ("E3", "row", 76)]
)
def test_chat_list_is_a_window_of_rows(page: WhatsAppPage, era: str, row: str, height: int) -> None:
    page.simulator.set(era=era)
    for n in range(120):
        page.simulator.chat(f"4915100000{n:03}", f"Person {n}", [{"text": "hi", "at": 1000 + n}])
    page.link()
    grid = "#pane-side [role=grid][aria-label='Chat list']"
    assert page.attribute(grid, "aria-rowcount") == "120"
    rows = f"return [...document.querySelectorAll('#pane-side [role={row}]')]"
    assert 30 < page.js(f"{rows}.length") < 75
    assert page.js(f"{rows}[3].style.transform") == f"translateY({3 * height}px)"
    page.js("document.querySelector('#pane-side').scrollTop = 1e6")
    page.wait("the end of the list", lambda: page.has("#pane-side span[title='Person 0']"))
    assert not page.has("#pane-side span[title='Person 119']")


def test_search_finds_chats_below_a_header_row(linked: WhatsAppPage) -> None:
    linked.simulator.chat(ANNA, "Anna", [{"text": "hi"}])
    linked.simulator.chat("12025550100", "Bob", [{"text": "hi"}])
    linked.wait_for("[data-testid=list-item-1]")
    search = linked.browser.find_element(
        By.CSS_SELECTOR, "#side :is(input[type=text],[contenteditable=true])"
    )
    assert search.get_attribute("data-tab") == "3"
    search.send_keys("ann")
    rows = "return [...document.querySelectorAll('#pane-side [role=row]')].map((each) => each.innerText)"
    linked.wait("results", lambda: linked.js(rows)[0] == "Chats")
    assert len(linked.js(rows)) == 2
    linked.js("document.querySelector('#pane-side [role=gridcell]').click()")
    assert not linked.has("#main"), "a script's click does nothing"
    search.send_keys("\n")
    linked.wait_for(COMPOSE)


def test_new_chat_drawer_finds_numbers_outside_the_contacts(linked: WhatsAppPage) -> None:
    linked.click("button[aria-label='New chat']")
    linked.insert("+49 1511 2345678")
    linked.wait("the result", lambda: "Not in your contacts" in linked.text("#side"))
    linked.click("#side .ws-drawer-results [role=gridcell]")
    linked.wait_for(COMPOSE)


def test_unread_counts_and_title(linked: WhatsAppPage) -> None:
    linked.simulator.incoming(ANNA, "one")
    linked.wait_for("span[aria-label='1 unread message']")
    linked.simulator.incoming(ANNA, "two 😀")
    linked.wait_for("[data-testid=icon-unread-count][aria-label='2 unread messages']")
    assert linked.browser.title == "(1) WhatsApp"
    assert linked.text("[data-testid=cell-frame-title]").startswith("2 unread messages")
    linked.click("[data-testid=list-item-0] [role=gridcell]")
    linked.wait_gone("[data-testid=icon-unread-count]")
    assert linked.browser.title == "WhatsApp"
    linked.simulator.incoming(ANNA, "three")
    linked.wait("the bubble", lambda: "three" in (linked.js(LABELS) or ""))
    assert not linked.has("[data-testid=icon-unread-count]")


def test_older_messages_come_on_scrolling_and_rows_out_of_sight_are_empty(linked: WhatsAppPage) -> None:
    linked.simulator.chat(ANNA, "Anna", [{"text": f"message {n}", "mine": n % 2 == 0} for n in range(70)])
    linked.open_chat(ANNA)
    count = "return document.querySelectorAll('#main [data-id]').length"
    assert linked.js(count) == 30
    panel = "document.querySelector('[data-testid=conversation-panel-messages]')"
    linked.js(f"{panel}.scrollTop = 0")
    linked.wait("older messages", lambda: linked.js(count) == 60)
    empty = "#main [data-id][data-virtualized=true]"
    linked.wait_for(empty)
    assert linked.js(f"return document.querySelector('{empty}').childNodes.length") == 0
    linked.js(f"{panel}.scrollTop = 0")
    linked.wait("all messages", lambda: linked.js(count) == 70)
    linked.js(f"{panel}.scrollTop = 0")
    linked.wait("the first", lambda: "message 0" in linked.text("#main [data-id]"))


# --- skins --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "invalid", "placeholder", "sent", "chats"),
    [
        (
            "pt",
            "O número de telefone compartilhado por url é inválido.",
            "Digite uma mensagem",
            " Enviada ",
            "Lista de conversas",
        ),
        (
            "es",
            "El número de teléfono compartido a través de la dirección URL no es válido.",
            "Escribir un mensaje",
            None,
            "Lista de chats",
        ),
    ],
)
def test_other_languages(  # noqa: PLR0917
    page: WhatsAppPage, lang: str, invalid: str, placeholder: str, sent: str | None, chats: str
) -> None:
    page.simulator.set(era="E2", lang=lang, delivered_ms=None)
    page.link()
    assert page.has(f"[role=grid][aria-label='{chats}']")
    follow(page, "12025550101")
    page.wait("the error", lambda: page.text("[role=dialog]").startswith(invalid))
    page.click("[role=dialog] button")
    page.open_chat(ANNA)
    assert page.attribute(COMPOSE, "aria-placeholder") == placeholder
    say(page, "olá")
    page.wait("the tick", lambda: page.js(TICKS)[0] == "msg-check")
    if sent:
        assert page.js(TICKS)[1] == sent


def test_e1(page: WhatsAppPage) -> None:
    page.simulator.set(era="E1")
    page.open()
    page.wait_for("[data-testid=qrcode] > canvas[aria-label='Scan me!']")
    page.link()
    page.open_chat(ANNA)
    assert page.attribute(COMPOSE, "title") == "Type a message"
    assert page.attribute(COMPOSE, "aria-label") is None
    page.insert("old times")
    assert page.has("[data-testid=compose-btn-send] [data-icon=send]")
    page.press_enter()
    (message,) = page.simulator.wait_for_messages(1)
    assert page.has(f".message-out [data-testid=msg-container], [data-id$='{message.id}'] .message-out")


def test_a_broken_selector(linked: WhatsAppPage) -> None:
    linked.js("document.body.dataset.old = 1")
    linked.simulator.scenario("break_selector", part="compose", attribute="role", to="data-role")
    linked.wait_for("body:not([data-old]) #pane-side")  # the page is loaded again
    follow(linked, ANNA)
    linked.wait_for("#main footer [contenteditable=true][data-role=textbox]")
    assert not linked.has(COMPOSE)


# --- a sick renderer ----------------------------------------------------------------------------------------


def test_leak(linked: WhatsAppPage) -> None:
    linked.play("leak", megabytes=30)
    linked.open_chat(ANNA)
    before = _memory(linked)
    say(linked, "one")
    linked.simulator.wait_for_messages(1)
    assert _memory(linked) - before > 25e6


def _memory(page: WhatsAppPage) -> float:
    """Bytes of array buffers."""
    metrics = page.browser.execute_cdp_cmd("Runtime.getHeapUsage", {})
    return float(metrics["backingStorageSize"])


def test_hang_after_transmission_and_the_end_of_the_simulator(tmp_path: Path) -> None:
    """In a browser of its own, which has to be killed."""
    with Simulator() as simulator:
        browser = open_browser(tmp_path / "profile")
        try:
            page = WhatsAppPage(browser, simulator)
            page.link()
            page.open_chat(ANNA)
            simulator.scenario("hang", at="send", after_ms=500, count=1)
            page.insert("last words")
            page.press_enter()
            assert simulator.wait_for_messages(1)[0].text == "last words"
            time.sleep(0.6)
            # A living page would say that this was seen; asking the browser itself takes 20 s.
            simulator.incoming(ANNA, "are you there?")
            time.sleep(0.3)
            assert simulator.chats()[0]["unread"] == 1
            pid = simulator.pid
            simulator.stop()
            assert not psutil.pid_exists(pid)
        finally:
            # quit() would wait 20 s for the renderer.
            for process in psutil.Process(browser.service.process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            browser.service.process.kill()
            browser.service.process.wait()
