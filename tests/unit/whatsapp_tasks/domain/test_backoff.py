"""Backoff: pauses grow, last a day, and end."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.backoff import Backoff

DAY_MS = 24 * 3600 * 1000
jitters = st.floats(0, 1, exclude_max=True)


def attempts(backoff: Backoff, jitter: float) -> list[int]:
    """Times of all attempts at a receiver that never answers, ms after the first."""
    times, now = [0], 0
    while (after := backoff.next_attempt_ms(len(times), now_ms=now, since_ms=0, jitter=jitter)) is not None:
        times.append(after)
        now = after
    return times


@given(jitters)
def test_a_dead_receiver_is_tried_for_exactly_a_day(jitter: float) -> None:
    times = attempts(Backoff(), jitter)
    assert 12 <= len(times) <= 16
    assert times[-1] == DAY_MS
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert all(pause > 0 for pause in pauses)
    assert pauses[:-1] == sorted(pauses[:-1])
    assert sum(at <= 20 * 60 * 1000 for at in times) >= 6  # a short outage is over for everyone soon


@given(jitters)
def test_the_pause_that_a_receiver_asks_for_is_kept(jitter: float) -> None:
    after = Backoff().next_attempt_ms(1, now_ms=0, since_ms=0, jitter=jitter, at_least_seconds=120)
    assert after == 120_000


def test_a_receiver_cannot_put_an_event_off_beyond_its_day() -> None:
    after = Backoff().next_attempt_ms(1, now_ms=0, since_ms=0, jitter=0, at_least_seconds=10**9)
    assert after == DAY_MS


@given(st.integers(1, 10**6), jitters)
def test_any_number_of_attempts_has_a_time(attempt: int, jitter: float) -> None:
    after = Backoff().next_attempt_ms(attempt, now_ms=0, since_ms=0, jitter=jitter)
    assert after is not None
    assert 4_000 <= after <= 1.2 * 4 * 3600 * 1000


def test_jitter_spreads_the_attempts() -> None:
    early = Backoff().next_attempt_ms(5, now_ms=0, since_ms=0, jitter=0)
    late = Backoff().next_attempt_ms(5, now_ms=0, since_ms=0, jitter=0.999)
    assert early is not None
    assert late is not None
    assert late > 1.4 * early
