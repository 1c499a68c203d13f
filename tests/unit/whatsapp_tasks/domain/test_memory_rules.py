"""When a browser is restarted for its memory, and when that is no cure."""

from whatsapp_tasks.domain.memory_rules import TreeUse, restarts_are_no_cure, too_large

HEALTHY = TreeUse(pss_mb=470, anon_mb=215, exact=True)  # measured, an hour's sending on the simulator


def test_a_healthy_browser_is_left_alone_by_default_and_restarted_if_file_pages_count() -> None:
    assert not too_large(HEALTHY)
    assert too_large(HEALTHY, "pss")


def test_the_limit_itself_is_not_above_it() -> None:
    assert not too_large(TreeUse(900, 400.0, True))
    assert too_large(TreeUse(900, 400.1, True))


def test_a_sum_of_rss_is_never_compared() -> None:
    assert not too_large(TreeUse(pss_mb=957, anon_mb=159, exact=False), "pss")


def test_three_restarts_in_two_minutes_are_borne() -> None:
    assert not restarts_are_no_cure([], 0)
    assert not restarts_are_no_cure([0, 10], 20)
    assert restarts_are_no_cure([0, 10, 20], 30)
    assert not restarts_are_no_cure([0, 10, 20], 121)
