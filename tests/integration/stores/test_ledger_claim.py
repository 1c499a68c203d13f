"""Claiming: a worker takes a message in hand, or learns why not. Only `claimed` changes anything."""

import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from tests.support.one_mobile import PAIRS
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.statuses import OPEN, Status
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores.ledger import Claimed
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.outcomes import Claim, Note
from whatsapp_tasks.stores.pauses import PauseReason, Pauses


def refused(rig: LedgerRig, message: Message) -> str:
    """The outcome of a claim that must change nothing."""
    before = rig.everything()
    outcome = rig.claim(message)
    assert rig.everything() == before
    return outcome


def test_a_queued_message_is_claimed_once(rig: LedgerRig) -> None:
    message = rig.accept()
    rig.now += 5
    assert rig.claim(message) == "claimed"
    claimed = rig.get(message.id)
    assert (claimed.status, claimed.attempts, claimed.updated_ms) == (Status.SENDING, 1, NOW + 5)
    assert [(e.status, e.at_ms) for e in claimed.timeline] == [("queued", NOW), ("sending", NOW + 5)]
    assert rig.indexes(message) == {"open"}


def test_a_second_copy_finds_the_attempt_open_and_must_settle_it(rig: LedgerRig) -> None:
    assert refused(rig, rig.claimed()) == "settle"


def test_a_new_worker_too_must_settle_what_the_old_one_began(rig: LedgerRig) -> None:
    message = rig.claimed()
    rig.lease.release()
    assert rig.lease.acquire() is None
    assert refused(rig, message) == "settle"


def test_while_an_attempt_is_open_no_other_message_is_claimed(rig: LedgerRig) -> None:
    """The worker that comes next to a queue entry may not know of the attempt: Redis was away at its end."""
    first, other = rig.claimed(), rig.accept()
    assert refused(rig, other) == "occupied"
    rig.advance(first, Status.SENT)
    assert rig.claim(other) == "claimed"
    assert refused(rig, rig.accept()) == "occupied"
    rig.database.do("DEL", rig.keys.message(other.id))
    assert rig.claim(rig.accept()) == "claimed"


def test_a_message_that_is_queued_again_is_no_open_attempt(rig: LedgerRig) -> None:
    rig.advance(rig.claimed(), Status.QUEUED, fence=rig.fence, due_ms=NOW + 500)
    assert rig.claim(rig.accept()) == "claimed"


@pytest.mark.parametrize("status", sorted(set(Status) - OPEN))
def test_nothing_is_left_to_do_for_a_settled_message(rig: LedgerRig, status: Status) -> None:
    assert refused(rig, rig.at(status)) == "done"


def test_a_record_that_is_gone_is_gone(rig: LedgerRig) -> None:
    message = rig.accept()
    rig.database.do("DEL", rig.keys.message(message.id))
    assert refused(rig, message) == "gone"


@pytest.mark.parametrize("reason", list(PauseReason))
def test_while_any_pause_stands_nothing_is_claimed(rig: LedgerRig, reason: PauseReason) -> None:
    message = rig.accept()
    pauses = Pauses(rig.database, "default")
    pauses.set(reason, "test", NOW)
    assert refused(rig, message) == "paused"
    pauses.clear(reason)
    assert rig.claim(message) == "claimed"


def test_a_pause_of_another_account_does_not_count(rig: LedgerRig) -> None:
    Pauses(rig.database, "other").set(PauseReason.OPERATOR, "test", NOW)
    assert rig.claim(rig.accept()) == "claimed"


def test_an_open_attempt_is_settled_also_while_paused(rig: LedgerRig) -> None:
    message = rig.claimed()
    Pauses(rig.database, "default").set(PauseReason.OPERATOR, "test", NOW)
    assert refused(rig, message) == "settle"


def test_in_a_state_that_does_not_send_nothing_is_claimed(rig: LedgerRig) -> None:
    message = rig.accept()
    before = rig.everything()
    outcome = rig.ledger.claim(message.id, rig.fence, rig.now, states=["CIRCUIT_OPEN", "RESTRICTED"])
    assert outcome == Claimed(Claim.PAUSED)
    assert rig.everything() == before
    assert rig.ledger.claim(message.id, rig.fence, rig.now, states=["AUTHENTICATED"]).outcome == "claimed"


def test_under_a_lock_the_box_of_a_chat_is_asked_once_and_then_it_waits(rig: LedgerRig) -> None:
    """Issue 16, part 7: also a chat that was never written to; the page decides, not our memory."""

    def claim(since: int) -> str:
        return rig.ledger.claim(message.id, rig.fence, rig.now, locked_since_ms=since).outcome

    message = rig.accept()
    assert claim(rig.now - 1000) == "claimed"
    rig.advance(message, Status.QUEUED, fence=rig.fence, code="chat_locked", due_ms=rig.now)
    asked = rig.now
    rig.queue.release_due(rig.now)
    rig.now += 500
    assert claim(asked - 1) == "restricted"
    assert claim(asked) == "claimed"


def test_another_failure_before_a_lock_keeps_no_message_from_asking(rig: LedgerRig) -> None:
    message = rig.claimed()
    rig.advance(message, Status.QUEUED, fence=rig.fence, code="page_offline", due_ms=rig.now)
    rig.queue.release_due(rig.now)
    assert rig.ledger.claim(message.id, rig.fence, rig.now, locked_since_ms=0).outcome == "claimed"


def test_a_scheduled_message_is_not_claimed_before_it_was_released(rig: LedgerRig) -> None:
    message = rig.accept(send_at_ms=NOW + 10)
    assert refused(rig, message) == "later"
    rig.now += 10
    assert refused(rig, message) == "later"
    rig.queue.release_due(rig.now)
    assert rig.claim(message) == "claimed"


def test_a_copy_of_a_message_that_waits_for_its_next_attempt_does_not_act(rig: LedgerRig) -> None:
    message = rig.claimed()
    rig.advance(message, Status.QUEUED, fence=rig.fence, due_ms=NOW + 1000)
    assert refused(rig, message) == "later"


def test_an_expired_message_is_not_claimed(rig: LedgerRig) -> None:
    message = rig.accept(expires_at_ms=NOW + 10)
    rig.now += 10
    assert refused(rig, message) == "expired"
    rig.now -= 1
    assert rig.claim(message) == "claimed"


def test_a_recipient_who_opted_out_meanwhile_is_not_written_to(rig: LedgerRig) -> None:
    message = rig.accept()
    OptOuts(rig.database).add(message.recipient.name)
    assert refused(rig, message) == "opted_out"


@pytest.mark.parametrize(("queued", "opting_out"), PAIRS)
def test_who_opted_out_under_another_form_of_the_number_is_not_written_to_issue_12_row_5(
    rig: LedgerRig, queued: str, opting_out: str
) -> None:
    message = rig.accept(phone=queued)
    OptOuts(rig.database).add(opting_out)
    assert refused(rig, message) == "opted_out"


def test_without_the_lease_nothing_is_claimed(rig: LedgerRig) -> None:
    message = rig.accept()
    before = rig.everything()
    with pytest.raises(LeaseLost):
        rig.ledger.claim(message.id, rig.fence + 1, rig.now)
    with pytest.raises(LeaseLost):
        rig.ledger.claim(message.id, 0, rig.now)
    assert rig.everything() == before


def test_when_nobody_holds_the_lease_nothing_is_claimed(rig: LedgerRig) -> None:
    message = rig.accept()
    rig.lease.release()
    with pytest.raises(LeaseLost):
        rig.claim(message)


def test_each_attempt_counts_and_begins_without_the_intent_of_the_last(rig: LedgerRig) -> None:
    message = rig.claimed()
    rig.ledger.note_intent(message, rig.fence, Intent(1, ("b",)))
    rig.advance(message, Status.QUEUED, fence=rig.fence, due_ms=NOW)
    assert rig.get(message.id).intent is None
    rig.queue.release_due(NOW)
    assert rig.claim(message) == "claimed"
    assert (rig.get(message.id).attempts, rig.get(message.id).intent) == (2, None)


# notes


def test_an_intent_is_read_back_as_it_was_written(rig: LedgerRig) -> None:
    message = rig.claimed()
    assert rig.ledger.note_intent(message, rig.fence, Intent(1, ("false_49@c.us_3EB0",))) is Note.OK
    assert rig.get(message.id).intent == Intent(1, ("false_49@c.us_3EB0",))


def test_an_intent_survives_a_change_of_worker(rig: LedgerRig) -> None:
    message = rig.claimed()
    rig.ledger.note_intent(message, rig.fence, Intent(1))
    rig.lease.release()
    rig.lease.acquire()
    rig.claim(message)
    assert rig.get(message.id).intent == Intent(1)


def test_a_worker_whose_lease_is_lost_writes_no_intent(rig: LedgerRig) -> None:
    message = rig.claimed()
    old = rig.fence
    rig.lease.release()
    with pytest.raises(LeaseLost):
        rig.ledger.note_intent(message, old, Intent(1))
    rig.lease.acquire()
    with pytest.raises(LeaseLost):
        rig.ledger.note_intent(message, old, Intent(1))
    with pytest.raises(LeaseLost):
        rig.ledger.note(message, old, bubble_id="b")
    assert rig.get(message.id).intent is None
    assert rig.get(message.id).bubble_id is None


def test_no_intent_is_written_while_paused_and_other_notes_are(rig: LedgerRig) -> None:
    message = rig.claimed()
    Pauses(rig.database, "default").set(PauseReason.OPERATOR, "test", NOW)
    assert rig.ledger.note_intent(message, rig.fence, Intent(1)) is Note.PAUSED
    assert rig.get(message.id).intent is None
    rig.ledger.note(message, rig.fence, bubble_id="b")
    assert rig.get(message.id).bubble_id == "b"


@pytest.mark.parametrize("pair", PAIRS)
def test_no_intent_is_written_for_who_opted_out_since_the_claim(
    rig: LedgerRig, pair: tuple[str, str]
) -> None:
    message = rig.claimed(phone=pair[0])
    OptOuts(rig.database).add(pair[1])
    assert rig.ledger.note_intent(message, rig.fence, Intent(1)) is Note.OPTED_OUT
    assert rig.get(message.id).intent is None
    rig.ledger.note(message, rig.fence, bubble_id="b")  # one that was pressed already


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.SENDING}))
def test_nothing_is_noted_for_a_message_that_is_not_in_hand(rig: LedgerRig, status: Status) -> None:
    message = rig.at(status)
    before = rig.everything()
    with pytest.raises(LeaseLost):
        rig.ledger.note(message, rig.fence, bubble_id="b")
    assert rig.everything() == before


# what arrives late: a script whose answer was lost may run seconds after its caller gave it up


def second_attempt(rig: LedgerRig) -> tuple[Message, Message]:
    """A message in its second attempt, as its worker knew it in the first and knows it now."""
    first = rig.claimed()
    rig.advance(first, Status.QUEUED, fence=rig.fence, due_ms=NOW)
    rig.queue.release_due(NOW)
    assert rig.claim(first) == "claimed"
    return first, rig.get(first.id)


@pytest.mark.parametrize(
    "to", [Status.QUEUED, Status.FAILED, Status.UNKNOWN, Status.EXPIRED, Status.SENT, Status.READ]
)
def test_what_an_earlier_attempt_wrote_last_says_nothing_of_this_one(rig: LedgerRig, to: Status) -> None:
    """Before: `queued`, arriving after Enter, erased the intent, and the message was sent once more."""
    first, now = second_attempt(rig)
    rig.ledger.note_intent(now, rig.fence, Intent(2, ("b",)))
    before = rig.everything()
    assert rig.advance(first, to, fence=rig.fence, due_ms=NOW) is None
    assert rig.everything() == before
    assert rig.advance(now, Status.SENT, fence=rig.fence)


def test_an_intent_of_an_earlier_attempt_is_neither_written_nor_withdrawn_late(rig: LedgerRig) -> None:
    """Before: the late withdrawal let a dead worker's message be typed again, after Enter."""
    first, now = second_attempt(rig)
    rig.ledger.note_intent(now, rig.fence, Intent(2, ("b",)))
    for late in (
        lambda: rig.ledger.withdraw_intent(first, rig.fence),
        lambda: rig.ledger.note_intent(first, rig.fence, Intent(1, ("a",))),
        lambda: rig.ledger.note(first, rig.fence, bubble_id="another"),
    ):
        with pytest.raises(LeaseLost):
            late()
    assert rig.get(now.id).intent == Intent(2, ("b",))
    assert rig.get(now.id).bubble_id is None


def test_an_intent_that_was_withdrawn_is_none(rig: LedgerRig) -> None:
    message = rig.claimed()
    assert rig.ledger.note_intent(message, rig.fence, Intent(1, ("b",))) is Note.OK
    rig.ledger.withdraw_intent(message, rig.fence)
    assert rig.get(message.id).intent is None
