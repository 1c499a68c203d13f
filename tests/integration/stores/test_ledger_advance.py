"""Advancing: a status never moves backwards, whatever comes in whatever order, and every index agrees."""

from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.ledger_rig import DAY, NOW, LedgerRig
from whatsapp_tasks.domain.daily_cap import CapRules
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import AT_WHATSAPP, OPEN, TRANSITIONS, Status
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.pauses import PauseReason, Pauses

S = Status


@pytest.mark.parametrize(
    ("before", "after"), [(b, a) for b, a in product(S, S) if a is not S.SENDING and a in TRANSITIONS[b]]
)
def test_each_step_of_the_table_is_taken(rig: LedgerRig, before: Status, after: Status) -> None:
    message = rig.at(before)
    rig.now += 7
    assert rig.advance(message, after, code="why", note="x", fence=rig.fence)
    now = rig.get(message.id)
    assert (now.status, now.updated_ms) == (after, NOW + 7)
    last = now.timeline[-1]
    assert (last.status, last.at_ms, last.code) == (after, NOW + 7, "why")


@pytest.mark.parametrize(("before", "after"), [(b, a) for b, a in product(S, S) if a not in TRANSITIONS[b]])
def test_every_other_step_is_refused_and_changes_nothing(
    rig: LedgerRig, before: Status, after: Status
) -> None:
    message = rig.at(before)
    everything = rig.everything()
    assert not rig.advance(message, after, bubble_id="x", fence=rig.fence)
    assert rig.everything() == everything


def test_a_record_that_is_gone_is_not_brought_back(rig: LedgerRig) -> None:
    message = rig.at(S.SENT)
    rig.database.do("DEL", rig.keys.message(message.id))
    assert not rig.advance(message, S.READ)
    assert rig.ledger.get(message.id) is None


def test_a_worker_whose_lease_is_lost_advances_nothing(rig: LedgerRig) -> None:
    message = rig.claimed()
    old = rig.fence
    rig.lease.release()
    rig.lease.acquire()
    before = rig.everything()
    with pytest.raises(LeaseLost):
        rig.advance(message, S.SENT, fence=old)
    assert rig.everything() == before


def test_what_a_worker_has_in_hand_expires_by_its_own_word_alone(rig: LedgerRig) -> None:
    message = rig.claimed(expires_at_ms=NOW + 1)
    rig.now += 1
    assert not rig.advance(message, S.EXPIRED)
    assert rig.advance(message, S.EXPIRED, fence=rig.fence)


def test_only_from_narrows_the_way(rig: LedgerRig) -> None:
    assert rig.advance(rig.at(S.UNKNOWN), S.FAILED, only_from=S.UNKNOWN)
    assert not rig.advance(rig.at(S.SENDING), S.FAILED, only_from=S.UNKNOWN)


def test_an_error_is_written_with_code_and_words(rig: LedgerRig) -> None:
    message = rig.claimed()
    rig.advance(message, S.FAILED, error=("bad_number", "Not on WhatsApp; check it."))
    failed = rig.get(message.id)
    assert (failed.error_code, failed.error_message) == ("bad_number", "Not on WhatsApp; check it.")


def test_no_code_can_spoil_the_timeline(rig: LedgerRig) -> None:
    message = rig.claimed()
    rig.advance(message, S.FAILED, code="a;b@c")
    assert rig.get(message.id).timeline[-1].code == "a_b_c"


def test_back_to_the_queue_means_the_schedule_and_loses_the_intent(rig: LedgerRig) -> None:
    message = rig.claimed()
    rig.ledger.note(message, rig.fence, intent='{"attempt": 1, "newest_bubble": null}')
    assert rig.advance(message, S.QUEUED, fence=rig.fence, due_ms=NOW + 500)
    assert rig.indexes(message) == {"schedule"}
    assert rig.score(rig.keys.schedule, message) == NOW + 500
    assert rig.get(message.id).intent is None


def test_back_to_the_queue_without_a_time_means_at_once_and_is_not_lost(rig: LedgerRig) -> None:
    message = rig.claimed()
    assert rig.advance(message, S.QUEUED, fence=rig.fence)
    assert rig.queue.release_due(NOW) == 1
    assert rig.queued() == [message.id]


def test_a_message_tried_again_still_expires(rig: LedgerRig) -> None:
    message = rig.claimed(expires_at_ms=NOW + 1000)
    rig.advance(message, S.QUEUED, fence=rig.fence, due_ms=NOW + 5000)
    assert rig.queue.due_to_expire(NOW + 1000) == [message.id]
    assert rig.advance(message, S.EXPIRED)
    assert rig.indexes(message) == set()


@pytest.mark.parametrize("status", sorted(set(S) - OPEN - {S.UNKNOWN}))
def test_a_settled_record_is_kept_as_long_as_the_setting_says(rig: LedgerRig, status: Status) -> None:
    message = rig.at(status)
    assert 29 * DAY < rig.ttl(rig.keys.message(message.id)) <= 30 * DAY


def test_an_unknown_record_waits_for_a_person_however_long(rig: LedgerRig) -> None:
    assert rig.ttl(rig.keys.message(rig.at(S.UNKNOWN).id)) == -1


def test_ticks_are_followed_from_the_last_one_on(rig: LedgerRig) -> None:
    message = rig.at(S.SENT)
    assert rig.score(rig.keys.watched, message) == NOW + 3 * DAY
    rig.now += 1000
    rig.advance(message, S.DELIVERED)
    assert rig.score(rig.keys.watched, message) == NOW + 1000 + 3 * DAY
    assert rig.ledger.watched(NOW) == [message.id]
    assert rig.ledger.watched(NOW + 1000 + 3 * DAY) == []
    assert rig.indexes(message) == set()


def test_counts_tell_open_scheduled_and_unknown(rig: LedgerRig) -> None:
    for status in (*sorted(set(S) - {*OPEN, S.CANCELLED}), S.SENDING, S.QUEUED):
        rig.at(status)
    rig.accept(send_at_ms=NOW + 1)
    assert rig.queue.counts() == {"open": 2, "scheduled": 1, "unknown": 1}


TIGHT = CapRules(base=2, step=0, highest=2, new_chats_share=0.5)

# Whatever happens, in whatever order


def expected_indexes(message: Message, scheduled: bool) -> set[str]:
    match message.status:
        case S.QUEUED:
            found = {"schedule"} if scheduled else {"open"}
        case S.SENDING:
            found = {"open"}
        case S.UNKNOWN:
            found = {"unknown", "watched"}
        case S.SENT | S.DELIVERED:
            found = {"watched"}
        case _:
            found = set()
    if message.status in OPEN and message.expires_at_ms is not None:
        found.add("expiring")
    return found


def check(rig: LedgerRig, message: Message, messages: list[Message]) -> None:
    now = rig.get(message.id)
    found = rig.indexes(now)
    assert found == expected_indexes(now, "schedule" in found)
    steps = [entry.status for entry in now.timeline]
    assert steps[0] is S.QUEUED
    assert steps[-1] is now.status
    assert all(after in TRANSITIONS[before] for before, after in pairwise(steps))
    times = [entry.at_ms for entry in now.timeline]
    assert times == sorted(times)
    assert now.attempts == steps.count(S.SENDING)
    places = [rig.database.record(rig.keys.message(m.id)) for m in messages]
    for name, taken in rig.database.record(rig.keys.caps).items():
        day, _, new = name.partition(":")
        holders = [r for r in places if r.get("cap_day") == day and (not new or r.get("cap_new"))]
        assert int(taken) == len(holders)
    settled = now.status not in OPEN | {S.UNKNOWN}
    assert (rig.ttl(rig.keys.message(now.id)) > 0) is settled


happenings = st.one_of(
    st.tuples(st.just("advance"), st.sampled_from([s for s in S if s is not S.SENDING])),
    st.tuples(st.just("late worker"), st.sampled_from([s for s in S if s is not S.SENDING])),
    st.tuples(
        st.sampled_from(
            [
                "claim",
                "pop",
                "defer",
                "another day",
                "release",
                "requeue",
                "pause",
                "resume",
                "new worker",
                "wait",
            ]
        ),
        st.none(),
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 2), happenings), max_size=25),
    st.sampled_from([None, 2000]),
    st.sampled_from([None, 1000]),
    st.booleans(),
)
def test_no_sequence_of_events_moves_a_status_back_or_leaves_an_index_behind(
    database: Database, events: list[Any], expires_in: int | None, send_in: int | None, capped: bool
) -> None:
    database.do("FLUSHALL")
    rig = LedgerRig(database, caps=Caps(database, "default", TIGHT, "UTC", holds=True) if capped else None)
    pauses = Pauses(database, "default")
    messages = [
        rig.accept(
            expires_at_ms=expires_in and NOW + expires_in, send_at_ms=send_in and NOW + send_in * number
        )
        for number in range(3)
    ]
    old = rig.fence
    for number, (what, status) in events:
        message = messages[number]
        before = rig.get(message.id)
        match what:
            case "advance":
                taken = rig.advance(message, status, due_ms=rig.now + 300, fence=rig.fence)
                assert (taken is not None) is (status in TRANSITIONS[before.status])
            case "late worker":
                if old != rig.fence:
                    with pytest.raises(LeaseLost):
                        rig.advance(message, status, fence=old)
                    assert rig.get(message.id) == before
            case "claim":
                claimed = rig.claim(message) == "claimed"
                assert (rig.status(message) is S.SENDING) is (claimed or before.status is S.SENDING)
            case "pop":
                rig.pop()
            case "defer":
                rig.ledger.defer(message, rig.fence, "test", rig.now)
            case "another day":
                rig.now += DAY
            case "release":
                rig.queue.release_due(rig.now)
            case "requeue":
                open_ids = {m.id for m in messages if "open" in rig.indexes(m)}
                while (queued := rig.queued()) and queued[0] not in open_ids:
                    rig.pop()  # the worker lets through what has nothing left to do
                rig.queue.requeue_lost()
                queued = [each for priority in Priority for each in rig.queued(priority)]
                assert set(queued) >= open_ids  # an attempt that is open is queued as urgent
            case "pause":
                pauses.set(PauseReason.OPERATOR, "test", rig.now)
            case "resume":
                pauses.clear(PauseReason.OPERATOR)
            case "new worker":
                old = rig.fence
                rig.lease.release()
                assert rig.lease.acquire() is None
            case _:
                rig.now += 500
        if before.status in AT_WHATSAPP:
            assert rig.status(message) in AT_WHATSAPP
        for each in messages:
            check(rig, each, messages)
