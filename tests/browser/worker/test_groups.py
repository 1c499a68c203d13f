"""Issue 16, build 5, and the end of build 1: groups, and people without a phone, are written to."""

import time
from collections.abc import Callable

import pytest

from bench.one_worker import Life, OneWorker
from tests.browser.short_form import FULL
from tests.browser.worker.conftest import ERAS, SENT, LifeMaker, configure, settled
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.domain.incoming import ReceiveMode
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.opt_outs import OptOuts

pytestmark = pytest.mark.timeout(900)  # generous: a busy machine is slow, not wrong

ADA, BO = "+4915112345678", "+4915112345679"
GROUP, TWIN, HIDDEN = "120363000000000001", "120363000000000002", "180000000000001"


@pytest.fixture
def read_whole(linked: LifeMaker) -> Callable[..., Life]:
    def make(**look: object) -> Life:
        life = linked(**look)
        configure(life, receive=ReceiveMode.FULL)
        assert life.rounds(lambda: life.session._receiving.mode is ReceiveMode.FULL, 60)
        return life

    return make


def chats(life: Life) -> dict[str, str]:
    """The ids of the chats that were read, by title."""
    found, _ = life.session.context.chats.page(None, 50)
    return {chat.title: chat.id for chat in found}


def read(life: Life, *titles: str) -> dict[str, str]:
    """The ids of these chats, once what came there was read."""
    assert life.rounds(lambda: {*titles} <= {*chats(life)}, 120), chats(life)
    inbox = life.session.context.inbox
    assert life.rounds(lambda: not any(inbox.to_read().values()), 60)
    return chats(life)


def choir_of(life: Life, sim: Simulator) -> str:
    """The id of a group that was read."""
    sim.group(GROUP, "Choir", ["Dora"])
    sim.incoming(GROUP, "who comes?", author="Dora")
    return read(life, "Choir")["Choir"]


def in_chat(world: OneWorker, chat: str) -> list[str]:
    """What we wrote there, by the simulator's ground truth."""
    return [message["text"] for message in world.simulator.in_chat(chat) if message["mine"]]


def ends(life: Life, *messages: str) -> list[str]:
    assert life.rounds(lambda: settled(life), 300), [m.timeline for m in life.messages()]
    found = [life.message(each) for each in messages]
    return [str(m.status) if m.status in SENT else f"{m.status} {m.error_code}" for m in found]


def test_stop_is_heeded_from_a_person_without_a_phone_and_not_from_a_member(
    world: OneWorker, read_whole: Callable[..., Life]
) -> None:
    life = read_whole()
    sim = world.simulator
    sim.group(GROUP, "Choir", ["Dora"])
    sim.hidden_person(HIDDEN, "@fay")
    sim.incoming(GROUP, "STOP", author="Dora")
    sim.incoming(HIDDEN, "stop!")
    ids = read(life, "Choir", "@fay")
    opt_outs = OptOuts(life.database)
    assert [*opt_outs.all()] == [ids["@fay"]]
    assert opt_outs.source(ids["@fay"]) == "answer"
    with pytest.raises(RequestRefused, match="asked not to get"):
        life.accept(None, "more", chat=ids["@fay"])
    assert ends(life, life.accept(None, "All do", chat=ids["Choir"]))[0] in SENT


@pytest.mark.parametrize("era", ERAS)
def test_a_group_and_a_person_without_a_phone_are_written_to(
    world: OneWorker, read_whole: Callable[..., Life], era: str
) -> None:
    life = read_whole(era=era)
    sim = world.simulator
    sim.group(GROUP, "Choir", ["Dora", "Eli"])
    sim.hidden_person(HIDDEN, "@fay")
    sim.incoming(GROUP, "who comes?", author="Dora")
    sim.incoming(HIDDEN, "who am I?")
    ids = read(life, "Choir", "@fay")
    [asked], _ = life.session.context.inbox.page(ids["Choir"], None, 1)
    sent = [
        life.accept(None, "All do", chat=ids["Choir"], reply_to=asked.id),
        life.accept(None, "Fay", chat=ids["@fay"]),
        life.accept(ADA, "in between"),
        life.accept(None, "Bring *scores*\nplease", chat=ids["Choir"]),
    ]
    assert {*ends(life, *sent)} <= {*SENT}
    assert in_chat(world, GROUP) == ["All do", "Bring *scores*\nplease"]
    assert in_chat(world, HIDDEN) == ["Fay"]
    assert in_chat(world, ADA.strip("+")) == ["in between"]
    assert life.message(sent[0]).quoted
    assert life.rounds(lambda: life.message(sent[0]).status == "read", 120)  # its ticks are followed


def test_a_name_that_others_have_too_is_refused(world: OneWorker, read_whole: Callable[..., Life]) -> None:
    """Two groups with one name; and a contact who calls himself as a group is called."""
    life = read_whole()
    sim = world.simulator
    choir = choir_of(life, sim)
    sim.incoming(BO, "I am the choir", name="Choir")
    assert life.rounds(lambda: len(life.session.context.chats.titled("Choir")) == 2, 120)
    sent = life.accept(None, "All do", chat=choir)
    assert ends(life, sent) == ["failed chat_ambiguous"]
    explained = life.message(sent).error_message or ""
    assert all(chat.id in explained for chat in life.session.context.chats.titled("Choir"))
    # The group is called otherwise now, which nobody has read: the row with its name is the contact's.
    sim.rename(GROUP, "Singers")
    assert ends(life, life.accept(None, "Do all?", chat=choir)) == ["failed chat_ambiguous"]
    assert in_chat(world, GROUP) == in_chat(world, BO.strip("+")) == []
    # Whoever reads it again knows it again.
    sim.incoming(GROUP, "so?", author="Dora")
    assert read(life, "Singers")["Singers"] == choir
    assert ends(life, life.accept(None, "All do!", chat=choir))[0] in SENT
    assert in_chat(world, GROUP) == ["All do!"]


def test_a_group_far_down_the_list_is_found(world: OneWorker, read_whole: Callable[..., Life]) -> None:
    """The page mounts only the rows around those in sight."""
    life = read_whole()
    sim = world.simulator
    choir = choir_of(life, sim)
    newer = {"text": "Hello", "mine": True, "status": "read", "at": time.time() + 3600}
    for n in range(120):
        sim.chat(f"4915112346{n:03}", messages=[newer])
    assert ends(life, life.accept(ADA, "in between"))[0] in SENT
    page = life.session.context.keeper.ensure()
    rows = page.look(life.session.context.look_deadline(), rows=True).rows or ()
    assert "Choir" not in {row.title for row in rows}
    assert ends(life, life.accept(None, "All do", chat=choir))[0] in SENT
    assert in_chat(world, GROUP) == ["All do"]


NOTICES = [
    ("no_longer_member", "chat_left"),
    ("only_admins", "chat_admins_only"),
    ("chat_closed", "chat_closed"),
    ("terms_on_phone", "terms_not_accepted"),
]


@pytest.mark.parametrize(("notice", "code"), NOTICES if FULL else NOTICES[:1])
def test_a_group_without_a_box_fails_that_message_only(
    world: OneWorker, read_whole: Callable[..., Life], notice: str, code: str
) -> None:
    life = read_whole()
    world.simulator.group(GROUP, "Choir", ["Dora"])
    world.simulator.incoming(GROUP, "who comes?", author="Dora")
    choir = read(life, "Choir")["Choir"]
    world.simulator.scenario("chat_notice", what=notice, phone=GROUP)
    sent = [life.accept(None, "All do", chat=choir), life.accept(ADA, "Hello")]
    first, second = ends(life, *sent)
    assert (first, second in SENT) == (f"failed {code}", True)
    record = life.session.context.chats.get(choir)
    assert record is not None
    assert record.closed == ("" if code == "terms_not_accepted" else code)
    assert in_chat(world, GROUP) == []


POINTS = ["after_enter", "before_enter", "after_typing"]


@pytest.mark.parametrize("point", POINTS if FULL else POINTS[:1])
def test_a_group_message_is_not_doubled_when_the_browser_dies(
    world: OneWorker, read_whole: Callable[..., Life], point: str
) -> None:
    """Settled by the chat, which is found and proved again in a page that was loaded anew."""
    life = read_whole(login_at_once=True)
    world.simulator.group(GROUP, "Choir", ["Dora"])
    world.simulator.incoming(GROUP, "who comes?", author="Dora")
    choir = read(life, "Choir")["Choir"]
    with life.browser_killed_at(point):
        sent = life.accept(None, "All do", chat=choir)
        assert ends(life, sent)[0] in SENT
    assert in_chat(world, GROUP) == ["All do"]
