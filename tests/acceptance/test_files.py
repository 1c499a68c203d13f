"""Files through a worker's own process; what may befall one is in tests/browser/worker/test_files.py."""

from collections.abc import Callable

from bench.files import GROWS_AT_MOST, Peak, received_otherwise, sent
from tests.support.files import MIB
from tests.support.stack import Stack


def test_a_large_file_passes_a_worker_in_pieces(new_stack: Callable[..., Stack]) -> None:
    """Issue 15, "Must show" 3."""
    stack = new_stack().start("worker")
    stack.link()
    first = sent(stack, 1, MIB)  # whatever a first file loads into the process
    with Peak(stack.process("worker")) as peak:
        second = sent(stack, 2, 60 * MIB)
    assert received_otherwise(stack, [first, second]) == 0
    assert peak.highest - peak.before < GROWS_AT_MOST
