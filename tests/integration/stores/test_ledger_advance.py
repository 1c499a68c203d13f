"""Advancing: a status never moves backwards, whatever comes in whatever order, and every index agrees."""

from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.stores.desk import DAY, NOW, Desk
from whatsapp_tasks.domain.daily_cap import CapRules
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
def test_each_step_of_the_table_is_taken(desk: Desk, before: Status, after: Status) -> None:
    message = desk.at(before)
    desk.now += 7
    assert desk.advance(message, after, code="why", note="x", fence=desk.fence)
    now = desk.get(message.id)
    assert (now.status, now.updated_ms) == (after, NOW + 7)
    last = now.timeline[-1]
    assert (last.status, last.at_ms, last.code) == (after, NOW + 7, "why")


@pytest.mark.parametrize(("before", "after"), [(b, a) for b, a in product(S, S) if a not in TRANSITIONS[b]])
def test_every_other_step_is_refused_and_changes_nothing(desk: Desk, before: Status, after: Status) -> None:
    message = desk.at(before)
    everything = desk.everything()
    assert not desk.advance(message, after, bubble_id="x", fence=desk.fence)
    assert desk.everything() == everything


def test_a_record_that_is_gone_is_not_brought_back(desk: Desk) -> None:
    message = desk.at(S.SENT)
    desk.database.do("DEL", desk.keys.message(message.id))
    assert not desk.advance(message, S.READ)
    assert desk.ledger.get(message.id) is None


def test_a_worker_whose_lease_is_lost_advances_nothing(desk: Desk) -> None:
    message = desk.claimed()
    old = desk.fence
    desk.lease.release()
    desk.lease.acquire()
    before = desk.everything()
    with pytest.raises(LeaseLost):
        desk.advance(message, S.SENT, fence=old)
    assert desk.everything() == before


def test_what_a_worker_has_in_hand_expires_by_its_own_word_alone(desk: Desk) -> None:
    message = desk.claimed(expires_at_ms=NOW + 1)
    desk.now += 1
    assert not desk.advance(message, S.EXPIRED)
    assert desk.advance(message, S.EXPIRED, fence=desk.fence)


def test_only_from_narrows_the_way(desk: Desk) -> None:
    assert not desk.advance(desk.at(S.SENDING), S.FAILED, only_from=S.UNKNOWN)
    assert desk.advance(desk.at(S.UNKNOWN), S.FAILED, only_from=S.UNKNOWN)


def test_an_error_is_written_with_code_and_words(desk: Desk) -> None:
    message = desk.claimed()
    desk.advance(message, S.FAILED, error=("bad_number", "Not on WhatsApp; check it."))
    failed = desk.get(message.id)
    assert (failed.error_code, failed.error_message) == ("bad_number", "Not on WhatsApp; check it.")


def test_no_code_can_spoil_the_timeline(desk: Desk) -> None:
    message = desk.claimed()
    desk.advance(message, S.FAILED, code="a;b@c")
    assert desk.get(message.id).timeline[-1].code == "a_b_c"


def test_back_to_the_queue_means_the_schedule_and_loses_the_intent(desk: Desk) -> None:
    message = desk.claimed()
    desk.ledger.note(message.id, desk.fence, intent='{"attempt": 1, "newest_bubble": null}')
    assert desk.advance(message, S.QUEUED, fence=desk.fence, due_ms=NOW + 500)
    assert desk.indexes(message) == {"schedule"}
    assert desk.score(desk.keys.schedule, message) == NOW + 500
    assert desk.get(message.id).intent is None


def test_back_to_the_queue_without_a_time_means_at_once_and_is_not_lost(desk: Desk) -> None:
    message = desk.claimed()
    assert desk.advance(message, S.QUEUED, fence=desk.fence)
    assert desk.queue.release_due(NOW) == 1
    assert desk.queued() == [message.id]


def test_a_message_tried_again_still_expires(desk: Desk) -> None:
    message = desk.claimed(expires_at_ms=NOW + 1000)
    desk.advance(message, S.QUEUED, fence=desk.fence, due_ms=NOW + 5000)
    assert desk.queue.due_to_expire(NOW + 1000) == [message.id]
    assert desk.advance(message, S.EXPIRED)
    assert desk.indexes(message) == set()


@pytest.mark.parametrize("status", sorted(set(S) - OPEN - {S.UNKNOWN}))
def test_a_settled_record_is_kept_as_long_as_the_setting_says(desk: Desk, status: Status) -> None:
    message = desk.at(status)
    assert 29 * DAY < desk.ttl(desk.keys.message(message.id)) <= 30 * DAY


def test_an_unknown_record_waits_for_a_person_however_long(desk: Desk) -> None:
    assert desk.ttl(desk.keys.message(desk.at(S.UNKNOWN).id)) == -1


def test_ticks_are_followed_from_the_last_one_on(desk: Desk) -> None:
    message = desk.at(S.SENT)
    assert desk.score(desk.keys.watched, message) == NOW + 3 * DAY
    desk.now += 1000
    desk.advance(message, S.DELIVERED)
    assert desk.score(desk.keys.watched, message) == NOW + 1000 + 3 * DAY
    assert [m.id for m in desk.ledger.watched(NOW)] == [message.id]
    assert desk.ledger.watched(NOW + 1000 + 3 * DAY) == []
    assert desk.indexes(message) == set()


def test_counts_tell_open_scheduled_and_unknown(desk: Desk) -> None:
    for status in sorted(set(S) - {S.QUEUED, S.CANCELLED}):
        desk.at(status)
    desk.at(S.QUEUED)
    desk.accept(send_at_ms=NOW + 1)
    assert desk.ledger.counts() == {"open": 2, "scheduled": 1, "unknown": 1}


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


def check(desk: Desk, message: Message, messages: list[Message]) -> None:
    now = desk.get(message.id)
    found = desk.indexes(now)
    assert found == expected_indexes(now, "schedule" in found)
    steps = [entry.status for entry in now.timeline]
    assert steps[0] is S.QUEUED
    assert steps[-1] is now.status
    assert all(after in TRANSITIONS[before] for before, after in pairwise(steps))
    times = [entry.at_ms for entry in now.timeline]
    assert times == sorted(times)
    assert now.attempts == steps.count(S.SENDING)
    places = [desk.database.record(desk.keys.message(m.id)) for m in messages]
    for name, taken in desk.database.record(desk.keys.caps).items():
        day, _, new = name.partition(":")
        holders = [r for r in places if r.get("cap_day") == day and (not new or r.get("cap_new"))]
        assert int(taken) == len(holders)
    settled = now.status not in OPEN | {S.UNKNOWN}
    assert (desk.ttl(desk.keys.message(now.id)) > 0) is settled


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
    desk = Desk(database, caps=Caps(database, "default", TIGHT, "UTC", holds=True) if capped else None)
    pauses = Pauses(database, "default")
    messages = [
        desk.accept(
            expires_at_ms=expires_in and NOW + expires_in, send_at_ms=send_in and NOW + send_in * number
        )
        for number in range(3)
    ]
    old = desk.fence
    for number, (what, status) in events:
        message = messages[number]
        before = desk.get(message.id)
        match what:
            case "advance":
                taken = desk.advance(message, status, due_ms=desk.now + 300, fence=desk.fence)
                assert (taken is not None) is (status in TRANSITIONS[before.status])
            case "late worker":
                if old != desk.fence:
                    with pytest.raises(LeaseLost):
                        desk.advance(message, status, fence=old)
                    assert desk.get(message.id) == before
            case "claim":
                claimed = desk.claim(message) == "claimed"
                assert (desk.status(message) is S.SENDING) is (claimed or before.status is S.SENDING)
            case "pop":
                desk.pop()
            case "defer":
                desk.ledger.defer(message, desk.fence, "test", desk.now)
            case "another day":
                desk.now += DAY
            case "release":
                desk.queue.release_due(desk.now)
            case "requeue":
                open_ids = {m.id for m in messages if "open" in desk.indexes(m)}
                while (queued := desk.queued()) and queued[0] not in open_ids:
                    desk.pop()  # the worker lets through what has nothing left to do
                desk.queue.requeue_lost()
                assert set(desk.queued()) >= open_ids
            case "pause":
                pauses.set(PauseReason.OPERATOR, "test", desk.now)
            case "resume":
                pauses.clear(PauseReason.OPERATOR)
            case "new worker":
                old = desk.fence
                desk.lease.release()
                assert desk.lease.acquire() is None
            case _:
                desk.now += 500
        if before.status in AT_WHATSAPP:
            assert desk.status(message) in AT_WHATSAPP
        for each in messages:
            check(desk, each, messages)
