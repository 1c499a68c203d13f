import time

from whatsapp_tasks.browser.deadlines import Deadline


def test_remaining_counts_down_and_stops_at_zero() -> None:
    assert 0.9 < Deadline.within(1).remaining() <= 1
    assert Deadline.within(-1).remaining() == 0


def test_passed() -> None:
    assert Deadline.within(0).passed
    assert not Deadline.within(1).passed


def test_capped_is_the_earlier() -> None:
    deadline = Deadline.within(10)
    assert deadline.capped(20) == deadline
    assert deadline.capped(1).at < time.monotonic() + 1.1
