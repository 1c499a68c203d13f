"""Chats called by the people in them, and how a switch shows in the DOM (issue 11, section A)."""

import pytest

from .test_full_form import follow
from .whatsapp_page import COMPOSE, WhatsAppPage

ANNA = "4915112345678"
MALLORY = "12025550150"
TITLES = ["+49 1511 2345678", "~ Ann", "٤٩١٥١١٢٣٤٥٦٧٨", "0151 12345678", "20240117-33"]
HEADER_TITLE = "#main header [role=button] span[dir=auto]"
NODES = "return ['#main', '#main header', '#main footer'].map((each) => document.querySelector(each))"


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_redrawn_while_the_chat_is_open(linked: WhatsAppPage, title: str) -> None:
    linked.simulator.chat(MALLORY, "Mallory", [{"text": "hi"}])
    linked.open_chat(MALLORY)
    nodes = linked.js(NODES)
    linked.simulator.rename(MALLORY, title)
    linked.wait("the title", lambda: linked.text(HEADER_TITLE) == title)
    assert linked.js(NODES) == nodes, "in the same nodes"
    linked.wait("the row", lambda: linked.text("#pane-side span[title]") == title)
    if linked.simulator.settings()["era"] == "E3":
        assert linked.attribute(COMPOSE, "aria-label") == f"Type a message to {title}"


def test_a_switch_makes_new_nodes_the_same_chat_keeps_its_own(linked: WhatsAppPage) -> None:
    linked.open_chat(ANNA)
    nodes = linked.js(NODES)
    follow(linked, ANNA)
    linked.wait(
        "the box has the focus again", lambda: linked.js("return document.activeElement.isContentEditable")
    )
    assert linked.js(NODES) == nodes
    linked.open_chat(MALLORY)
    assert not any(one == other for one, other in zip(nodes, linked.js(NODES), strict=True))


def test_the_chat_opens_below_starting_chat(linked: WhatsAppPage) -> None:
    linked.simulator.set(query_ms=300, popup_min_ms=1500)
    follow(linked, ANNA)
    linked.wait_for(COMPOSE)
    assert linked.text("[role=dialog] h1") == "Starting chat"
    linked.wait_gone("[role=dialog]")
    assert linked.has(COMPOSE)


def test_the_header_alone_is_mounted_again_when_its_contact_loads(linked: WhatsAppPage) -> None:
    linked.simulator.chat(ANNA, "Anna", [{"text": "hi"}])
    linked.simulator.scenario("late_contact", ms=600)
    linked.open_chat(ANNA)
    assert linked.text(HEADER_TITLE) == "+49 1511 2345678"
    main, header, footer = linked.js(NODES)
    linked.wait("the name", lambda: linked.text(HEADER_TITLE) == "Anna")
    after = linked.js(NODES)
    assert (after[0], after[2]) == (main, footer)
    assert after[1] != header
