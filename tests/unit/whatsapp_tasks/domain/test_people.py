import pytest

from whatsapp_tasks.domain.people import other_people


@pytest.mark.parametrize(
    ("user_ids", "people"),
    [
        ([0, 1, 33, 101, 999], set()),  # root and the system's services
        ([1000], set()),  # ourselves
        ([0, 1001, 1000], {1001}),
        ([60001, 100000, 200123456], {60001, 100000, 200123456}),  # homed, containers, a directory
        ([61184, 65519, 65534], set()),  # services of systemd, nobody
    ],
)
def test_whose_processes_are_those_of_people(user_ids: list[int], people: set[int]) -> None:
    """Issue 12, row 12."""
    assert other_people(user_ids, ours=1000) == people


def test_nobody_may_be_anybody() -> None:
    assert other_people([65534], ours=0, nobody_is_anybody=True) == {65534}


def test_root_beside_people() -> None:
    assert other_people([0, 1000], ours=0) == {1000}
