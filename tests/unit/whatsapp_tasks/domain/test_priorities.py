"""Priorities: three, each with a step of its own in the broker."""

from whatsapp_tasks.domain.priorities import BROKER_PRIORITY, Priority


def test_the_more_urgent_the_lower_the_step() -> None:
    assert BROKER_PRIORITY[Priority.HIGH] < BROKER_PRIORITY[Priority.NORMAL] < BROKER_PRIORITY[Priority.LOW]
    assert set(BROKER_PRIORITY) == set(Priority)


def test_the_most_urgent_step_is_the_queue_itself() -> None:
    # kombu names the list of step 0 like the queue; others carry a suffix.
    assert BROKER_PRIORITY[Priority.HIGH] == 0
