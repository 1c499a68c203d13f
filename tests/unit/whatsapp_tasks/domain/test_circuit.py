"""The circuit breaker as a value."""

from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.circuit import CLOSED, Circuit, CircuitRules, Phase

RULES = CircuitRules()
MINUTE = 60_000


def failing(circuit: Circuit, times: int, now_ms: int) -> Circuit:
    for _ in range(times):
        circuit = circuit.after_failure(RULES, now_ms)
    return circuit


def test_five_failures_are_borne_and_the_sixth_opens_for_five_minutes() -> None:
    five = failing(CLOSED, 5, 0)
    assert five.phase(0) is Phase.CLOSED
    six = five.after_failure(RULES, 0)
    assert six.phase(5 * MINUTE - 1) is Phase.OPEN
    assert six.phase(5 * MINUTE) is Phase.PROBE


def test_a_probe_that_fails_opens_for_longer_up_to_an_hour() -> None:
    circuit, now, minutes = failing(CLOSED, 6, 0), 0, []
    for _ in range(7):
        minutes.append((circuit.open_until_ms - now) // MINUTE)
        now = circuit.open_until_ms
        circuit = circuit.after_failure(RULES, now)
    assert minutes == [5, 10, 20, 40, 60, 60, 60]


def test_failures_while_it_is_open_change_nothing() -> None:
    circuit = failing(CLOSED, 6, 0)
    assert circuit.after_failure(RULES, 1) is circuit


def test_after_a_success_the_count_and_the_time_begin_again() -> None:
    assert failing(CLOSED, 6, 0).openings == 1
    assert failing(CLOSED, 5, 0).phase(0) is Phase.CLOSED


def test_it_can_be_opened_for_another_cause() -> None:
    assert CLOSED.opened(RULES, 0).phase(0) is Phase.OPEN


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4_000_000)), max_size=60))
def test_it_is_open_only_after_more_than_five_failures_in_a_row(
    ends: list[tuple[bool, int]],
) -> None:
    circuit, now, in_row = CLOSED, 0, 0
    for good, later in ends:
        now += later
        if circuit.phase(now) is Phase.OPEN:
            continue  # nothing is tried
        circuit = CLOSED if good else circuit.after_failure(RULES, now)
        in_row = 0 if good else in_row + 1
        assert (circuit.phase(now) is Phase.OPEN) == (in_row > 5)
        assert circuit.open_until_ms - now <= 60 * MINUTE
        assert Circuit.from_json(circuit.to_json()) == circuit


@given(st.lists(st.integers(0, 4_000_000), max_size=60))
def test_one_recipient_alone_never_opens_it(pauses: list[int]) -> None:
    """Issue 12, row 10: whatever one recipient or one text causes, and however often it is tried."""
    circuit, now = CLOSED, 0
    for pause in pauses:
        now += pause
        circuit = circuit.after_failure(RULES, now, "ada")
        assert circuit.phase(now) is Phase.CLOSED
        assert Circuit.from_json(circuit.to_json()) == circuit


def test_six_recipients_open_it_however_often_the_first_one_fails() -> None:
    circuit = CLOSED
    for recipient in "aabaacadae":
        circuit = circuit.after_failure(RULES, 0, recipient)
        assert circuit.phase(0) is Phase.CLOSED
    assert circuit.after_failure(RULES, 0, "f").phase(0) is Phase.OPEN


def test_a_probe_of_one_recipient_does_not_open_it_again_and_a_second_one_does() -> None:
    opened = CLOSED
    for recipient in "abcdef":
        opened = opened.after_failure(RULES, 0, recipient)
    now = opened.open_until_ms
    probed = opened.after_failure(RULES, now, "a").after_failure(RULES, now, "a")
    assert probed.phase(now) is Phase.PROBE
    again = probed.after_failure(RULES, now, "b")
    assert (again.openings, again.open_until_ms - now) == (2, 10 * MINUTE)


def test_a_circuit_of_an_earlier_version_is_read() -> None:
    assert Circuit.from_json('{"failures": 2, "openings": 0, "open_until_ms": 0}') == Circuit(2)
