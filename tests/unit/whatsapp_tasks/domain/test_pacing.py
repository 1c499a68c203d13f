"""The pause between two messages."""

import pytest

from whatsapp_tasks.domain.pacing import pause_seconds


@pytest.mark.parametrize(
    ("least", "jitter", "share", "seconds"), [(0, 0, 0.9, 0), (5, 0, 0.9, 5), (5, 4, 0, 5), (5, 4, 0.5, 7)]
)
def test_it_is_the_least_and_a_share_of_the_jitter(
    least: float, jitter: float, share: float, seconds: float
) -> None:
    assert pause_seconds(least, jitter, share) == seconds
