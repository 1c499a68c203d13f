"""The session's state machine, walked like a story."""

import copy
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.states import (
    MAY_SEND,
    MEANINGS,
    PASSKEY_REQUIRED,
    TRANSITIONS,
    SessionEvent,
    SessionState,
    meaning_of,
    next_state,
)
from whatsapp_tasks.errors import IllegalTransition

S, E = SessionState, SessionEvent


def walk(state: SessionState, *events: SessionEvent) -> list[SessionState]:
    """The states after each event."""
    states = []
    for event in events:
        state = next_state(state, event)
        states.append(state)
    return states


def test_every_state_has_a_row_and_a_meaning() -> None:
    assert set(TRANSITIONS) == set(MEANINGS) == set(SessionState)


def test_a_reason_may_say_more_than_its_state() -> None:
    assert meaning_of(SessionState.ATTENTION, "page_unknown") == MEANINGS[SessionState.ATTENTION]
    assert "whatsapp-tasks passkey" in meaning_of(SessionState.ATTENTION, PASSKEY_REQUIRED)


def test_a_first_day() -> None:
    story = walk(S.INIT, E.STARTED, E.QR_SHOWN, E.QR_SHOWN, E.LOGGED_IN, E.LOGGED_IN)
    assert story == [S.INIT, S.QR_PENDING, S.QR_PENDING, S.AUTHENTICATED, S.AUTHENTICATED]


def test_the_phone_unlinks_the_device_and_links_it_again() -> None:
    assert walk(S.AUTHENTICATED, E.LOGGED_OUT, E.QR_SHOWN, E.LOGGED_IN)[-1] is S.AUTHENTICATED


def test_a_flicker_is_not_a_ban() -> None:
    assert walk(S.AUTHENTICATED, E.BAN_SIGNAL, E.LOGGED_IN) == [S.SUSPECTED_BAN, S.AUTHENTICATED]


def test_a_ban_outlives_restarts_until_a_person_clears_it() -> None:
    story = walk(S.AUTHENTICATED, E.BAN_SIGNAL, E.STARTED, E.BAN_CONFIRMED, E.STARTED, E.PERSON_CLEARED)
    assert story == [S.SUSPECTED_BAN, S.SUSPECTED_BAN, S.BANNED, S.BANNED, S.INIT]


def test_the_circuit_opens_on_failures_and_is_closed_by_its_time_not_by_the_page() -> None:
    story = walk(S.AUTHENTICATED, E.FAILURES_IN_ROW, E.LOGGED_IN, E.STARTED, E.PROBE_ALLOWED)
    assert story == [S.CIRCUIT_OPEN, S.CIRCUIT_OPEN, S.CIRCUIT_OPEN, S.AUTHENTICATED]


def test_a_page_nobody_knows_is_left_as_soon_as_it_is_known() -> None:
    assert walk(S.AUTHENTICATED, E.PAGE_UNKNOWN, E.LOGGED_IN) == [S.ATTENTION, S.AUTHENTICATED]


def test_too_many_failures_open_the_circuit_in_any_state_but_a_ban() -> None:
    for state in set(S) - {S.BANNED}:
        assert next_state(state, E.FAILURES_IN_ROW) is S.CIRCUIT_OPEN


def test_a_suspicion_goes_back_to_where_it_came_from() -> None:
    for event, back in (
        (E.LOGGED_IN, S.AUTHENTICATED),
        (E.RESTRICTION_SEEN, S.RESTRICTED),
        (E.FAILURES_IN_ROW, S.CIRCUIT_OPEN),
        (E.QR_SHOWN, S.QR_PENDING),
        (E.PAGE_UNKNOWN, S.ATTENTION),
    ):
        assert walk(back, E.BAN_SIGNAL, event) == [S.SUSPECTED_BAN, back]


@given(st.lists(st.sampled_from(sorted(E)), max_size=30))
def test_no_path_comes_to_a_state_that_sends_but_by_a_chat_list_or_a_probe(
    events: list[SessionEvent],
) -> None:
    state = S.INIT
    for event in events:
        try:
            after = next_state(state, event)
        except IllegalTransition:
            continue
        if after in MAY_SEND:
            assert event in {E.LOGGED_IN, E.PROBE_ALLOWED}
            assert state is not S.BANNED
            assert event is not E.PROBE_ALLOWED or state is S.CIRCUIT_OPEN
        state = after


def test_a_restricted_account_may_be_banned_or_freed() -> None:
    assert walk(S.AUTHENTICATED, E.RESTRICTION_SEEN, E.BAN_SIGNAL)[-1] is S.SUSPECTED_BAN
    assert walk(S.AUTHENTICATED, E.RESTRICTION_SEEN, E.LOGGED_IN)[-1] is S.AUTHENTICATED


def test_sending_is_allowed_in_authenticated_alone() -> None:
    assert set(MAY_SEND) == {S.AUTHENTICATED}


@pytest.mark.parametrize("event", sorted(SessionEvent))
def test_only_a_person_leads_out_of_banned(event: SessionEvent) -> None:
    if event is E.PERSON_CLEARED:
        assert next_state(S.BANNED, event) is S.INIT
    elif event in TRANSITIONS[S.BANNED]:
        assert next_state(S.BANNED, event) is S.BANNED
    else:
        with pytest.raises(IllegalTransition):
            next_state(S.BANNED, event)


def test_banned_is_entered_only_by_a_confirmed_suspicion() -> None:
    ways = [
        (s, e)
        for s, row in TRANSITIONS.items()
        for e, to in row.items()
        if to is S.BANNED and s is not S.BANNED
    ]
    assert ways == [(S.SUSPECTED_BAN, E.BAN_CONFIRMED)]


@pytest.mark.parametrize("state", sorted(SessionState))
def test_a_worker_may_start_in_every_state_and_does_not_begin_in_one_that_sends(state: SessionState) -> None:
    assert next_state(state, E.STARTED) not in MAY_SEND


@pytest.mark.parametrize(
    ("state", "event"), [pair for pair in product(S, E) if pair[1] not in TRANSITIONS[pair[0]]]
)
def test_an_event_without_a_row_raises_naming_both_and_changes_nothing(
    state: SessionState, event: SessionEvent
) -> None:
    before = copy.deepcopy(TRANSITIONS)
    with pytest.raises(IllegalTransition, match=rf"\b{state}\b.*\b{event}\b"):
        next_state(state, event)
    assert before == TRANSITIONS


@pytest.mark.parametrize("state", sorted(set(SessionState) - {S.BANNED}))
def test_every_state_but_banned_comes_back_to_authenticated_without_a_person(state: SessionState) -> None:
    seen, todo = {state}, [state]
    while todo:
        for event, after in TRANSITIONS[todo.pop()].items():
            if event is not E.PERSON_CLEARED and after not in seen:
                seen.add(after)
                todo.append(after)
    assert S.AUTHENTICATED in seen
