"""The daily cap: days of the account's own zone, days active, pauses of weeks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.daily_cap import CapRules, Warmth, day_starts_ms, local_day, places

RULES = CapRules()
FIRST = date(2026, 1, 1)


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("days", "cap"), [(0, 100), (1, 150), (10, 600), (37, 1950), (38, 2000), (400, 2000)]
)
def test_the_blueprints_formula(days: int, cap: int) -> None:
    assert RULES.cap(days) == cap
    assert RULES.new_chats(days) == cap / 2


def test_any_cap_leaves_a_new_chat() -> None:
    assert CapRules(base=1, step=0).new_chats(0) == 1
    assert CapRules(new_chats_share=0).new_chats(0) == 0


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", date(2026, 3, 1)),
        ("Pacific/Auckland", date(2026, 3, 2)),
        ("America/Los_Angeles", date(2026, 3, 1)),
    ],
)
def test_the_day_is_that_of_the_accounts_place(zone: str, day: date) -> None:
    assert local_day(ms(2026, 3, 1, 18), ZoneInfo(zone)) == day


def test_days_of_23_and_25_hours_have_their_own_midnights() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)):
        length = day_starts_ms(day + timedelta(days=1), berlin) - day_starts_ms(day, berlin)
        assert length == hours * 3_600_000


def test_a_year_of_daily_use_reaches_the_highest_cap_after_38_days_and_stays() -> None:
    warmth, caps = Warmth.first(FIRST), []
    for number in range(365):
        today = FIRST + timedelta(days=number)
        caps.append(RULES.cap(warmth.days_on(today, RULES)))
        warmth = warmth.used_on(today, RULES)
    assert caps[:38] == [100 + 50 * number for number in range(38)]
    assert set(caps[38:]) == {2000}


def test_a_year_with_pauses() -> None:
    """Used for 30 days; two weeks' pause takes 14 days back; a week's does not; a month's takes 30 back."""
    warmth = Warmth(30, FIRST)
    assert warmth.days_on(FIRST + timedelta(days=7), RULES) == 37
    assert warmth.days_on(FIRST + timedelta(days=13), RULES) == 43
    assert warmth.days_on(FIRST + timedelta(days=14), RULES) == 16
    assert warmth.days_on(FIRST + timedelta(days=30), RULES) == 0
    assert warmth.days_on(FIRST + timedelta(days=365), RULES) == 0
    again = warmth.used_on(FIRST + timedelta(days=14), RULES)
    assert again == Warmth(16, FIRST + timedelta(days=14))
    assert again.days_on(FIRST + timedelta(days=15), RULES) == 17


def test_a_clock_that_is_set_back_changes_nothing() -> None:
    warmth = Warmth(5, FIRST)
    assert warmth.used_on(FIRST - timedelta(days=400), RULES) is warmth
    assert warmth.days_on(FIRST - timedelta(days=400), RULES) == 5


@given(st.lists(st.integers(0, 40), max_size=100))
def test_the_cap_never_grows_faster_than_a_step_a_day(gaps: list[int]) -> None:
    warmth, day, cap = Warmth.first(FIRST), FIRST, RULES.cap(0)
    for gap in gaps:
        day += timedelta(days=gap)
        now = RULES.cap(warmth.days_on(day, RULES))
        assert RULES.base <= now <= min(cap + RULES.step * gap, RULES.highest)
        warmth, cap = warmth.used_on(day, RULES), now


def test_places_begin_today_and_grow_with_the_days() -> None:
    zone = ZoneInfo("Europe/Berlin")
    found = list(places(Warmth.first(FIRST), ms(2026, 1, 1, 12), zone, RULES, 3))
    assert [(each.day, each.cap, each.new_chats) for each in found] == [
        (date(2026, 1, 1), 100, 50),
        (date(2026, 1, 2), 150, 75),
        (date(2026, 1, 3), 200, 100),
    ]
    assert found[1].starts_ms == ms(2026, 1, 1, 23)


def test_an_account_that_was_never_authenticated_has_the_places_of_its_first_day() -> None:
    assert {each.cap for each in places(None, ms(2026, 1, 1), UTC, RULES, 60)} == {100}
