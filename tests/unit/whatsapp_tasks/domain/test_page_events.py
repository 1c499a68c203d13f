"""What each page means to a session in each state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.looks import BAN_DIALOG, BAN_SCREEN, DIALOG, LOADING, MAIN, QR, UNKNOWN, page
from whatsapp_tasks.domain.page_events import KnownSession, Sight, sight_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.restrictions import Restriction, RestrictionKind
from whatsapp_tasks.domain.states import MAY_SEND, SessionEvent, SessionState, next_state
from whatsapp_tasks.errors import IllegalTransition

S, E = SessionState, SessionEvent
NOW = 1_000_000
LINKED = [S.AUTHENTICATED, S.RESTRICTED, S.CIRCUIT_OPEN]


def see(
    look: PageSnapshot, before: KnownSession, *, unknown_seconds: float = 0, now_ms: int = NOW
) -> Sight | None:
    return sight_of(look, before, now_ms=now_ms, unknown_seconds=unknown_seconds, quarantine_seconds=30)


def fresh(state: SessionState, **more: object) -> KnownSession:
    return KnownSession(state, NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("look", [MAIN, UNKNOWN, LOADING, QR, BAN_SCREEN, page("temporary_ban")])
def test_no_page_leads_out_of_a_ban(look: PageSnapshot) -> None:
    assert see(look, KnownSession(S.BANNED, 0), unknown_seconds=999) is None


@pytest.mark.parametrize("state", sorted(set(S) - {S.BANNED, S.SUSPECTED_BAN}))
def test_a_ban_text_is_a_signal_at_once_in_any_state(state: SessionState) -> None:
    assert see(BAN_SCREEN, fresh(state)) == Sight(E.BAN_SIGNAL, "ban_text_and_chat_list_missing")
    assert see(BAN_DIALOG, fresh(state)) == Sight(E.BAN_SIGNAL, "ban_text")


@pytest.mark.parametrize("state", LINKED)
def test_a_missing_chat_list_is_a_signal_when_it_stays_away(state: SessionState) -> None:
    assert see(UNKNOWN, fresh(state), unknown_seconds=1.9) is None
    assert see(UNKNOWN, fresh(state), unknown_seconds=2) == Sight(E.BAN_SIGNAL, "chat_list_missing")


@pytest.mark.parametrize("state", [S.INIT, S.QR_PENDING, S.ATTENTION])
def test_before_the_chat_list_was_there_it_is_a_page_nobody_knows(state: SessionState) -> None:
    assert see(UNKNOWN, fresh(state), unknown_seconds=9.9) is None
    assert see(UNKNOWN, fresh(state), unknown_seconds=10) == Sight(E.PAGE_UNKNOWN, "page_unknown")


@pytest.mark.parametrize(
    ("look", "sight"),
    [
        (BAN_SCREEN, Sight(E.BAN_CONFIRMED, "ban_text_and_chat_list_missing")),
        (BAN_DIALOG, None),
        (UNKNOWN, Sight(E.PAGE_UNKNOWN, "chat_list_missing")),
        (MAIN, Sight(E.LOGGED_IN, "a_flicker")),
        (QR, Sight(E.LOGGED_OUT, "unexpected_logout")),
        (LOADING, None),
    ],
)
def test_the_second_look(look: PageSnapshot, sight: Sight | None) -> None:
    suspected = KnownSession(S.SUSPECTED_BAN, NOW - 30_000, was_linked=True)
    assert see(look, suspected) == sight
    assert see(look, KnownSession(S.SUSPECTED_BAN, NOW - 29_999)) is None


def test_a_flicker_goes_back_to_an_open_circuit_and_to_a_restriction() -> None:
    lock = Restriction(RestrictionKind.NEW_CHATS_LOCKED, NOW - 1000)
    suspected = KnownSession(S.SUSPECTED_BAN, NOW - 30_000, circuit_open=True)
    assert see(MAIN, suspected) == Sight(E.FAILURES_IN_ROW, "circuit_open_still")
    suspected = KnownSession(S.SUSPECTED_BAN, NOW - 30_000, restriction=lock)
    assert see(MAIN, suspected) == Sight(E.RESTRICTION_SEEN, "new_chats_locked", lock)


def test_a_logout_is_unexpected_also_when_it_is_found_after_a_restart() -> None:
    assert see(QR, fresh(S.INIT)) == Sight(E.QR_SHOWN, "link_a_phone")
    assert see(QR, fresh(S.INIT, was_linked=True)) == Sight(E.LOGGED_OUT, "unexpected_logout")
    assert see(QR, fresh(S.AUTHENTICATED, was_linked=True)) == Sight(E.LOGGED_OUT, "unexpected_logout")


def test_a_logout_that_a_person_asked_for_is_none_unexpected() -> None:
    assert see(QR, fresh(S.AUTHENTICATED)) == Sight(E.LOGGED_OUT, "logged_out")
    assert see(QR, fresh(S.QR_PENDING)) == Sight(E.QR_SHOWN, "link_a_phone")


def test_a_lock_ends_when_it_was_not_seen_for_long() -> None:
    lock = Restriction(RestrictionKind.NEW_CHATS_LOCKED, NOW)
    held, over = NOW + 599_999, NOW + 600_000
    assert see(MAIN, fresh(S.RESTRICTED, restriction=lock), now_ms=held) == Sight(
        E.RESTRICTION_SEEN, "new_chats_locked", lock
    )
    assert see(MAIN, fresh(S.RESTRICTED, restriction=lock), now_ms=over) == Sight(
        E.LOGGED_IN, "chat_list_shown"
    )


def test_a_temporary_ban_is_over_when_the_chat_list_is_there() -> None:
    ban = Restriction(RestrictionKind.TEMPORARY_BAN, NOW, NOW + 86_400_000, "104")
    assert see(MAIN, fresh(S.RESTRICTED, restriction=ban)) == Sight(E.LOGGED_IN, "chat_list_shown")


def test_an_open_circuit_is_not_closed_by_a_page_that_looks_fine() -> None:
    assert see(MAIN, fresh(S.CIRCUIT_OPEN, circuit_open=True)) is None
    assert see(MAIN, fresh(S.INIT, circuit_open=True)) == Sight(E.FAILURES_IN_ROW, "circuit_open_still")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("unsupported", "unsupported_browser"),
        ("service_unavailable", "service_unavailable"),
        ("client_expired", "client_expired"),
        ("proxy_blocked", "proxy_blocked"),
        ("disk_full", "disk_full"),
    ],
)
def test_pages_that_need_a_person(text: str, reason: str) -> None:
    assert see(page(text), fresh(S.AUTHENTICATED)) == Sight(E.PAGE_UNKNOWN, reason)


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        (page(chat_pane=True, dialogs=[DIALOG]), "unknown_dialog"),
        (page("use_here", chat_pane=True), "used_elsewhere"),
    ],
)
def test_what_covers_the_chats_needs_a_person_when_it_stays(look: PageSnapshot, reason: str) -> None:
    assert see(look, fresh(S.AUTHENTICATED), unknown_seconds=9.9) is None
    assert see(look, fresh(S.AUTHENTICATED), unknown_seconds=10) == Sight(E.PAGE_UNKNOWN, reason)


PAGES = [
    MAIN,
    UNKNOWN,
    LOADING,
    QR,
    BAN_SCREEN,
    BAN_DIALOG,
    page("temporary_ban"),
    page("restricted", chat_pane=True),
    page("offline"),
    page("use_here"),
    page("service_unavailable"),
]


@given(st.lists(st.tuples(st.sampled_from(PAGES), st.integers(0, 40), st.booleans()), max_size=40))
def test_whatever_is_seen_the_account_sends_only_after_a_sight_of_its_chat_list(
    looks: list[tuple[PageSnapshot, int, bool]],
) -> None:
    """Walks a session through pages as a worker does; a ban, once confirmed, is never left."""
    state, since, now, banned = S.INIT, 0, 0, False
    for look, seconds, circuit_open in looks:
        now += seconds * 1000
        before = KnownSession(state, since, circuit_open=circuit_open)
        sight = see(look, before, unknown_seconds=seconds if look is UNKNOWN else 0, now_ms=now)
        if sight is None:
            continue
        try:
            after = next_state(state, sight.event)
        except IllegalTransition:
            continue
        if after in MAY_SEND and state not in MAY_SEND:
            assert look.chat_pane
            assert not circuit_open
            assert not look.texts & {"ban", "restricted", "temporary_ban"}
        banned = banned or after is S.BANNED
        assert not banned or after is S.BANNED
        if after is not state:
            state, since = after, now
