"""Issue 16, point 4: a reply quotes the message it is meant for, or fails or goes plain by its policy; what
one of them meets is its own matter.
"""

import pytest

from bench.one_worker import Life, OneWorker
from tests.browser.short_form import FULL
from tests.browser.worker.conftest import ERAS, SENT, LifeMaker, settled
from tests.browser.worker.test_chat_reading import read_whole, until_received
from tests.support.files import DOCUMENT, PDF, Sample
from whatsapp_simulator.testing import ReceivedMessage
from whatsapp_tasks.domain.states import SessionState

pytestmark = pytest.mark.timeout(600)  # generous: a busy machine is slow, not wrong

ADA, BO = "+4915112345678", "+4915112345679"
REPORT = Sample("report.pdf", PDF, DOCUMENT, "application/pdf", "the report")


def told(life: Life) -> list[tuple[str, str | None, bool | None]]:
    return [(str(each.status), each.error_code, each.quoted) for each in life.messages()]


def first(life: Life, text: str = "Which colour?", phone: str = ADA) -> str:
    """The id of a message that is in its chat."""
    message = life.accept(phone, text)
    assert life.rounds(lambda: settled(life), 120), told(life)
    return message


def quoted(message: ReceivedMessage) -> str | None:
    return message.quoted["text"] if message.quoted else None


@pytest.mark.parametrize("era", ERAS)
def test_replies_quote_what_they_are_meant_for(world: OneWorker, linked: LifeMaker, era: str) -> None:
    life = linked(era)
    asked, other = first(life), first(life, "Your code is 482 913")
    life.accept(ADA, "the blue one", reply_to=asked)
    life.accept(ADA, "a plain one")
    life.accept(ADA, "not that code", reply_to=other)
    life.accept_file(ADA, REPORT, reply_to=asked)
    assert life.rounds(lambda: settled(life), 300), told(life)
    assert {status for status, _, _ in told(life)} <= set(SENT), told(life)
    assert [quote for _, _, quote in told(life)] == [None, None, True, None, True, True]
    received = [(m.text, quoted(m)) for m in world.simulator.messages()][2:]
    assert received == [
        ("the blue one", "Which colour?"),
        ("a plain one", None),
        ("not that code", "Your code is 482 913"),
        ("the report", "Which colour?"),
    ]


@pytest.mark.parametrize("era", ERAS)
def test_a_received_message_is_quoted_in_the_answer_to_it(
    world: OneWorker, linked: LifeMaker, era: str
) -> None:
    life = read_whole(linked(era))
    world.simulator.incoming(ADA, "Red or blue?")
    world.simulator.incoming(ADA, "a caption", file={"kind": "image"})
    asked, picture = until_received(life, 2)
    life.accept(ADA, "the blue one", reply_to=asked.id)
    life.accept(ADA, "a nice one", reply_to=picture.id)
    assert life.rounds(lambda: settled(life), 300), told(life)
    assert [(m.text, quoted(m)) for m in world.simulator.messages()] == [
        ("the blue one", "Red or blue?"),
        ("a nice one", "a caption"),
    ]


def test_a_message_far_up_in_its_chat_is_quoted(world: OneWorker, linked: LifeMaker) -> None:
    life = linked()
    asked = first(life)
    world.simulator.chat(ADA[1:], "Ada", [{"text": f"Line {n}", "at": 4e9 + n} for n in range(120)])
    life.accept(ADA, "the blue one", reply_to=asked)
    assert life.rounds(lambda: settled(life), 300), told(life)
    assert quoted(world.simulator.messages()[-1]) == "Which colour?", told(life)


@pytest.mark.parametrize("policy", ["fail", "send_plain"])
def test_what_cannot_be_quoted_goes_by_its_policy_and_harms_nobody_else(
    world: OneWorker, linked: LifeMaker, policy: str
) -> None:
    """As where the message was deleted: its menu has no such item."""
    life = linked()
    asked = first(life)
    world.simulator.scenario("reply_trouble", how="not_offered")
    life.accept(ADA, "the blue one", reply_to=asked, reply_policy=policy)
    life.accept(BO, "meanwhile")
    assert life.rounds(lambda: settled(life), 300), told(life)
    outcome = life.messages()[1]
    assert [entry.code for entry in outcome.timeline].count("reply_not_armed") == (
        3 if policy == "fail" else 2
    )
    if policy == "fail":
        assert (outcome.status, outcome.error_code) == ("failed", "reply_not_armed")
    else:
        assert outcome.status in SENT
        assert outcome.quoted is False
    assert life.messages()[2].status in SENT
    assert all(m.quoted is None for m in world.simulator.messages())
    assert life.session.context.circuits.get().failures == 0
    assert life.state is SessionState.AUTHENTICATED


def test_another_message_that_the_page_quotes_is_not_sent(world: OneWorker, linked: LifeMaker) -> None:
    life = linked()
    first(life, "Your code is 482 914")
    asked = first(life, "Your code is 482 913")
    world.simulator.scenario("reply_trouble", how="other_message", count=1)
    life.accept(ADA, "this one", reply_to=asked)
    assert life.rounds(lambda: settled(life), 300), told(life)
    assert quoted(world.simulator.messages()[-1]) == "Your code is 482 913"
    assert [entry.code for entry in life.messages()[-1].timeline if entry.code] == ["reply_not_armed"]


def test_what_a_given_up_reply_left_armed_is_no_part_of_the_next_message(
    world: OneWorker, linked: LifeMaker
) -> None:
    """A dialog ends an attempt that armed; its draft keeps that, and nobody comes back for it."""
    life = linked()
    asked = first(life)
    world.simulator.scenario("takes_focus", what="dialog", after_characters=3, lasts_ms=500, count=1)
    reply = life.accept(ADA, "the blue one", reply_to=asked)
    assert life.rounds(lambda: any(entry.code for entry in life.message(reply).timeline), 120)
    assert life.cancel(reply).status == "cancelled"
    plain = life.accept(ADA, "a plain one")
    assert life.rounds(lambda: life.message(plain).status in SENT, 120), told(life)
    assert [(m.text, quoted(m)) for m in world.simulator.messages()[1:]] == [("a plain one", None)]


@pytest.mark.parametrize("place", ["after_arming", "before_bubble_noted"] if FULL else ["after_arming"])
def test_a_reply_whose_browser_dies_is_received_once_and_quotes(
    world: OneWorker, linked: LifeMaker, place: str
) -> None:
    life = linked(login_at_once=True)
    asked = first(life)
    with life.browser_killed_at(place):
        reply = life.accept(ADA, "the blue one", reply_to=asked)
        assert life.rounds(lambda: life.message(reply).status in (*SENT, "unknown"), 300)
    assert life.message(reply).status in SENT
    assert [quoted(m) for m in world.simulator.messages()[1:]] == ["Which colour?"]
    assert life.message(reply).quoted
