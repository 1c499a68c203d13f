"""Statuses: a walk over the table. Never backwards."""

import pytest

from whatsapp_tasks.domain.statuses import AT_WHATSAPP, MEANINGS, OPEN, TRANSITIONS, Status, may_become

# How far along each status is. UNKNOWN lies before SENT: a later look can only add knowledge.
RANK = {
    Status.QUEUED: 0,
    Status.SENDING: 1,
    Status.UNKNOWN: 2,
    Status.SENT: 3,
    Status.DELIVERED: 4,
    Status.READ: 5,
    Status.FAILED: 9,
    Status.CANCELLED: 9,
    Status.EXPIRED: 9,
}
EDGES = [(before, after) for before, afters in TRANSITIONS.items() for after in afters]


def reachable(start: Status) -> set[Status]:
    found: set[Status] = set()
    todo = [start]
    while todo:
        for after in TRANSITIONS[todo.pop()] - found:
            found.add(after)
            todo.append(after)
    return found


def test_every_status_has_a_row_and_a_meaning() -> None:
    assert set(TRANSITIONS) == set(MEANINGS) == set(Status)


@pytest.mark.parametrize(("before", "after"), sorted(EDGES))
def test_each_step_leads_forward_but_for_the_one_back_to_the_queue_before_enter(
    before: Status, after: Status
) -> None:
    assert RANK[after] > RANK[before] or (before, after) == (Status.SENDING, Status.QUEUED)


@pytest.mark.parametrize("status", sorted(set(Status) - OPEN))
def test_a_settled_message_is_never_open_again(status: Status) -> None:
    assert not reachable(status) & OPEN


@pytest.mark.parametrize("status", sorted(AT_WHATSAPP))
def test_what_whatsapp_has_can_not_fail_be_cancelled_or_expire(status: Status) -> None:
    assert reachable(status) <= AT_WHATSAPP


def test_what_may_have_been_sent_is_never_typed_again_and_never_called_cancelled() -> None:
    assert reachable(Status.UNKNOWN) == AT_WHATSAPP | {Status.FAILED}


@pytest.mark.parametrize("status", [Status.READ, Status.FAILED, Status.CANCELLED, Status.EXPIRED])
def test_an_end_is_an_end(status: Status) -> None:
    assert not TRANSITIONS[status]


def test_no_status_leads_to_itself() -> None:
    assert not [edge for edge in EDGES if edge[0] == edge[1]]


def test_every_status_can_come_about() -> None:
    assert reachable(Status.QUEUED) == set(Status)


def test_only_what_was_not_begun_can_be_cancelled() -> None:
    assert may_become(Status.CANCELLED) == {Status.QUEUED}


@pytest.mark.parametrize("status", list(Status))
def test_may_become_is_the_table_read_from_the_other_side(status: Status) -> None:
    assert may_become(status) == {before for before, after in EDGES if after == status}
