"""Which evidence is thrown away."""

from whatsapp_tasks.session.evidence import outdated
from whatsapp_tasks.stores.evidence import account_of, new_evidence_id, taken_ms


def names(*times: int) -> list[str]:
    return [f"shop/shop_{at:013d}_00000000.{kind}" for at in times for kind in ("jpg", "json")]


def test_the_oldest_over_the_count_go_with_all_their_files() -> None:
    assert outdated(names(5, 1, 9, 7), 2, 0) == names(1, 5)


def test_what_is_too_old_goes_whatever_the_count() -> None:
    assert outdated(names(1, 2, 3), 10, 2) == names(1, 2)


def test_nothing_goes_when_nothing_has_to() -> None:
    assert outdated(names(1, 2), 2, 0) == []
    assert outdated([], 1, 10) == []


def test_a_file_that_is_not_ours_stays() -> None:
    assert outdated(["shop/readme.json", *names(3)], 1, 10) == names(3)


def test_an_id_tells_account_and_time_and_is_not_to_be_guessed() -> None:
    first, second = (new_evidence_id("shop-2", 1_790_000_000_000) for _ in range(2))
    assert first != second
    assert (account_of(first), taken_ms(first)) == ("shop-2", 1_790_000_000_000)
    for wrong in ("", "shop", "../x", "shop_1_2", first + "/", first.upper(), "a_b_1790000000000_00000000"):
        assert account_of(wrong) is None
