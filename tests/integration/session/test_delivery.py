"""Delivery: claimed, attempted, decided, written. Plays: issue 13, "The send path is tested where it
decides".
"""

from typing import Any

import pytest

from tests.integration.session.stage import BO, Stage, sending
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.opt_outs import OptOuts


def test_what_was_sent_leaves_the_gate_open_and_is_followed(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(sending())
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    assert stage.gate.closed == 0
    stage.play(">> Ada | box: | them: Hi | us: Hello (read)")
    stage.look()
    assert stage.outcome(message) == (Status.READ, None)


def test_a_message_that_must_wait_closes_the_gate(stage: Stage) -> None:
    """Mutant: the gate not closed when not handled. What is prefetched would be taken off the queue next."""
    message = stage.accept("Hello")
    stage.page.happen["a pause"]()
    assert stage.deliver(message) == (Status.QUEUED, None)
    assert stage.gate.closed == 1
    assert stage.page.done == []


def test_a_pause_between_the_permission_and_the_claim_closes_the_gate(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = stage.accept("Hello")
    claim = Ledger.claim

    def paused_before(ledger: Ledger, *args: object, **named: object) -> object:
        stage.page.happen["a pause"]()
        return claim(ledger, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "claim", paused_before)
    assert stage.deliver(message) == (Status.QUEUED, None)
    assert stage.gate.closed == 1
    assert stage.page.done == []


def test_what_redis_says_of_the_session_is_not_enough_where_the_own_last_look_saw_otherwise(
    stage: Stage,
) -> None:
    """Mutant: the own last look ignored. A person cleared a ban in Redis; this worker still sees it."""
    message = stage.accept("Hello")
    stage.play(">> screen: loading-for-ever")
    stage.session._watcher.start()
    sessions, fence = stage.context.sessions, stage.context.lease.fence
    sessions.apply(SessionEvent.LOGGED_IN, stage.context.now_ms(), reason="test", actor="test", fence=fence)
    assert stage.deliver(message) == (Status.QUEUED, None)
    assert stage.page.done == []
    assert stage.gate.closed == 1


def test_a_claim_without_the_lease_closes_the_gate_and_touches_nothing(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.rig.database.do("HSET", stage.rig.keys.lease, "fence", 999)
    assert stage.deliver(message) == (Status.QUEUED, None)
    assert stage.gate.closed == 1
    assert stage.page.done == []


def test_a_redis_that_goes_away_during_the_attempt_leaves_it_to_the_chat(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = stage.accept("Hello")
    stage.play(sending())

    def away(*_: object, **__: object) -> bool:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "advance", away)
        assert stage.deliver(message) == (Status.SENDING, None)
    assert stage.gate.closed == 0
    stage.clock.sleep(60)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_no_other_message_is_sent_while_redis_has_an_attempt_open(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two equal texts in a row; Redis took the first one's intent and its answer was late. Its Enter was
    never pressed: the second one's bubble would be taken for it.
    """
    first, second = stage.accept("Hello"), stage.accept("Hello")
    stage.play(sending().partition("<< enter")[0])
    note_intent = Ledger.note_intent

    def late(*args: Any) -> bool:
        note_intent(*args)
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "note_intent", late)
        assert stage.deliver(first) == (Status.SENDING, None)
    stage.page.end()
    assert stage.gate.closed == 0  # so the next entry comes at once
    assert stage.deliver(second) == (Status.QUEUED, None)
    assert stage.gate.closed == 1
    stage.page.end()


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("expired", (Status.EXPIRED, None)),
        ("opted out", (Status.FAILED, "recipient_opted_out")),
        ("cancelled", (Status.CANCELLED, None)),
        ("deferred", (Status.QUEUED, None)),
    ],
)
def test_what_is_not_to_be_sent_never_reaches_the_page(
    stage: Stage, how: str, outcome: tuple[Status, str | None]
) -> None:
    changes: dict[str, Any] = {}
    if how == "expired":
        changes = {"expires_at_ms": stage.context.now_ms() + 1000}
    elif how == "deferred":
        changes = {"send_at_ms": stage.context.now_ms() + 60_000}
    message = stage.accept("Hello", **changes)
    if how == "expired":
        stage.clock.sleep(2)
    elif how == "opted out":
        OptOuts(stage.rig.database).add(message.recipient.name)
    elif how == "cancelled":
        stage.rig.advance(message, Status.CANCELLED)
    assert stage.deliver(message) == outcome
    assert stage.page.done == []
    assert stage.gate.closed == 0


def test_what_another_worker_took_meanwhile_does_not_fail(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This worker was stopped right after the claim said "opted out"; then a person lifted the opt-out, and
    another worker is at the message.
    """
    message = stage.accept("Hello")
    opt_outs, lease = OptOuts(stage.rig.database), stage.rig.keys.lease
    opt_outs.add(message.recipient.name)
    claim = Ledger.claim

    def stopped_after(ledger: Ledger, *args: Any, **named: Any) -> object:
        answer = claim(ledger, *args, **named)
        opt_outs.remove(message.recipient.name)
        stage.rig.database.do("HSET", lease, "fence", 999)
        assert claim(ledger, message.id, 999, stage.context.now_ms()).outcome == "claimed"
        return answer

    monkeypatch.setattr(Ledger, "claim", stopped_after)
    assert stage.deliver(message) == (Status.SENDING, None)
    assert stage.gate.closed == 1


def test_a_message_that_nobody_knows_is_dropped(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.rig.database.do("DEL", stage.rig.keys.message(message.id))
    assert stage.session.delivery.deliver(message.id)
    assert stage.page.done == []


def test_a_second_entry_of_a_sent_message_does_nothing(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(sending())
    stage.deliver(message)
    stage.page.done.clear()
    assert stage.deliver(message) == (Status.SENT, None)
    assert stage.page.done == []


def test_a_browser_that_dies_before_enter_leads_to_typing_again_after_a_pause(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play("<< open Ada -> died")
    assert stage.deliver(message) == (Status.QUEUED, "browser_failed")
    assert stage.rig.indexes(message) >= {"schedule"}
    due = stage.rig.score(stage.rig.keys.schedule, message)
    assert due is not None
    assert 1500 <= due - stage.context.now_ms() <= 2500  # 2 s, spread by a quarter
    assert not stage.session_rig.keeper.started


def test_a_browser_that_dies_at_enter_leads_to_the_chat_and_never_to_typing(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(sending().partition("<< enter")[0] + "<< enter -> died")
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.clock.sleep(3)
    stage.play("!! another browser\n>> chats")
    stage.look()
    stage.play("""
        << load Ada
        >> Ada | box: | them: Hi | us: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


@pytest.mark.parametrize("tick", ["pending", "failed"])
@pytest.mark.parametrize(
    ("shows", "outcome"),
    [
        ("them#hi: Hi | us#ours: Hello (sent)", (Status.SENT, None)),
        ("them#hi: Hi", (Status.QUEUED, "not_in_chat")),
    ],
    ids=["sent", "not sent"],
)
def test_after_a_death_the_place_is_found_without_what_lived_in_that_page_alone(
    stage: Stage, tick: str, shows: str, outcome: tuple[Status, str | None]
) -> None:
    """Issue 11, C13: a message before ours that had not reached the server is gone with the browser."""
    message, before = stage.accept("Hello"), f"them#hi: Hi | us#local: earlier ({tick})"
    stage.play(f"""
        << open Ada
        >> Ada | box: | {before}
        << focus
        << type Hello
        >> Ada | box: Hello | {before}
        << enter -> died
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.clock.sleep(3)
    stage.play("!! another browser\n>> chats")
    stage.look()
    stage.play(f"<< load Ada\n>> Ada | box: | {shows}")
    if outcome[0] is Status.QUEUED:
        stage.play(f"<< load Ada\n>> Ada | box: | {shows}")
    assert stage.deliver(message) == outcome
    stage.page.end()


def test_the_same_failure_of_one_recipient_ends_the_message(stage: Stage) -> None:
    """`wrong_chat` is allowed three times (domain/faults.py)."""
    message = stage.accept("Hello")
    outcomes = []
    for _ in range(3):
        stage.play("""
            << open Ada
            >> +49 30 1234567 | box: | them: Hi
            << load the chats
            >> chats
        """)
        outcomes.append(stage.deliver(message))
        stage.clock.sleep(60)
        stage.look()
    assert outcomes == [
        (Status.QUEUED, "wrong_chat"),
        (Status.QUEUED, "wrong_chat"),
        (Status.FAILED, "wrong_chat"),
    ]
    stage.page.end()


def test_a_chat_without_a_box_is_left(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | notice: closed to you | them: Hi
        << load the chats
        >> chats
    """)
    assert stage.deliver(message) == (Status.QUEUED, "chat_not_writable")
    stage.page.end()


def test_a_chat_that_a_known_notice_closes_fails_its_message_at_once(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | notice only_admins: Only admins can send messages | them: Hi
        << load the chats
        >> chats
    """)
    assert stage.deliver(message) == (Status.FAILED, "chat_admins_only")
    stage.page.end()


@pytest.mark.parametrize(
    ("own", "code"),
    [("Bo | notice: closed to you", "box_not_ready"), ("Bo | box:", "chat_not_writable")],
)
def test_an_unknown_notice_in_the_chat_with_oneself_too_is_about_no_recipient(
    stage: Stage, own: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an account that may not write at all every message would fail for good."""
    monkeypatch.setattr(stage.page, "own_phone", lambda _deadline: BO)
    message = stage.accept("Hello")
    stage.play(f"""
        << open Ada
        >> Ada | notice: closed to you | them: Hi
        << open Bo
        >> {own}
    """)
    assert stage.deliver(message) == (Status.QUEUED, code)
    stage.page.end()


def test_a_chat_with_neither_box_nor_notice_is_the_pages_fault(stage: Stage) -> None:
    """A changed page looks so in every chat: it must not fail every message for good."""
    message = stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | them: Hi
        << load the chats
        >> chats
    """)
    assert stage.deliver(message) == (Status.QUEUED, "box_not_ready")
    stage.page.end()


def test_between_two_messages_is_the_pause_that_is_set(stage: Stage) -> None:
    stage.context.settings = stage.context.settings.model_copy(update={"pacing_seconds": 30.0})
    message = stage.accept("Hello")
    stage.play(sending())
    stage.deliver(message)
    assert not stage.session.delivery.may_send
    stage.clock.sleep(29)
    assert not stage.session.delivery.may_send
    stage.clock.sleep(40)
    assert stage.session.delivery.may_send
