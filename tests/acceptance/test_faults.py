"""The short form of the campaign of faults; `make faults` runs the long one."""

import pytest
from rich.console import Console

from bench import faults


@pytest.mark.timeout(600)
def test_no_message_is_lost_doubled_or_told_wrongly_while_faults_strike() -> None:
    """Each kind of fault is drawn by the seed; what they hit is up to the clock."""
    assert faults.run(messages=60, faults=15, seed=7, era="E3", fsync="always", console=Console()) == 0
