"""A page changed at random does what the page did: it is linked, sends, shows ticks and what others write."""

from functools import partial

import pytest

from tests.browser.short_form import FULL
from whatsapp_simulator.mutations.kinds import KINDS

from .whatsapp_page import WhatsAppPage

ANNA, BO = "4915112345678", "4915112345679"
SEEDS = (1, 2) if FULL else (1,)
OF_ANNA = "return document.querySelectorAll('.ws-message').length"


def _drawn(page: WhatsAppPage, bubbles: int) -> bool:
    return bool(page.js(OF_ANNA) == bubbles)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("era", ["E1", "E3"])
def test_a_mutated_page_still_works(page: WhatsAppPage, era: str, kind: str) -> None:
    simulator = page.simulator
    page.forget_device()
    simulator.reset(era=era, sync_ms=20, boot_ms=20, delivered_ms=50, read_ms=50)
    for seed in SEEDS:
        simulator.scenario("mutated", seed=seed, changes=3, kinds=[kind])
        page.open()
        if not simulator.devices():
            simulator.link()
        simulator.wait_for_screen("main")
        page.js(
            "const a = document.createElement('a'); a.href = arguments[0];"
            "document.body.append(a); a.click(); a.remove();",
            f"{simulator.page_url}/send?phone={ANNA}",
        )
        page.wait("the box", lambda: page.js("return document.activeElement?.matches('.ws-compose')"))
        page.insert(f"{kind} {seed}")
        page.press_enter()
        sent = simulator.wait_for_messages(seed, chat=ANNA)[-1]
        assert sent.text == f"{kind} {seed}"
        simulator.incoming(ANNA, "an answer")
        simulator.incoming(BO, "from someone else")
        page.wait("both bubbles", partial(_drawn, page, seed * 2))
        page.wait("the badge", lambda: page.js("return document.querySelector('.ws-unread-badge')"))
        page.wait("read", lambda: simulator.messages(ANNA)[-1].status == "read")
        assert page.errors() == []
