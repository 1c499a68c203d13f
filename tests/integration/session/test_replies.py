"""Replies, as plays (tests/support/plays.py): issue 16, point 4."""

import pytest

from tests.integration.session.stage import Stage
from whatsapp_tasks.domain.replies import Reply, ReplyPolicy
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores.messages import Message

OPENED = """
    << open Ada
    >> Ada | box: | them#T: Which one? | us: Wait (read)
    << focus
    << look for #T
"""
ARMED = """
    -- before_arming
    << open the menu of #T
    >> Ada | box: | message menu | them#T: Which one? | us: Wait (read)
    << press Reply
    >> Ada | box: | quote: them: Which one? | them#T: Which one? | us: Wait (read)
    -- after_arming
    << scroll to the end
    << focus
"""
SENT = """
    << type Red
    >> Ada | box: Red | quote: them: Which one? | them#T: Which one? | us: Wait (read)
    << enter
    >> Ada | box: | them#T: Which one? | us: Wait (read) | us#R: Red [Which one?] (sent)
"""
PLAIN = """
    << focus
    << type Hello
    >> Ada | box: Hello | them: Which one?
    << enter
    >> Ada | box: | them: Which one? | us: Hello (sent)
"""
NOT_OFFERED = """
    << open the menu of #T
    >> Ada | box: | message menu | them#T: Which one? | us: Wait (read)
    << press Reply -> stopped: no_box
    << focus
    >> Ada | box: | them#T: Which one? | us: Wait (read)
    << double-click beside #T
"""


def reply(stage: Stage, policy: ReplyPolicy = ReplyPolicy.FAIL) -> Message:
    return stage.accept("Red", reply=Reply("x", "#T", policy))


def again(stage: Stage, message: Message) -> None:
    """Its pause is over."""
    stage.clock.sleep(60)
    stage.rig.queue.release_due(stage.context.now_ms())


def test_a_reply_is_armed_before_it_is_typed_and_seen_in_its_bubble(stage: Stage) -> None:
    message = reply(stage)
    stage.play(OPENED + ARMED + SENT)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    sent = stage.rig.get(message.id)
    assert (sent.bubble_id, sent.quoted) == ("#R", True)


def test_a_bubble_without_its_quotation_is_told(stage: Stage) -> None:
    message = reply(stage)
    stage.play(OPENED + ARMED + SENT.replace(" [Which one?]", ""))
    assert stage.deliver(message) == (Status.SENT, None)
    assert stage.rig.get(message.id).quoted is False


def test_without_an_item_reply_a_double_click_beside_the_message_does_it(stage: Stage) -> None:
    message = reply(stage)
    stage.play(OPENED + NOT_OFFERED)
    stage.play("""
        >> Ada | box: | quote: them: Which one? | them#T: Which one? | us: Wait (read)
        << scroll to the end
        << focus
    """)
    stage.play(SENT)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_a_reply_that_cannot_be_armed_is_postponed_and_fails_at_last(stage: Stage) -> None:
    """By policy; nothing is typed, and the account is not stopped."""
    message = reply(stage)
    for place in range(3):
        stage.play(OPENED if place == 0 else OPENED.partition("\n")[2].replace("<< open Ada", "# it is open"))
        stage.play(NOT_OFFERED)
        status, code = stage.deliver(message)
        assert (status, code) == (Status.FAILED if place == 2 else Status.QUEUED, "reply_not_armed")
        stage.page.end()
        again(stage, message)
    assert stage.context.circuits.get().failures == 0


def test_by_policy_it_goes_plain_at_last(stage: Stage) -> None:
    message = reply(stage, ReplyPolicy.SEND_PLAIN)
    for place in range(2):
        stage.play(OPENED if place == 0 else OPENED.replace("<< open Ada", "# it is open"))
        stage.play(NOT_OFFERED)
        assert stage.deliver(message) == (Status.QUEUED, "reply_not_armed")
        stage.page.end()
        again(stage, message)
    stage.play("""
        << focus
        << type Red
        >> Ada | box: Red | them#T: Which one? | us: Wait (read)
        << enter
        >> Ada | box: | them#T: Which one? | us: Wait (read) | us#R: Red (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    assert stage.rig.get(message.id).quoted is False


def test_a_message_that_is_not_in_the_chat_is_not_quoted(stage: Stage) -> None:
    message = stage.accept("Red", reply=Reply("x", "gone"))
    stage.play("""
        << open Ada
        >> Ada | box: | them#T: Which one?
        << focus
        << look for gone
        << look for gone
    """)
    assert stage.deliver(message) == (Status.QUEUED, "reply_not_armed")
    stage.page.end()


def test_another_message_that_stands_armed_is_taken_away_and_nothing_is_typed(stage: Stage) -> None:
    message = reply(stage)
    stage.play(OPENED)
    stage.play("""
        << open the menu of #T
        >> Ada | box: | message menu | them#T: Which one? | us: Wait (read)
        << press Reply
        >> Ada | box: | quote: us: Wait | them#T: Which one? | us: Wait (read)
        << disarm
        >> Ada | box: | them#T: Which one? | us: Wait (read)
    """)
    assert stage.deliver(message) == (Status.QUEUED, "reply_not_armed")
    stage.page.end()


def test_what_stands_armed_is_taken_away_before_a_plain_message(stage: Stage) -> None:
    """Left by a dead attempt, or by a person. Mutant: no look at it before typing."""
    message = stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | box: | quote: them: Which one? | them: Which one?
        << disarm
        >> Ada | box: | them: Which one?
    """)
    stage.play(PLAIN)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    assert stage.rig.get(message.id).quoted is None


def test_what_cannot_be_taken_away_holds_its_message_alone_and_a_load_ends_it(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | box: | quote: them: Which one? | them: Which one?
        << disarm -> stopped: no_box
    """)
    assert stage.deliver(message) == (Status.QUEUED, "quote_stays")
    assert stage.context.circuits.get().failures == 0
    again(stage, message)
    stage.play("""
        << load Ada
        >> Ada | box: | them: Which one?
    """)
    stage.play(PLAIN)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_a_reply_that_somebody_begins_while_a_text_is_typed_holds_it_back(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | box: | them: Which one?
        << focus
        << type Hello
        >> Ada | box: Hello | quote: them: Which one? | them: Which one?
    """)
    assert stage.deliver(message) == (Status.QUEUED, "quote_changed")
    stage.page.end()


@pytest.mark.parametrize("place", ["before_arming", "after_arming"])
def test_a_death_around_arming_leaves_no_intent(stage: Stage, place: str) -> None:
    """Nothing was typed, so the message is simply typed again."""
    message = reply(stage)
    lines = (OPENED + ARMED).partition(f"-- {place}")[0]
    stage.play(lines + f"-- {place}\n!! the lease is lost\n")
    with pytest.raises(AssertionError, match="the end"):
        stage.deliver(message)
    assert stage.rig.get(message.id).intent is None


def test_what_was_armed_is_taken_back_with_the_text(stage: Stage) -> None:
    message = reply(stage)
    stage.play(OPENED + ARMED)
    stage.play("""
        << type Red
        >> Ada | box: Red | quote: them: Which one? | them#T: Which one? | us: Wait (read)
        -- after_typing
        !! a pause
        << focus
        << clear
        >> Ada | box: | quote: them: Which one? | them#T: Which one? | us: Wait (read)
        << disarm
        >> Ada | box: | them#T: Which one? | us: Wait (read)
    """)
    assert stage.deliver(message) == (Status.QUEUED, "paused")
    stage.page.end()
