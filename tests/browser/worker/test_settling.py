"""Issue 11, 0.1, C12, C13: what becomes of a message after its Enter."""

import pytest

from bench.one_worker import OneWorker
from tests.browser.short_form import FULL
from tests.browser.worker.conftest import ERAS, SENT, LifeMaker, configure, settled
from whatsapp_tasks.domain.states import SessionState

pytestmark = pytest.mark.timeout(600)  # generous: a busy machine is slow, not wrong

ADA = "+4915112345678"
LONG = ("All the best from all of us, and see you soon. " * 30)[:870].strip()
"""Folded by the page, as the long list is (docs/whatsapp-web.md, 12.4)."""
TEXTS = {
    "long": LONG,
    "long list": "\n".join(f"{n}. item number {n} of this long list" for n in range(1, 28)),
    "list": "1. a\n2. b",
    "marks": "- x\n* y\n- z",
    "emoticon": "Well done :-)",
    "suggestion": "ok :smi",
    "formatted": "*bold* _it_ ~no~ `code`",
    "quote": "> yes\nno",
    "plain": "Hello",
}


@pytest.mark.parametrize("era", ERAS)
def test_ordinary_texts_are_sent_once_and_reported_rightly(
    world: OneWorker, linked: LifeMaker, era: str
) -> None:
    """The nine texts of issue 11, 0: none was settled before, both long ones were sent again."""
    life = linked(era)
    for text in TEXTS.values():
        life.accept(ADA, text)
    assert life.rounds(lambda: settled(life), 300), [(m.status, m.error_code) for m in life.messages()]
    assert {m.status for m in life.messages()} <= set(SENT)
    assert [m.text for m in world.simulator.messages()] == list(TEXTS.values())


@pytest.mark.parametrize("place", ["after_enter", "before_enter", "before_bubble_noted"][: 3 if FULL else 1])
@pytest.mark.parametrize("era", ERAS)
def test_a_folded_message_whose_browser_dies_is_received_once(
    world: OneWorker, linked: LifeMaker, era: str, place: str
) -> None:
    life = linked(era, login_at_once=True)
    with life.browser_killed_at(place):
        message = life.accept(ADA, LONG)
        assert life.rounds(lambda: life.message(message).status in (*SENT, "unknown"), 300)
    assert life.message(message).status in SENT
    assert [m.text for m in world.simulator.messages()] == [LONG]


@pytest.mark.parametrize("screen", ["temporary_ban", "service_unavailable"][: 2 if FULL else 1])
def test_a_page_that_becomes_another_while_the_tick_is_awaited_ends_the_wait(
    world: OneWorker, linked: LifeMaker, screen: str
) -> None:
    """Issue 11, C12: with a wait of an hour for the tick, the state is seen all the same."""
    life = linked(sent_ms=600_000)
    configure(life, ack_timeout_seconds=3600)
    message = life.accept(ADA, "Hello")
    with life.at("before_bubble_noted", lambda: world.simulator.scenario(screen)):
        life.rounds(lambda: life.state is not SessionState.AUTHENTICATED, 300)
    assert life.state in (SessionState.RESTRICTED, SessionState.ATTENTION)
    assert life.message(message).status == "sending"


def test_where_enter_breaks_the_line_the_send_button_is_used(world: OneWorker, linked: LifeMaker) -> None:
    """Issue 11, 0.4: the setting "Enter is send" is off."""
    life = linked(enter_is_send=False)
    for text in ("one", "two\nlines"):
        life.accept(ADA, text)
        assert life.rounds(lambda: settled(life), 300), [(m.status, m.error_code) for m in life.messages()]
    assert [m.text for m in world.simulator.messages()] == ["one", "two\nlines"]
    assert [entry.code for entry in life.messages()[0].timeline if entry.code] == ["enter_does_not_send"]
    assert [entry.code for entry in life.messages()[1].timeline if entry.code] == []


def test_on_a_slow_page_an_old_equal_text_is_not_taken_for_ours(world: OneWorker, linked: LifeMaker) -> None:
    """The history comes after Enter, and our bubble after the history; the server refuses our message."""
    life = linked()
    old = {"text": "Hello", "mine": True, "status": "read"}
    world.simulator.chat(ADA, messages=[old, {"text": "Hi", "mine": False}])
    world.simulator.scenario("stale_history", ms=4000, newest=2, sign=False, phone=ADA)
    world.simulator.scenario("late_bubble", ms=6000, phone=ADA)
    world.simulator.scenario("failed_bubble", phone=ADA)
    message = life.accept(ADA, "Hello")
    assert life.rounds(lambda: settled(life), 300), [(m.status, m.error_code) for m in life.messages()]
    assert (life.message(message).status, life.message(message).error_code) == ("failed", "whatsapp_refused")
    assert world.simulator.messages() == []
