"""Following ticks, as plays: issue 13, "The send path is tested where it decides"."""

from typing import Any

import pytest

from tests.integration.session.stage import ADA, BO, Stage, sending
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.messages import Message


def sent(stage: Stage, text: str = "Hello", phone: str = ADA) -> Message:
    """A message that this worker sent; its chat is open."""
    message = stage.accept(text, phone)
    title = {ADA: "Ada", BO: "Bo"}[phone]
    assert stage.rig.pop() == message.id
    stage.play(sending(text, title))
    assert stage.deliver(message) == (Status.SENT, None)
    return message


def unknown(stage: Stage, phone: str = ADA) -> Message:
    """A message of an earlier worker that nobody knows the end of: its bubble was never seen."""
    message = stage.accept("Hello", phone)
    assert stage.rig.pop() == message.id
    assert stage.rig.claim(message) == "claimed"
    message = stage.rig.get(message.id)
    fence = stage.context.lease.fence
    stage.context.ledger.note_intent(message, fence, Intent(1, ("them: Hi",)))
    stage.rig.advance(stage.rig.get(message.id), Status.UNKNOWN, fence=fence, code="bubble_not_seen")
    stage.session._follower.add(stage.rig.get(message.id))
    return stage.rig.get(message.id)


def test_ticks_of_the_open_chat_are_taken_as_they_come(stage: Stage) -> None:
    message = sent(stage)
    for tick, status in (("delivered", Status.DELIVERED), ("read", Status.READ)):
        stage.play(f">> Ada | box: | them: Hi | us: Hello ({tick})")
        stage.look()
        assert stage.outcome(message) == (status, None)
    stage.page.end()


def test_a_tick_of_another_chat_is_not_ours(stage: Stage) -> None:
    """Mutant: a tick adopted from another chat. Two were sent the same text, and one read it."""
    to_ada = unknown(stage)
    to_bo = sent(stage, phone=BO)
    stage.play(">> Bo | box: | them: Hi | us: Hello (read)")
    stage.look()
    assert stage.outcome(to_bo) == (Status.READ, None)
    assert stage.outcome(to_ada) == (Status.UNKNOWN, "bubble_not_seen")
    stage.page.end()


def test_a_text_of_another_chat_that_is_nobodys_of_ours_is_not_adopted(stage: Stage) -> None:
    """Mutant: the same, where the bubble is no message of ours: a person typed it on the phone."""
    to_ada = unknown(stage)
    sent(stage, "Other", phone=BO)
    stage.play(">> Bo | box: | them: Hi | us: Other (sent) | us#phone: Hello (read)")
    stage.look()
    assert stage.outcome(to_ada) == (Status.UNKNOWN, "bubble_not_seen")
    stage.page.end()


def test_a_tick_of_a_chat_that_took_the_place_of_ours_is_not_ours(stage: Stage) -> None:
    """The chat was opened by us; what stands there now was opened by somebody else."""
    message = sent(stage)
    stage.play(">> Bo | box: | them: Hi | us: Hello (read)")
    stage.look()
    assert stage.outcome(message) == (Status.SENT, None)


def test_the_bubble_of_an_unknown_message_is_found_when_its_chat_is_open(stage: Stage) -> None:
    message = unknown(stage)
    stage.clock.sleep(3)
    stage.play("""
        << open Ada
        >> Ada | box: | them: Hi | us: Hello (delivered)
    """)
    stage.look()
    stage.page.end()
    assert stage.outcome(message) == (Status.DELIVERED, None)
    assert stage.rig.get(message.id).bubble_id == "us: Hello"


def test_a_chat_is_visited_when_its_time_has_come_and_less_often_each_time(stage: Stage) -> None:
    sent(stage)
    sent(stage, "Hi Bo", BO)
    stage.play(">> Bo | box: | them: Hi | us: Hi Bo (read)")
    stage.look()  # Bo's is at its end; Ada's waits
    visits = []
    for pause in (3, 6, 12):
        stage.clock.sleep(pause - 0.5)
        stage.look()
        stage.clock.sleep(0.5)
        stage.page.done.clear()
        stage.play("<< open Ada\n>> Ada | box: | them: Hi | us: Hello (sent)")
        stage.look()
        visits.append(stage.page.done[:])
        stage.page.end()
        # the same chat is not asked for again while it stays: somebody opens another one
        stage.context.opened = None
        stage.play(">> Bo | box: | them: Hi | us: Hi Bo (read)")
    assert visits == [["open Ada"]] * 3


def test_while_messages_wait_no_chat_is_visited(stage: Stage) -> None:
    sent(stage)
    stage.context.opened = None
    stage.accept("next", BO)
    stage.clock.sleep(60)
    stage.page.done.clear()
    stage.look()
    assert stage.page.done == []


def test_a_chat_that_cannot_be_opened_is_tried_again_later(stage: Stage) -> None:
    message = unknown(stage)
    stage.clock.sleep(3)
    stage.play("""
        << open Ada
        >> screen: temporary_ban
        >> 1 s later: chats
    """)
    stage.look()
    assert stage.outcome(message) == (Status.UNKNOWN, "bubble_not_seen")
    stage.clock.sleep(6)
    stage.play("""
        << load Ada
        >> Ada | box: | them: Hi | us: Hello (sent)
    """)
    stage.look()
    stage.page.end()
    assert stage.outcome(message) == (Status.SENT, None)


def test_a_worker_takes_up_what_an_earlier_one_left(stage: Stage) -> None:
    message = sent(stage)
    stage.session._follower.__init__(stage.context)  # type: ignore[misc]
    stage.session._follower.take_up()
    stage.play(">> Ada | box: | them: Hi | us: Hello (read)")
    stage.look()
    assert stage.outcome(message) == (Status.READ, None)


def test_the_bubble_of_a_later_message_with_the_same_text_is_not_that_of_an_unknown_one(stage: Stage) -> None:
    """The first was never sent; a person looked into the chat and sent it again with another key."""
    lost = unknown(stage)
    again = sent(stage)
    for tick in ("sent", "read"):
        stage.play(f">> Ada | box: | them: Hi | us: Hello ({tick})")
        stage.look()
    assert stage.outcome(again) == (Status.READ, None)
    assert stage.outcome(lost) == (Status.UNKNOWN, "bubble_not_seen")


def test_of_two_unknown_messages_with_one_text_and_one_bubble_one_stays_unknown(stage: Stage) -> None:
    first, second = unknown(stage), unknown(stage)
    stage.clock.sleep(3)
    stage.play("""
        << open Ada
        >> Ada | box: | them: Hi | us: Hello (delivered)
    """)
    stage.look()
    stage.look()
    assert {stage.outcome(first)[0], stage.outcome(second)[0]} == {Status.DELIVERED, Status.UNKNOWN}


def test_of_two_messages_with_one_text_an_unknown_one_is_found_beside_the_other(stage: Stage) -> None:
    late = unknown(stage)
    again = sent(stage)
    stage.play(">> Ada | box: | them: Hi | us#late: Hello (read) | us: Hello (sent)")
    stage.look()
    assert stage.outcome(late) == (Status.READ, None)
    assert stage.outcome(again) == (Status.SENT, None)


def test_a_bubble_of_an_attempt_that_is_open_is_not_that_of_an_unknown_one(stage: Stage) -> None:
    """Redis went away right after Enter: nobody noted whose bubble it is."""
    lost = unknown(stage)
    again = stage.accept("Hello")
    assert stage.rig.pop() == again.id
    stage.play(sending())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "note", away)
        assert stage.deliver(again) == (Status.SENDING, None)
    stage.look()
    assert stage.outcome(lost) == (Status.UNKNOWN, "bubble_not_seen")
    assert stage.deliver(again) == (Status.SENT, None)
    stage.look()
    assert stage.outcome(lost) == (Status.UNKNOWN, "bubble_not_seen")


def away(*_: object, **__: object) -> bool:
    raise StoreUnavailable


def test_what_redis_wrote_and_answered_too_late_is_followed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = stage.accept("Hello")
    stage.play(sending())
    advance = Ledger.advance

    def late(*args: Any, **named: Any) -> None:
        advance(*args, **named)
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "advance", late)
        assert stage.deliver(message) == (Status.SENT, None)
    stage.clock.sleep(60)
    stage.play(">> Ada | box: | them: Hi | us: Hello (read)")
    stage.look()
    assert stage.outcome(message) == (Status.READ, None)


def test_a_chat_is_not_visited_for_ticks_for_ever(stage: Stage) -> None:
    """Who sends no read receipts would have his chat opened every ten minutes as long as the worker lives."""
    sent(stage)
    stage.clock.sleep(stage.context.settings.follow_ticks_seconds + 60)
    stage.play(">> chats")
    stage.look()
    stage.page.end()
