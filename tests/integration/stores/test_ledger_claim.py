"""Claiming: a worker takes a message in hand, or learns why not. Only `claimed` changes anything."""

import pytest

from tests.integration.stores.desk import NOW, Desk
from tests.unit.whatsapp_tasks.domain.one_mobile import PAIRS
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.statuses import OPEN, Status
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores.ledger import Claimed
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.outcomes import Claim
from whatsapp_tasks.stores.pauses import PauseReason, Pauses


def refused(desk: Desk, message: Message) -> str:
    """The outcome of a claim that must change nothing."""
    before = desk.everything()
    outcome = desk.claim(message)
    assert desk.everything() == before
    return outcome


def test_a_queued_message_is_claimed_once(desk: Desk) -> None:
    message = desk.accept()
    desk.now += 5
    assert desk.claim(message) == "claimed"
    claimed = desk.get(message.id)
    assert (claimed.status, claimed.attempts, claimed.updated_ms) == (Status.SENDING, 1, NOW + 5)
    assert [(e.status, e.at_ms) for e in claimed.timeline] == [("queued", NOW), ("sending", NOW + 5)]
    assert desk.indexes(message) == {"open"}


def test_a_second_copy_finds_the_attempt_open_and_must_settle_it(desk: Desk) -> None:
    assert refused(desk, desk.claimed()) == "settle"


def test_a_new_worker_too_must_settle_what_the_old_one_began(desk: Desk) -> None:
    message = desk.claimed()
    desk.lease.release()
    assert desk.lease.acquire() is None
    assert refused(desk, message) == "settle"


@pytest.mark.parametrize("status", sorted(set(Status) - OPEN))
def test_nothing_is_left_to_do_for_a_settled_message(desk: Desk, status: Status) -> None:
    assert refused(desk, desk.at(status)) == "done"


def test_a_record_that_is_gone_is_gone(desk: Desk) -> None:
    message = desk.accept()
    desk.database.do("DEL", desk.keys.message(message.id))
    assert refused(desk, message) == "gone"


@pytest.mark.parametrize("reason", list(PauseReason))
def test_while_any_pause_stands_nothing_is_claimed(desk: Desk, reason: PauseReason) -> None:
    message = desk.accept()
    pauses = Pauses(desk.database, "default")
    pauses.set(reason, "test", NOW)
    assert refused(desk, message) == "paused"
    pauses.clear(reason)
    assert desk.claim(message) == "claimed"


def test_a_pause_of_another_account_does_not_count(desk: Desk) -> None:
    Pauses(desk.database, "other").set(PauseReason.OPERATOR, "test", NOW)
    assert desk.claim(desk.accept()) == "claimed"


def test_an_open_attempt_is_settled_also_while_paused(desk: Desk) -> None:
    message = desk.claimed()
    Pauses(desk.database, "default").set(PauseReason.OPERATOR, "test", NOW)
    assert refused(desk, message) == "settle"


def test_in_a_state_that_does_not_send_nothing_is_claimed(desk: Desk) -> None:
    message = desk.accept()
    before = desk.everything()
    outcome = desk.ledger.claim(message.id, desk.fence, desk.now, states=["CIRCUIT_OPEN", "RESTRICTED"])
    assert outcome == Claimed(Claim.PAUSED)
    assert desk.everything() == before
    assert desk.ledger.claim(message.id, desk.fence, desk.now, states=["AUTHENTICATED"]).outcome == "claimed"


def test_where_only_replies_are_allowed_no_chat_is_started(desk: Desk) -> None:
    first = desk.accept()
    assert desk.ledger.claim(first.id, desk.fence, desk.now, replies_only=True).outcome == "restricted"
    assert desk.claim(first) == "claimed"
    desk.advance(first, Status.SENT, fence=desk.fence)
    second = desk.accept(phone=first.phone)
    assert desk.ledger.claim(second.id, desk.fence, desk.now, replies_only=True).outcome == "claimed"


def test_a_chat_to_which_nothing_was_sent_is_still_a_new_one(desk: Desk) -> None:
    failed = desk.claimed()
    desk.advance(failed, Status.FAILED, fence=desk.fence)
    second = desk.accept(phone=failed.phone)
    assert desk.ledger.claim(second.id, desk.fence, desk.now, replies_only=True).outcome == "restricted"


def test_a_scheduled_message_is_not_claimed_before_it_was_released(desk: Desk) -> None:
    message = desk.accept(send_at_ms=NOW + 10)
    assert refused(desk, message) == "later"
    desk.now += 10
    assert refused(desk, message) == "later"
    desk.queue.release_due(desk.now)
    assert desk.claim(message) == "claimed"


def test_a_copy_of_a_message_that_waits_for_its_next_attempt_does_not_act(desk: Desk) -> None:
    message = desk.claimed()
    desk.advance(message, Status.QUEUED, fence=desk.fence, due_ms=NOW + 1000)
    assert refused(desk, message) == "later"


def test_an_expired_message_is_not_claimed(desk: Desk) -> None:
    message = desk.accept(expires_at_ms=NOW + 10)
    desk.now += 10
    assert refused(desk, message) == "expired"
    desk.now -= 1
    assert desk.claim(message) == "claimed"


def test_a_recipient_who_opted_out_meanwhile_is_not_written_to(desk: Desk) -> None:
    message = desk.accept()
    OptOuts(desk.database).add(message.phone)
    assert refused(desk, message) == "opted_out"


@pytest.mark.parametrize(("queued", "opting_out"), PAIRS)
def test_who_opted_out_under_another_form_of_the_number_is_not_written_to_issue_12_row_5(
    desk: Desk, queued: str, opting_out: str
) -> None:
    message = desk.accept(phone=queued)
    OptOuts(desk.database).add(opting_out)
    assert refused(desk, message) == "opted_out"


def test_without_the_lease_nothing_is_claimed(desk: Desk) -> None:
    message = desk.accept()
    before = desk.everything()
    with pytest.raises(LeaseLost):
        desk.ledger.claim(message.id, desk.fence + 1, desk.now)
    with pytest.raises(LeaseLost):
        desk.ledger.claim(message.id, 0, desk.now)
    assert desk.everything() == before


def test_when_nobody_holds_the_lease_nothing_is_claimed(desk: Desk) -> None:
    message = desk.accept()
    desk.lease.release()
    with pytest.raises(LeaseLost):
        desk.claim(message)


def test_each_attempt_counts_and_begins_without_the_intent_of_the_last(desk: Desk) -> None:
    message = desk.claimed()
    desk.ledger.note_intent(message.id, desk.fence, Intent(1, ("b",)))
    desk.advance(message, Status.QUEUED, fence=desk.fence, due_ms=NOW)
    assert desk.get(message.id).intent is None
    desk.queue.release_due(NOW)
    assert desk.claim(message) == "claimed"
    assert (desk.get(message.id).attempts, desk.get(message.id).intent) == (2, None)


# notes


def test_an_intent_is_read_back_as_it_was_written(desk: Desk) -> None:
    message = desk.claimed()
    assert desk.ledger.note_intent(message.id, desk.fence, Intent(1, ("false_49@c.us_3EB0",)))
    assert desk.get(message.id).intent == Intent(1, ("false_49@c.us_3EB0",))


def test_an_intent_survives_a_change_of_worker(desk: Desk) -> None:
    message = desk.claimed()
    desk.ledger.note_intent(message.id, desk.fence, Intent(1))
    desk.lease.release()
    desk.lease.acquire()
    desk.claim(message)
    assert desk.get(message.id).intent == Intent(1)


def test_a_worker_whose_lease_is_lost_writes_no_intent(desk: Desk) -> None:
    message = desk.claimed()
    old = desk.fence
    desk.lease.release()
    with pytest.raises(LeaseLost):
        desk.ledger.note_intent(message.id, old, Intent(1))
    desk.lease.acquire()
    with pytest.raises(LeaseLost):
        desk.ledger.note_intent(message.id, old, Intent(1))
    with pytest.raises(LeaseLost):
        desk.ledger.note(message.id, old, bubble_id="b")
    assert desk.get(message.id).intent is None
    assert desk.get(message.id).bubble_id is None


def test_no_intent_is_written_while_paused_and_other_notes_are(desk: Desk) -> None:
    message = desk.claimed()
    Pauses(desk.database, "default").set(PauseReason.OPERATOR, "test", NOW)
    assert not desk.ledger.note_intent(message.id, desk.fence, Intent(1))
    assert desk.get(message.id).intent is None
    desk.ledger.note(message.id, desk.fence, bubble_id="b")
    assert desk.get(message.id).bubble_id == "b"


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.SENDING}))
def test_nothing_is_noted_for_a_message_that_is_not_in_hand(desk: Desk, status: Status) -> None:
    message = desk.at(status)
    before = desk.everything()
    with pytest.raises(LeaseLost):
        desk.ledger.note(message.id, desk.fence, bubble_id="b")
    assert desk.everything() == before


def test_an_intent_that_was_withdrawn_is_none(desk: Desk) -> None:
    message = desk.accept()
    desk.claim(message)
    assert desk.ledger.note_intent(message.id, desk.fence, Intent(1, ("b",)))
    desk.ledger.withdraw_intent(message.id, desk.fence)
    assert desk.get(message.id).intent is None
