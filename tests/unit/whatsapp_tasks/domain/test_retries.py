"""Retries: the decision after a failed attempt."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks import errors
from whatsapp_tasks.domain.faults import FEW_ATTEMPTS, MAX_ATTEMPTS
from whatsapp_tasks.domain.retries import (
    AT_ONCE,
    FIRST_DELAY_SECONDS,
    LONGEST_DELAY_SECONDS,
    MAX_SETTLES,
    MAX_UNREACHABLE,
    RetryDecision,
    decide_again,
    decide_retry,
    decide_settle,
)

BEFORE_ENTER = [
    errors.SendPostponed("chat_not_opened", "x"),
    errors.BrowserDied(),
    errors.BrowserTimeout(),
    errors.BrowserStartFailed(),
    errors.WaitTimeout(),
    errors.PageChanged(),
    errors.PageError(),
]
attempts = st.integers(1, 10_000)
jitters = st.floats(0, 1, exclude_max=True)


@given(attempts, jitters)
def test_what_may_have_been_sent_is_never_typed_again(attempt: int, jitter: float) -> None:
    decision = decide_retry(errors.SendUnsettled("bubble_not_seen", "x"), attempt, jitter=jitter)
    assert decision == RetryDecision("unknown", "bubble_not_seen")


@given(attempts, jitters)
def test_what_is_refused_fails_at_once_under_its_own_code(attempt: int, jitter: float) -> None:
    decision = decide_retry(errors.SendRefused("not_on_whatsapp", "x"), attempt, jitter=jitter)
    assert decision == RetryDecision("fail", "not_on_whatsapp")


@pytest.mark.parametrize("error", BEFORE_ENTER, ids=lambda error: type(error).__name__)
def test_what_came_before_enter_is_tried_again_until_the_last_attempt(error: errors.BrowserError) -> None:
    actions = [decide_retry(error, attempt, jitter=0.5).action for attempt in range(1, MAX_ATTEMPTS + 2)]
    assert actions == ["retry"] * (MAX_ATTEMPTS - 1) + ["fail", "fail"]


def test_a_failure_of_the_browser_has_a_code_too() -> None:
    assert decide_retry(errors.BrowserDied(), MAX_ATTEMPTS, jitter=0).code == "browser_failed"


def test_delays_double_from_the_first() -> None:
    delays = [decide_retry(errors.BrowserDied(), n, jitter=0.5).delay_seconds for n in range(1, MAX_ATTEMPTS)]
    assert delays[0] == FIRST_DELAY_SECONDS
    assert all(
        later == min(2 * sooner, LONGEST_DELAY_SECONDS) for sooner, later in itertools.pairwise(delays)
    )


@given(st.integers(1, MAX_ATTEMPTS - 1), jitters)
def test_jitter_spreads_a_delay_by_a_quarter_each_way(attempt: int, jitter: float) -> None:
    middle = decide_retry(errors.BrowserDied(), attempt, jitter=0.5).delay_seconds
    delay = decide_retry(errors.BrowserDied(), attempt, jitter=jitter).delay_seconds
    assert 0.75 * middle <= delay <= 1.25 * middle


@pytest.mark.parametrize(
    "error",
    [
        errors.SendPostponed("page_offline", "offline"),
        errors.SendPostponed("chat_not_opened", "closed"),
        errors.BrowserDied(),
    ],
)
def test_with_an_open_intent_nothing_but_the_chat_leads_back_to_typing(
    error: errors.SendError | errors.BrowserError,
) -> None:
    actions = [decide_settle(error, tried, jitter=0.5).action for tried in range(1, MAX_SETTLES + 2)]
    assert actions == ["settle"] * MAX_SETTLES + ["unknown"]


@pytest.mark.parametrize("code", ["wrong_chat", "not_on_whatsapp"])
def test_a_chat_that_its_recipient_keeps_shut_is_given_up_soon_for_the_others_wait(code: str) -> None:
    error = errors.SendPostponed(code, "x")
    actions = [decide_settle(error, tried, jitter=0.5).action for tried in range(1, MAX_UNREACHABLE + 2)]
    assert actions == ["settle"] * MAX_UNREACHABLE + ["unknown"]


def test_a_text_that_the_page_does_not_keep_fails_after_a_few_tries_with_pauses_between() -> None:
    """Issue 12, row 10."""
    error = errors.SendPostponed("text_not_kept", "x")
    decisions = [decide_retry(error, 7 + n, jitter=0.5, same_before=n) for n in range(FEW_ATTEMPTS)]
    assert [d.action for d in decisions] == ["retry"] * (FEW_ATTEMPTS - 1) + ["fail"]
    assert all(d.delay_seconds >= FIRST_DELAY_SECONDS for d in decisions[:-1])
    assert decisions[-1].code == "text_not_kept"


def test_what_the_bubble_itself_says_is_believed() -> None:
    refused = errors.SendRefused("whatsapp_refused", "the bubble says so")
    assert decide_settle(refused, 1, jitter=0).action == "fail"
    pending = errors.SendUnsettled("still_pending", "the clock stays")
    assert decide_settle(pending, 1, jitter=0).action == "unknown"


def test_what_was_certainly_not_sent_is_typed_again_at_once_then_with_pauses_and_not_for_ever() -> None:
    """Issue 12, row 10: typed again and again."""
    decisions = [decide_again(attempts, "not_in_chat") for attempts in range(1, MAX_ATTEMPTS + 1)]
    assert [d.action for d in decisions] == ["retry"] * (MAX_ATTEMPTS - 1) + ["fail"]
    delays = [d.delay_seconds for d in decisions[:-1]]
    assert delays[: AT_ONCE - 1] == [0.0] * (AT_ONCE - 1)
    assert delays[AT_ONCE - 1] == FIRST_DELAY_SECONDS
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY_SECONDS


@pytest.mark.parametrize(("tried", "seconds"), [(1, 2.0), (2, 4.0), (3, 8.0), (9, 60.0)])
def test_looks_at_an_open_attempt_are_further_apart_each_time(tried: int, seconds: float) -> None:
    """Found by `make mutants`."""
    error = errors.SendPostponed("page_offline", "")
    assert decide_settle(error, tried, jitter=0.5) == RetryDecision("settle", "page_offline", seconds)
    assert decide_settle(error, tried, jitter=0.0).delay_seconds == seconds * 0.75


def test_a_number_that_is_not_found_says_nothing_of_an_open_attempt() -> None:
    """Found by `make mutants`: of refusals, the bubble's own alone ends an attempt as failed."""
    refused = errors.SendRefused("not_on_whatsapp", "")
    assert decide_settle(refused, 1, jitter=0.5).action == "settle"
    assert decide_settle(refused, 9, jitter=0.5).action == "unknown"


@pytest.mark.parametrize("attempts", [1, 5, 20])
def test_what_is_tried_again_says_why(attempts: int) -> None:
    """Found by `make mutants`."""
    assert decide_again(attempts, "not_in_chat").code == "not_in_chat"
