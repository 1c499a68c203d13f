"""Checks of numbers (issue 16, part 6): "unknown" whenever nothing is certain, and pauses like a person's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.chat_snapshot import Chat, Compose
from whatsapp_tasks.domain.faults import FAULTS
from whatsapp_tasks.domain.number_checks import (
    LONGEST_REST_SECONDS,
    NOT_REGISTERED,
    REGISTERED,
    Answer,
    HeldBy,
    NumberResult,
    Reason,
    finding_in,
    finding_of,
    held_by,
    learned_from,
    most_waiting,
    rest_seconds,
    unknown,
)
from whatsapp_tasks.domain.restrictions import Permission
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import SendError, SendPostponed, SendRefused, SendUnsettled

CODES = st.sampled_from([*sorted(FAULTS), "lookup_unavailable", "page_offline"]) | st.text(max_size=20)
ERRORS = st.sampled_from([SendError, SendPostponed, SendRefused, SendUnsettled])


def chat(**shown: Any) -> Chat:
    return Chat(**{"title": "Ada", "compose": None, "notice": "", "bubbles": (), "panel": True, **shown})


@given(ERRORS, CODES, st.booleans())
def test_only_a_refusal_because_of_the_number_says_that_it_is_not_registered(
    kind: type[SendError], code: str, written_before: bool
) -> None:
    """Half-loaded, offline, covered by an unknown dialog, wrong chat, or any code to come: "unknown"."""
    finding = finding_of(kind(code, "…"), written_before=written_before)
    if (kind, code, written_before) == (SendRefused, "not_on_whatsapp", False):
        assert finding == NOT_REGISTERED
    else:
        assert finding.result is NumberResult.UNKNOWN
        assert finding.reason in {code, Reason.WRITTEN_BEFORE}


def test_a_number_that_was_written_to_is_not_given_up_for_one_look_up() -> None:
    refused = SendRefused("not_on_whatsapp", "…")
    assert finding_of(refused, written_before=True) == unknown(Reason.WRITTEN_BEFORE)


def test_an_open_chat_is_registered_also_where_it_cannot_be_written_to_but_not_half_of_one() -> None:
    box = Compose("", focused=True, x=1, y=2)
    assert finding_in(chat(compose=box)) == REGISTERED
    assert finding_in(chat(notice="You blocked this contact")) == REGISTERED
    assert finding_in(chat()) == unknown(Reason.HALF_LOADED)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("code", [None, "not_on_whatsapp", "recipient_blocked"])
def test_a_message_says_something_of_its_number_only_when_it_was_delivered_or_refused_for_it(
    status: Status, code: str | None
) -> None:
    expected = {
        Status.DELIVERED: NumberResult.REGISTERED,
        Status.READ: NumberResult.REGISTERED,
        Status.FAILED: NumberResult.NOT_REGISTERED if code == "not_on_whatsapp" else None,
    }.get(status)
    assert learned_from(status, code) is expected


@given(
    st.sampled_from(NumberResult),
    st.integers(0, 2**53),
    st.text(st.characters(categories=["Ll", "Nd"], include_characters="_")),
)
def test_an_answer_is_read_as_it_was_written(result: NumberResult, at_ms: int, reason: str) -> None:
    answer = Answer(result, at_ms, reason)
    assert Answer.from_text(answer.to_text()) == answer
    assert answer.is_fact is (result is not NumberResult.UNKNOWN)


@given(st.sampled_from(Permission), st.integers(0, 5), st.integers(0, 5))
def test_nothing_is_held_up_only_where_all_is_free(sends: Permission, messages: int, left: int) -> None:
    held = held_by(sends, messages, left)
    assert (held is None) is (sends is Permission.ALL and messages == 0 and left > 0)
    assert (held is HeldBy.ACCOUNT) is (sends is not Permission.ALL)


@given(st.floats(0, 5000), st.floats(0, 5000), st.floats(0, 0.99), st.integers(0, 10_000))
def test_the_rest_grows_with_answers_that_say_nothing_and_never_falls_below_the_pause(
    least: float, jitter: float, share: float, unknowns: int
) -> None:
    rest = rest_seconds(least, jitter, share, unknowns)
    pause = rest_seconds(least, jitter, share, 0)
    assert least <= pause <= least + jitter
    assert pause <= rest <= max(pause, LONGEST_REST_SECONDS)
    assert rest <= rest_seconds(least, jitter, share, unknowns + 1)


def test_as_many_may_wait_as_two_months_answer() -> None:
    assert (most_waiting(20), most_waiting(0)) == (1200, 0)
