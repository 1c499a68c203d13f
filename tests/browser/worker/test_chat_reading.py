"""Issue 16, points 1 to 3: chats with news are read whole while nothing is to be sent, each message once."""

import pytest

from bench.one_worker import Life, OneWorker
from tests.browser.worker.conftest import ERAS, SENT, LifeMaker, configure, settled
from whatsapp_tasks.domain.chats import ChatKind
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.incoming import ReceiveMode
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.opt_outs import OptOuts

pytestmark = pytest.mark.timeout(900)  # generous: a busy machine is slow, not wrong

ADA, BO, CY = "+4915112345678", "+4915112345679", "+4915112345680"
GROUP, HIDDEN = "120363000000000001", "180000000000001"
LONG = "".join(f"{n:05} " for n in range(900)).strip()  # 5,400 code points: folded twice


def read_whole(life: Life) -> Life:
    configure(life, receive=ReceiveMode.FULL)
    assert life.rounds(lambda: life.session._receiving.mode is ReceiveMode.FULL, 60)
    return life


def received(life: Life) -> list[ReceivedMessage]:
    """By the stream of events: what webhooks and listeners are told."""
    events = [event for _, event in EventLog(life.database, "default").after("0-0", 10_000) if event]
    read = [event for event in events if event.type is EventType.RECEIVED]
    ids = [event.details["message"] for event in read if event.details.get("message")]
    assert len(ids) == len(set(ids))
    return life.session.context.inbox.get_many(ids)


def missed(life: Life) -> list[str]:
    events = [event for _, event in EventLog(life.database, "default").after("0-0", 10_000) if event]
    told = [event.details.get("missed", "0") for event in events]
    return [each for each in told if each != "0"]


def until_received(life: Life, count: int) -> list[ReceivedMessage]:
    assert life.rounds(lambda: len(received(life)) >= count, 60), received(life)
    return received(life)


@pytest.mark.parametrize("era", ERAS)
def test_every_kind_is_read_whole_in_its_chat(world: OneWorker, linked: LifeMaker, era: str) -> None:
    life = read_whole(linked(era=era))
    sim = world.simulator
    sim.incoming(ADA, "Hello 🎈\nsecond *line*")
    sim.incoming(ADA, LONG)
    sim.incoming(ADA, "", file={"kind": "document", "name": "Invoice 7.pdf", "size": 60_000})
    sim.incoming(ADA, "a caption", file={"kind": "image"})
    sim.incoming(ADA, "", special="location")
    sim.incoming(ADA, "", special="contact")
    sim.incoming(ADA, "", special="deleted")
    sim.incoming(ADA, "", file={"kind": "audio"})
    found = until_received(life, 8)
    assert [(m.kind, m.text) for m in found] == [
        ("text", "Hello 🎈\nsecond line"),
        ("text", LONG),
        ("document", ""),
        ("image", "a caption"),
        ("location", ""),
        ("contact", ""),
        ("deleted", ""),
        ("audio", ""),
    ]
    media = found[2].media
    assert media is not None
    assert (media.kind, media.name, media.size != "") == ("document", "Invoice 7.pdf", True)
    assert {(m.phone, m.outgoing, m.author) for m in found} == {(ADA, False, "")}
    assert [m.bubble_id for m in found] == [m["id"] for m in sim.in_chat(ADA.strip("+"))]
    assert missed(life) == []


def test_groups_have_authors_and_people_without_a_phone_are_chats_too(
    world: OneWorker, linked: LifeMaker
) -> None:
    """Point 1: a phone is learned only by navigating with it."""
    life = read_whole(linked())
    sim = world.simulator
    sim.group(GROUP, "Choir", ["Dora", "Eli"])
    sim.hidden_person(HIDDEN, "@fay")
    sim.incoming(GROUP, "one", author="Dora")
    sim.incoming(GROUP, "two", author="Eli")
    sim.incoming(HIDDEN, "who am I")
    sim.incoming(BO, "hi", name="Bo")
    by_text = {m.text: m for m in until_received(life, 4)}
    assert {text: (m.phone, m.author) for text, m in by_text.items()} == {
        "one": (None, "Dora"),
        "two": (None, "Eli"),
        "who am I": (None, ""),
        "hi": (None, ""),
    }
    chats = life.session.context.chats
    kinds = {text: chats.get(m.chat_id) for text, m in by_text.items()}
    assert {text: (c.kind, c.title) for text, c in kinds.items() if c} == {
        "one": (ChatKind.GROUP, "Choir"),
        "two": (ChatKind.GROUP, "Choir"),
        "who am I": (ChatKind.PERSON, "@fay"),
        "hi": (ChatKind.PERSON, "Bo"),
    }
    # Written to by phone, the chat turns out to be the one called Bo: it keeps its id, and gets the phone.
    sent = life.accept(BO, "Hello Bo")
    assert life.rounds(lambda: life.message(sent).status in SENT, 240)
    sim.incoming(BO, "and again")
    again = until_received(life, 5)[-1]
    assert (again.text, again.phone, again.chat_id) == ("and again", BO, by_text["hi"].chat_id)
    whole, _ = life.session.context.inbox.page(again.chat_id, None, 10)
    assert [(m.text, m.outgoing) for m in whole] == [("and again", False), ("Hello Bo", True), ("hi", False)]


def test_a_quotation_is_apart_from_the_text_and_only_the_own_text_opts_out(
    world: OneWorker, linked: LifeMaker
) -> None:
    """Issue 16, "Must show" 2: a reply that quotes our words, or STOP, is neither ours nor an opt-out."""
    life = read_whole(linked())
    sim = world.simulator
    sent = life.accept(ADA, "Your code is 7. Answer STOP to end.")
    assert life.rounds(lambda: life.message(sent).status in SENT, 240)
    sim.incoming(ADA, "thanks", quoted={"author": "You", "text": "Your code is 7. Answer STOP to end."})
    sim.incoming(ADA, "no", quoted={"author": "You", "text": "STOP"})
    first, second = until_received(life, 2)
    assert first.quoted is not None
    assert (first.text, first.quoted.text) == ("thanks", "Your code is 7. Answer STOP to end.")
    assert first.quoted.bubble_id == life.message(sent).bubble_id
    assert second.quoted is not None
    assert (second.text, second.quoted.text, second.quoted.bubble_id) == ("no", "STOP", None)
    assert not OptOuts(life.database).contains(ADA)
    sim.incoming(ADA, "Stop!", quoted={"author": "You", "text": "Your code is 7. Answer STOP to end."})
    until_received(life, 3)
    assert OptOuts(life.database).contains(ADA)


def test_two_chats_with_one_title_stay_two(world: OneWorker, linked: LifeMaker) -> None:
    """Point 1: a chat is what we opened, not what it is called."""
    life = read_whole(linked())
    sim = world.simulator
    sim.incoming(ADA, "from one", name="Ann")
    sim.incoming(BO, "from another", name="Ann")
    # Cy is called by Bo's number.
    sim.incoming(CY, "I am Cy", name="+49 1511 2345679")
    found = {m.text: m for m in until_received(life, 3)}
    assert len({m.chat_id for m in found.values()}) == 3
    assert found["I am Cy"].phone != BO


def test_sends_come_first(world: OneWorker, linked: LifeMaker) -> None:
    life = read_whole(linked())
    world.simulator.incoming(CY, "warm up")
    until_received(life, 1)
    for n in range(3):
        life.accept(ADA, f"out {n}")
        world.simulator.incoming(BO, f"in {n}")
    assert life.rounds(lambda: settled(life), 240)
    assert len(received(life)) == 1  # nothing was read while messages waited
    assert [m.text for m in until_received(life, 4)] == ["warm up", "in 0", "in 1", "in 2"]
    assert missed(life) == []


def test_by_default_no_chat_is_opened(world: OneWorker, linked: LifeMaker) -> None:
    life = linked()
    assert life.rounds(lambda: life.session.context.incoming.known() is not None, 60)
    world.simulator.incoming(ADA, "Hello")

    def noticed() -> bool:
        events = EventLog(life.database, "default").after("0-0", 100)
        return any(event.details.get("new") == "1" for _, event in events if event)

    assert life.rounds(noticed, 120)
    assert {c["phone"]: c["unread"] for c in world.simulator.chats()}[ADA.strip("+")] == 1
    assert received(life) == []
