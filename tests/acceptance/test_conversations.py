"""Issue 16, "Must show" 1, the short form; all of it is ``make test-conversations``."""

from pathlib import Path

import pytest
from rich.console import Console

from bench.conversations import Plan, play


@pytest.mark.timeout(900)  # generous: a busy machine is slow, not wrong
def test_messages_of_others_are_received_once_and_in_order_while_faults_strike(tmp_path: Path) -> None:
    """What the faults hit is up to the clock."""
    verdict = play(tmp_path, Plan(incoming=14, chats=7, outgoing=3, faults=2, seed=38), Console())
    assert verdict.last_line() == "received: 14 missed and untold: 0 doubled: 0 out of order: 0"
