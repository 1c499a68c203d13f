"""Settling an attempt whose end nobody wrote down, as plays: issue 13, "The send path is tested where it
decides".
"""

from types import SimpleNamespace
from typing import cast

import pytest

from tests.integration.session.stage import Stage
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.session_custody import Gap
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.session.vault import SessionVault
from whatsapp_tasks.stores.messages import Message


def begun(stage: Stage, *anchors: str, attempts: int = 1) -> Message:
    """A message whose worker died around Enter; the chat ended with ``anchors`` then."""
    message = stage.accept("Hello")
    assert stage.rig.pop() == message.id
    assert stage.rig.claim(message) == "claimed"
    message = stage.rig.get(message.id)
    stage.context.ledger.note_intent(message, stage.context.lease.fence, Intent(attempts, anchors))
    return message


def test_a_bubble_that_waits_in_the_living_page_is_found_without_a_load(stage: Stage) -> None:
    message = begun(stage, "#hi")
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi | us: Hello (pending)
        >> 4 s later: Ada | box: | them#hi: Hi | us: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_a_bubble_that_was_seen_after_enter_is_known_by_its_id(stage: Stage) -> None:
    """The page draws the text otherwise, and died while the message waited for the server."""
    message = begun(stage, "#hi")
    stage.context.ledger.note(message, stage.context.lease.fence, bubble_id="#ours")
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi | us#ours: hello? (delivered)
    """)
    assert stage.deliver(message) == (Status.DELIVERED, None)
    stage.page.end()


def test_the_bubble_of_an_attempt_that_sent_nothing_is_forgotten(stage: Stage) -> None:
    message = begun(stage, "#hi")
    stage.context.ledger.note(message, stage.context.lease.fence, bubble_id="#ours")
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi
        << load Ada
        >> Ada | box: | them#hi: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "not_in_chat")
    assert stage.rig.get(message.id).bubble_id is None


@pytest.mark.parametrize(
    ("hours", "outcome"), [(23, (Status.QUEUED, "not_in_chat")), (25, (Status.SENDING, None))]
)
def test_what_is_not_there_after_a_day_may_have_disappeared(
    stage: Stage, hours: int, outcome: tuple[Status, str | None]
) -> None:
    """In a chat with disappearing messages an anchor that was sent before the timer was set stays."""
    message = begun(stage, "#hi")
    began_ms = stage.context.now_ms()
    stage.context.now_ms = lambda: began_ms + hours * 3_600_000  # type: ignore[method-assign]
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi
        << load Ada
        >> Ada | box: | them#hi: Hi
    """)
    assert stage.deliver(message) == outcome


@pytest.mark.parametrize("clock_jumped", [False, True])
def test_what_is_not_there_is_not_believed_of_a_restored_session(stage: Stage, clock_jumped: bool) -> None:
    """Issue 14, 4: its archive is older than the attempt, so its chat may miss what was sent."""
    message = begun(stage, "#hi")
    begun_ms = stage.rig.get(message.id).timeline[-1].at_ms
    gap = Gap(begun_ms - 1000, begun_ms + 1000)
    if clock_jumped:
        fence = stage.rig.get(message.id).fence
        gap = Gap(begun_ms + 50_000, begun_ms + 60_000, from_fence=fence, to_fence=fence + 1)
    taking_over = SimpleNamespace(gaps=[gap])
    stage.context.vault = cast(SessionVault, SimpleNamespace(taking_over=taking_over))
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi
        << load Ada
        >> Ada | box: | them#hi: Hi
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    taking_over.gaps = [Gap(begun_ms - 2000, begun_ms - 1000)]
    stage.clock.sleep(60)
    stage.play("""
        << load Ada
        >> Ada | box: | them#hi: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "not_in_chat")


def test_what_is_not_there_is_believed_after_a_load_and_queued_again(stage: Stage) -> None:
    message = begun(stage, "#hi")
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi
        << load Ada
        >> Ada | box: | them#hi: Hi
    """)
    before = stage.clock.now
    assert stage.deliver(message) == (Status.QUEUED, "not_in_chat")
    stage.page.end()
    assert stage.clock.now - before == 2.0 + 5.0  # seconds of quiet, without and with the load


@pytest.mark.parametrize("seconds", [1.5, 4.5])
def test_a_bubble_that_comes_late_after_the_load_is_found(stage: Stage, seconds: float) -> None:
    """Mutant: the quiet time before "absent" is 0. The newest messages come last."""
    message = begun(stage, "#hi")
    stage.play(f"""
        << open Ada
        >> Ada | box: | them#hi: Hi
        << load Ada
        >> Ada | box: | them#hi: Hi
        >> {seconds} s later: Ada | box: | them#hi: Hi | us: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_a_chat_that_is_never_quiet_is_judged_in_the_end(stage: Stage) -> None:
    message = begun(stage, "#hi")
    rows = "them#hi: Hi"
    stage.play("<< open Ada\n>> Ada | box: | them#hi: Hi\n<< load Ada\n>> Ada | box: | them#hi: Hi")
    for number in range(4):
        rows += f" | them#{number}: more"
        stage.play(f">> 4.5 s later: Ada | box: | {rows}")
    assert stage.deliver(message) == (Status.QUEUED, "not_in_chat")
    stage.page.end()


@pytest.mark.parametrize(
    "shows",
    [
        "Ada | box: | them#hi: Hi | cut off",
        "Ada | box: | them#hi: Hi | trouble",
        "Ada | box: | them#later: Hi",
        "Ada | box:",
    ],
    ids=["offline", "trouble without words (issue 11, D1)", "place out of sight", "no bubbles"],
)
def test_a_chat_that_does_not_tell_leaves_it_open(stage: Stage, shows: str) -> None:
    message = begun(stage, "#hi")
    stage.play(f"""
        << open Ada
        >> {shows}
        << load Ada
        >> {shows}
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.page.end()


def test_another_chat_that_came_meanwhile_does_not_tell(stage: Stage) -> None:
    """The chat moves while its rows come to rest: its own last look counts."""
    message = begun(stage, "#hi")
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi
        >> 1 s later: Bo | box: | them#hi: Hi | us: Hello (sent)
        << load Ada
        >> Ada | box: | them#hi: Hi
        >> 1 s later: Bo | box: | them#hi: Hi | us: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.page.end()


def test_an_attempt_that_had_not_come_to_enter_is_queued_again_unseen(stage: Stage) -> None:
    message = stage.accept("Hello")
    assert stage.rig.pop() == message.id
    assert stage.rig.claim(message) == "claimed"
    assert stage.deliver(message) == (Status.QUEUED, "worker_died")
    assert stage.page.done == []


def test_a_chat_without_a_box_is_left_after_it_has_told(stage: Stage) -> None:
    message = begun(stage, "#hi")
    stage.play("""
        << open Ada
        >> Ada | notice: closed | them#hi: Hi | us: Hello (sent)
        << load the chats
        >> chats
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_a_message_that_was_never_sent_in_many_attempts_is_given_up(stage: Stage) -> None:
    message = begun(stage, "#hi")
    stage.rig.database.do("HSET", stage.rig.keys.message(message.id), "attempts", 20)
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi
        << load Ada
        >> Ada | box: | them#hi: Hi
    """)
    assert stage.deliver(message) == (Status.FAILED, "not_in_chat")
    assert stage.rig.get(message.id).error_code == "not_in_chat"


def test_what_was_certainly_not_sent_waits_longer_with_each_attempt(stage: Stage) -> None:
    message = begun(stage, "#hi")
    stage.rig.database.do("HSET", stage.rig.keys.message(message.id), "attempts", 5)
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi
        << load Ada
        >> Ada | box: | them#hi: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "not_in_chat")
    due = stage.rig.score(stage.rig.keys.schedule, message)
    assert due == stage.context.now_ms() + 4000  # 2 s, doubled from the fourth attempt on


def test_until_an_open_attempt_is_looked_at_again_nothing_is_sent(stage: Stage) -> None:
    """Mutant: the settle delay ignored."""
    message = begun(stage, "#hi")
    stage.play("""
        << open Ada
        >> Ada | box: | them#later: Hi
        << load Ada
        >> Ada | box: | them#later: Hi
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    assert not stage.session.delivery.may_send
    assert stage.deliver(message) == (Status.SENDING, None)  # what stood on the queue already
    assert stage.gate.closed == 1
    stage.page.end()
    stage.clock.sleep(1.4)  # the first delay is 2 s, less or more by a quarter
    assert not stage.session.delivery.may_send
    stage.clock.sleep(1.2)
    assert stage.session.delivery.may_send


def test_a_chat_that_never_tells_makes_it_unknown(stage: Stage) -> None:
    message = begun(stage, "#hi")
    for look in range(5):
        stage.play("<< open Ada" if look == 0 else "")
        stage.play(">> Ada | box: | them#later: Hi\n<< load Ada\n>> Ada | box: | them#later: Hi")
        outcome = stage.deliver(message)
        stage.page.end()
        stage.clock.sleep(60)
    assert outcome == (Status.UNKNOWN, "chat_unclear")
