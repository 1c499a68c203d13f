"""Issue 11, C4: who cannot be written to is that message's failure, and never stops the account."""

import pytest

from bench.one_worker import OneWorker
from tests.browser.worker.conftest import ERAS, SENT, LifeMaker, configure, settled
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.stores.pauses import Pauses

pytestmark = pytest.mark.timeout(600)  # generous: a busy machine is slow, not wrong

ADA, BO = "+4915112345678", "+4915112345679"
UNWRITABLE = {
    "+12025550110": "recipient_blocked",
    "+12025550111": "country_blocked",
    "+12025550112": "terms_not_accepted",
    "+12025550113": "chat_admins_only",
    "+12025550114": "chat_left",
    "+12025550115": "chat_closed",
    "+12025550116": "chat_whatsapp_only",
    "+12025550117": "chat_not_writable",  # no source gives its words
    "+12025550118": "chat_not_writable",
    "+12025550119": "chat_not_writable",
}


@pytest.mark.parametrize("era", ERAS)
def test_each_kind_fails_under_its_own_code_and_the_others_get_their_messages(
    world: OneWorker, linked: LifeMaker, era: str
) -> None:
    life = linked(era)
    refused = {life.accept(phone, "Hello"): code for phone, code in UNWRITABLE.items()}
    others = [life.accept(ADA, "one"), life.accept(BO, "two")]
    assert life.rounds(lambda: settled(life), 300), [(m.status, m.error_code) for m in life.messages()]
    assert {i: life.message(i).error_code for i in refused} == refused
    assert all(life.message(i).status in SENT for i in others)
    assert [(m.chat, m.text) for m in world.simulator.messages()] == [(ADA[1:], "one"), (BO[1:], "two")]
    assert life.state is SessionState.AUTHENTICATED
    assert Pauses(life.database, "default").all() == {}
    assert life.session.context.circuits.get().failures == 0


def test_a_chat_that_cannot_be_written_to_does_not_stay_open(world: OneWorker, linked: LifeMaker) -> None:
    life = linked()
    closed = life.accept("+12025550115", "Hello")
    assert life.rounds(lambda: life.message(closed).status == "failed", 300)
    for _ in range(10):
        life.session.look_after(at_once=True)
    assert life.state is SessionState.AUTHENTICATED


def test_a_lock_that_ends_while_its_chat_is_open_is_noticed(world: OneWorker, linked: LifeMaker) -> None:
    """Issue 11, C11: RESTRICTED for ever."""
    life = linked()
    configure(life, restriction_held_seconds=0.5)
    world.simulator.scenario("restricted", place="outside")
    waiting = life.accept(ADA, "Hello")
    assert life.rounds(lambda: life.state is SessionState.RESTRICTED, 300)
    world.simulator.clear_scenario("restricted")
    assert life.rounds(lambda: life.message(waiting).status in SENT, 300), life.state


def test_under_a_lock_chats_with_a_box_go_on_and_others_wait(world: OneWorker, linked: LifeMaker) -> None:
    """Issue 16, part 7: the box decides. Nobody here was written to before."""
    life = linked()
    configure(life, restriction_held_seconds=0.5)
    world.simulator.scenario("restricted", phone=BO, timer="12:00:00")
    assert life.rounds(lambda: life.state is SessionState.RESTRICTED, 300)
    locked, open_one = life.accept(BO, "Hello"), life.accept(ADA, "Hello")
    assert life.rounds(lambda: life.message(open_one).status in SENT, 300), life.state

    def told() -> bool:
        lock = life.session.context.sessions.get().restriction
        return lock is not None and lock.until_ms is not None and lock.scope == "account"

    assert life.rounds(told, 300)
    message = life.message(locked)
    assert (message.status, [entry.code for entry in message.timeline if entry.code]) == (
        "queued",
        ["chat_locked"],
    )
    world.simulator.clear_scenario("restricted")
    assert life.rounds(lambda: life.message(locked).status in SENT, 300), life.state
