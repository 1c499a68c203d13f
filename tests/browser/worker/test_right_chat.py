"""Issue 11, A: the right chat, whatever it is called. Titles are chosen by contacts."""

import pytest

from bench.one_worker import Life, OneWorker
from tests.browser.short_form import FULL
from tests.browser.worker.conftest import SENT, LifeMaker, settled
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.pauses import Pauses

pytestmark = pytest.mark.timeout(600)  # generous: a busy machine is slow, not wrong

VICTIM, EVE = "+4915112345678", "+4915187654321"
VICTIM_TITLE = "+49 1511 2345678"
NAMES = ["0151 12345678", "20240117-33", "~Eve", "٠١٥١ ١٢٣٤٥٦٧٨", "Ann, 2nd floor"]


def received(world: OneWorker) -> dict[str, list[str]]:
    """Texts by the phone of the chat."""
    found: dict[str, list[str]] = {}
    for message in world.simulator.messages():
        found.setdefault(f"+{message.chat}", []).append(message.text)
    return found


def all_settled(life: Life) -> None:
    assert life.rounds(lambda: settled(life), 300), [(m.status, m.error_code) for m in life.messages()]
    assert life.state is SessionState.AUTHENTICATED
    assert Pauses(life.database, "default").all() == {}


@pytest.mark.parametrize("era", ["E2", "E3"])
def test_the_victims_message_never_goes_into_the_chat_that_bears_the_victims_number(
    world: OneWorker, linked: LifeMaker, era: str
) -> None:
    life = linked(era)
    world.simulator.chat(EVE, VICTIM_TITLE, [{"text": "hi"}])
    to_eve = life.accept(EVE, "for Eve")
    to_victim = life.accept(VICTIM, "secret for the victim")
    all_settled(life)
    assert received(world)[VICTIM] == ["secret for the victim"]
    assert "secret for the victim" not in received(world).get(EVE, [])
    assert life.message(to_victim).status in SENT
    # E2: the ids of the bubbles carry Eve's phone. E3: a title that is another number is a hint that stops.
    expected = ("failed", "wrong_chat") if era == "E3" else (life.message(to_eve).status, None)
    assert (life.message(to_eve).status, life.message(to_eve).error_code) == expected


def test_who_is_renamed_while_the_chat_is_open_gets_nothing_of_the_others(
    world: OneWorker, linked: LifeMaker
) -> None:
    life = linked()
    first = life.accept(EVE, "one")
    assert life.rounds(lambda: life.message(first).status in SENT, 300)
    world.simulator.rename(EVE, VICTIM_TITLE)
    life.accept(VICTIM, "secret")
    all_settled(life)
    assert received(world) == {EVE: ["one"], VICTIM: ["secret"]}


@pytest.mark.parametrize("name", NAMES if FULL else NAMES[:1])
def test_a_name_that_looks_like_a_number_is_written_to(
    world: OneWorker, linked: LifeMaker, name: str
) -> None:
    life = linked()
    world.simulator.chat(EVE, name, [{"text": "hi"}])
    life.accept(VICTIM, "before")
    life.accept(EVE, "hello")
    all_settled(life)
    assert received(world) == {VICTIM: ["before"], EVE: ["hello"]}


def test_a_stop_in_a_chat_of_the_victims_name_opts_nobody_out(world: OneWorker, linked: LifeMaker) -> None:
    life = linked()
    first = life.accept(VICTIM, "Your code is 7")
    assert life.rounds(lambda: life.message(first).status in SENT, 300)
    aside = life.accept(EVE, "aside")
    assert life.rounds(lambda: life.message(aside).status in SENT, 300)
    world.simulator.incoming("+4915100000001", "STOP", name=VICTIM_TITLE)
    incoming = life.session.context.incoming
    assert life.rounds(lambda: (incoming.known() or {})[VICTIM_TITLE].unread == 1, 300)
    assert life.rounds(lambda: not incoming.answers(), 300)
    assert list(OptOuts(life.database).all()) == []
    life.session.look_after(at_once=True)  # two chats of one title are one to the counts of a single look
    world.simulator.incoming(VICTIM, "Stop!")
    assert life.rounds(lambda: OptOuts(life.database).contains(VICTIM), 300)
    assert list(OptOuts(life.database).all()) == [VICTIM]
