"""The order of the tests for several processes (tests/support/balance.py)."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.support.balance import SECONDS, balanced

PATHS = st.lists(
    st.tuples(
        st.sampled_from([*SECONDS, "unit"]), st.sampled_from(["one", "two"]), st.sampled_from(["a", "b"])
    )
).map(sorted)


def path_of(item: tuple[int, Sequence[str]]) -> Sequence[str]:
    return item[1]


@given(PATHS, st.integers(2, 6))
def test_every_test_runs_once(paths: list[tuple[str, ...]], parts: int) -> None:
    items = list(enumerate(paths))
    assert sorted(balanced(items, path_of, parts)) == items


def test_each_process_begins_with_its_part_of_the_long_tests() -> None:
    long = [("acceptance", f"test_{n}.py") for n in range(4) for _ in range(3)]
    short = [("unit", "test_quick.py")] * 400
    ordered = balanced(list(enumerate([*long, *short])), path_of, 4)
    quarter = len(ordered) // 4
    for part in range(4):
        first = [path for _, path in ordered[part * quarter : part * quarter + 3]]
        assert len(set(first)) == 1
        assert first[0][0] == "acceptance"


def test_what_shares_a_browser_stays_together_and_in_order() -> None:
    items = list(enumerate([("browser", "pages", f"test_{n}.py") for n in range(20)]))
    assert [item for item in balanced(items, path_of, 3) if item[1][1] == "pages"] == items
