"""Issue 11, C6 and D: a number is unknown for good only with a control."""

import pytest

from bench.one_worker import OneWorker
from tests.browser.short_form import FULL
from tests.browser.worker.conftest import SENT, LifeMaker, settled

pytestmark = pytest.mark.timeout(600)  # generous: a busy machine is slow, not wrong

ADA, BO = "+4915112345678", "+4915112345679"
NOBODY = "+12025550101"
LANGUAGES = ["en", "fr", "tr", "zh", "de", "it", "ru", "ar", "hi", "id"] if FULL else ["tr"]


def test_a_number_that_is_not_on_whatsapp_fails_at_once_while_others_are_found(
    world: OneWorker, linked: LifeMaker
) -> None:
    life = linked()
    nobody = life.accept(NOBODY, "Hello")
    assert life.rounds(lambda: settled(life), 300)
    assert (life.message(nobody).error_code, life.message(nobody).attempts) == ("not_on_whatsapp", 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_spell_of_failed_look_ups_fails_nobody(world: OneWorker, linked: LifeMaker, lang: str) -> None:
    life = linked(lang=lang)
    world.simulator.scenario("lookup_failures")
    waiting = [life.accept(ADA, "one"), life.accept(BO, "two")]
    assert life.rounds(lambda: all(life.message(i).attempts >= 1 for i in waiting), 300)
    unsure = {"lookup_unavailable", "answer_unknown", "chat_not_opened", "page_not_ready", None}
    assert {life.message(i).error_code for i in waiting} <= unsure
    world.simulator.clear_scenario("lookup_failures")
    assert life.rounds(lambda: settled(life), 300), [(m.status, m.error_code) for m in life.messages()]
    assert [(m.chat, m.text) for m in world.simulator.messages()] != []
    assert {life.message(i).status for i in waiting} <= set(SENT)


def test_who_was_written_to_before_is_not_given_up_when_the_number_is_not_found(
    world: OneWorker, linked: LifeMaker
) -> None:
    life = linked()
    first = life.accept(ADA, "one")
    assert life.rounds(lambda: life.message(first).status in SENT, 300)
    world.simulator.scenario("invalid_number", phone=ADA)
    aside = life.accept(BO, "aside")
    second = life.accept(ADA, "two")
    assert life.rounds(lambda: life.message(second).timeline[-1].code == "lookup_unavailable", 300)
    assert life.message(aside).status in SENT
    world.simulator.clear_scenario("invalid_number")
    assert life.rounds(lambda: life.message(second).status in SENT, 300)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_that_is_offline_refuses_no_number_in_any_language(
    world: OneWorker, linked: LifeMaker, lang: str
) -> None:
    life = linked(lang=lang)
    world.simulator.scenario("network_down")
    waiting = life.accept(ADA, "one")
    assert life.rounds(lambda: life.message(waiting).attempts >= 1, 300)
    assert life.rounds(lambda: life.message(waiting).status == "queued", 300)
    world.simulator.clear_scenario("network_down")
    assert life.rounds(lambda: life.message(waiting).status in SENT, 300), life.state
    assert [m.text for m in world.simulator.messages()] == ["one"]


@pytest.mark.parametrize("lang", ["tr", "zh"] if FULL else ["zh"])
def test_a_number_that_is_not_on_whatsapp_stops_no_account_whose_page_speaks_another_language(
    world: OneWorker, linked: LifeMaker, lang: str
) -> None:
    life = linked(lang=lang)
    nobody, somebody = life.accept(NOBODY, "Hello"), life.accept(ADA, "Hello")
    assert life.rounds(lambda: life.message(nobody).attempts >= 2, 300), life.reason
    assert life.rounds(lambda: life.message(somebody).status in SENT, 300), life.reason
    assert life.message(nobody).status in ("queued", "sending", "failed")
