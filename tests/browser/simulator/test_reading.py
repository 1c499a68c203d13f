"""What the page shows that is hard to read rightly (issue 11, section C)."""

from typing import get_args

import pytest

from whatsapp_simulator.phones import FATES, Notice

from .test_full_form import follow
from .test_texts import MAIN
from .whatsapp_page import COMPOSE, WhatsAppPage

ANNA = "4915112345678"
GROUP = "120363041234567890"
NOTICES = [digits for digits, fate in FATES.items() if fate in get_args(Notice)]


def is_e3(page: WhatsAppPage) -> bool:
    return bool(page.simulator.settings()["era"] == "E3")


def test_row_1_an_icon_with_the_id_of_the_chat(linked: WhatsAppPage) -> None:
    linked.simulator.chat(ANNA, "Anna", [{"text": "code"}])
    linked.simulator.scenario("key_icon")
    linked.wait_for("#pane-side svg > mask#main")
    assert linked.js("return document.querySelector('#main').nodeName") == "mask"
    assert linked.errors() == []


@pytest.mark.parametrize("phone", NOTICES)
def test_row_4_what_stands_in_place_of_the_box(linked: WhatsAppPage, phone: str) -> None:
    follow(linked, phone)
    linked.wait_for("#main header")
    assert not linked.has(COMPOSE)
    fate = FATES[phone]
    assert linked.has("#main footer") is (fate != "channel")
    if fate == "recipient_blocked":
        assert linked.text("#main footer") == "Delete chatUnblock"
    elif fate != "channel":
        assert len(linked.text("#main footer")) > 20
    if is_e3(linked) and fate != "channel":
        assert linked.has("footer[data-testid=compose-box] [data-testid=block-message]")
        assert linked.has("#main footer ~ div [contenteditable][aria-hidden=true]"), "a box after the footer"


def test_row_5_a_banner_without_a_role_and_its_button_inside_the_line(page: WhatsAppPage) -> None:
    page.simulator.set(era="E3")
    page.link()
    page.simulator.scenario("offline_banner")
    button = "#side > .ws-banners div:has(> button)"
    page.wait_for(button)
    assert page.text(button) == ("Make sure your computer has an active internet connection.\u00a0Reconnect")
    assert not page.has("#side .ws-banners [role]")
    page.simulator.scenario("notifications_banner")
    first = "#side .ws-wds-banner > div:first-child > button[aria-label=Close]"
    page.wait_for(first)
    page.click(first)
    page.wait_gone(first)


def test_row_5_a_lost_socket_shows_nothing_for_a_while(linked: WhatsAppPage) -> None:
    linked.simulator.set(loss_sign_ms=1500)
    linked.simulator.scenario("network_down", status_json=True)
    linked.wait("no page is connected", lambda: linked.simulator.pages() == [])
    assert "onnect" not in linked.text("#side .ws-banners")
    linked.wait("the banner", lambda: "Connecting to WhatsApp" in linked.text("#side .ws-banners"))
    linked.simulator.clear_scenario("network_down")
    linked.wait("no banner", lambda: "Connecting" not in linked.text("#side .ws-banners"))


def test_row_6_a_spell_of_failing_look_ups(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("lookup_failures", every=2, for_ms=60_000)
    follow(linked, "4915112340001")
    linked.wait_for(COMPOSE)
    follow(linked, "4915112340002")
    linked.wait(
        "the popup", lambda: "12340002" in linked.text("[role=dialog]").replace(" ", "") or not is_e3(linked)
    )
    linked.wait_for("[role=dialog] button")


def test_row_7_badges_in_other_digits_and_without_a_number(linked: WhatsAppPage) -> None:
    badge = "#pane-side span[aria-label*=nread]:not([title])"
    linked.simulator.incoming(ANNA, "hello")
    linked.wait_for("#pane-side span[aria-label='1 unread message']")
    linked.simulator.scenario("unread_badges", digits="arabic")
    linked.wait("arabic", lambda: "١" in linked.text("#pane-side"))
    linked.simulator.scenario("unread_badges", without_number=True)
    linked.wait("no number", lambda: linked.attribute(badge, "aria-label") == "Unread")
    linked.simulator.clear_scenarios()
    linked.simulator.chat("12025550150", "Bob", [{"text": "hi"}])
    linked.simulator.mark_unread("12025550150")
    linked.wait_for("#pane-side span[aria-label='Unread']:empty")


def test_row_8_groups_drafts_and_media_symbols(linked: WhatsAppPage) -> None:
    linked.simulator.group(GROUP, "Choir", ["Ann", "Bob"])
    linked.simulator.incoming(GROUP, "Hello", author="~ Ann")
    outer = "#pane-side span[title='~ Ann: Hello']"
    linked.wait_for(outer)
    assert linked.text(f"{outer} > span[dir=auto]") == "~ Ann"
    assert linked.text(f"{outer} > span[dir=ltr]") == "Hello"
    linked.simulator.chat(ANNA, "Anna", [{"text": "hi"}])
    linked.open_chat(ANNA)
    linked.insert("not yet")
    linked.open_chat("12025550150")
    linked.wait("the draft", lambda: "Draft:\u00a0not yet" in linked.text("#pane-side"))


def test_row_8_a_group_opens_and_its_members_are_offered(linked: WhatsAppPage) -> None:
    linked.simulator.group(GROUP, "Choir", ["Ann", "Bob"])
    linked.simulator.incoming(GROUP, "Hello", author="~ Ann")
    linked.wait_for("#pane-side [role=gridcell]")
    linked.click("#pane-side [role=gridcell]")
    linked.wait_for(COMPOSE)
    linked.insert("@b")
    linked.wait("the list", lambda: linked.text("#wa-popovers-bucket") == "Bob")
    linked.press_enter()
    assert linked.boxed() == "@Bob "
    if not is_e3(linked):
        assert linked.has(f"#main [data-id^='false_{GROUP}@g.us_'][data-id$='@c.us']")
    assert "~ Ann: " in str(linked.js(MAIN))


def test_a_channel_has_a_row_and_no_footer(linked: WhatsAppPage) -> None:
    linked.simulator.group(GROUP, "News", channel=True)
    linked.simulator.incoming(GROUP, "Hello")
    linked.wait_for("#pane-side [role=gridcell]")
    linked.click("#pane-side [role=gridcell]")
    linked.wait_for("#main header")
    assert not linked.has("#main footer")


def test_rows_9_and_10_the_code_before_its_first_and_offline(page: WhatsAppPage) -> None:
    page.simulator.set(era="E3")
    page.simulator.scenario("slow_qr", ms=1500)
    page.forget_device()
    page.open()
    page.wait_for("#link-device-phone-number-code-screen-instructions")
    assert not page.has("div[data-ref]")
    page.wait_for("div[data-ref]")
    assert not page.has("#link-device-phone-number-code-screen-instructions")
    page.simulator.scenario("network_down")
    page.wait("the overlay", lambda: "No internet connection" in page.text("div[data-ref] button"))
    assert page.has("div[data-ref] > canvas"), "the code stays"


def test_row_11_a_lock_outside_the_footer_that_ends(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("restricted", place="outside", text="You can’t start new chats", for_ms=3000)
    follow(linked, ANNA)
    linked.wait("the bar", lambda: "can’t start" in linked.text("#main"))
    assert linked.text("#main footer") == ""
    footer = linked.js("return document.querySelector('#main footer')")
    linked.wait_for(COMPOSE)
    assert linked.js("return document.querySelector('#main footer')") == footer
    assert "can’t start" not in linked.text("#main")


def test_row_14_the_own_chat(linked: WhatsAppPage) -> None:
    linked.simulator.chat("12025550199", None, [{"text": "note", "mine": True}])
    linked.wait_for("#pane-side span[title='Simulated Account (You)']")
    assert linked.has("[data-testid=message-yourself-row]") is is_e3(linked)


def test_the_error_form_of_the_icon(linked: WhatsAppPage) -> None:
    assert linked.attribute("link#favicon", "href") == "/favicon.ico"
    linked.simulator.scenario("service_unavailable")
    linked.wait("the error form", lambda: linked.attribute("link#favicon", "href") == "/favicon-error2.ico")
    linked.simulator.clear_scenarios()
    linked.wait("the plain one", lambda: linked.attribute("link#favicon", "href") == "/favicon.ico")


def test_chats_are_shown_while_nothing_gets_through(linked: WhatsAppPage) -> None:
    linked.simulator.scenario("main_while_syncing", ms=2000, count=1)
    linked.open()
    linked.wait_for("#pane-side")
    follow(linked, ANNA)
    linked.wait_for("[role=dialog] h1")
    assert not linked.has(COMPOSE)
    linked.wait_for(COMPOSE)
