"""Temporary bans and locks: codes, times, what may still be sent."""

from dataclasses import replace

import pytest

from tests.support.looks import DIALOG, MAIN, page
from whatsapp_simulator.skin_texts import texts
from whatsapp_tasks.domain.restrictions import (
    LockScope,
    Permission,
    Restriction,
    RestrictionKind,
    permission,
    restriction_on,
    still_or_anew,
    tells_more,
)
from whatsapp_tasks.domain.states import SessionState

NOW = 1_000_000
LOCK = Restriction(RestrictionKind.NEW_CHATS_LOCKED, NOW)
BAN = Restriction(RestrictionKind.TEMPORARY_BAN, NOW, NOW + 60_000, "104")


@pytest.mark.parametrize("lang", ["en", "pt", "es"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ban_101", "101"),
        ("ban_102", "102"),
        ("ban_103", "103"),
        ("ban_104", "104"),
        ("ban_106", "106"),
        ("ban_other", "other"),
    ],
)
def test_the_reason_is_recognised_by_whatsapps_code(lang: str, text: str, code: str) -> None:
    words = texts("E3", lang)
    screen = f"{words[text]} {words['ban_duration']}".format(phone="+1 202", duration="01:00:00")
    found = restriction_on(page("temporary_ban", screen=screen), NOW)
    assert found == Restriction(RestrictionKind.TEMPORARY_BAN, NOW, NOW + 3_600_000, code)
    assert found.reason == f"temporary_ban_{code}"


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("23:59:59", 86399),
        ("05:00", 300),
        ("2 days", 172_800),
        ("1 hour 30 minutes", 5400),
        ("12 horas", 43_200),
        ("soon", None),
    ],
)
def test_the_time_is_parsed_where_there_is_one(duration: str, seconds: int | None) -> None:
    screen = f"You'll be able to use WhatsApp again in {duration}"
    found = restriction_on(page("temporary_ban", screen=screen), NOW)
    assert found is not None
    assert found.until_ms == (None if seconds is None else NOW + seconds * 1000)


def test_it_is_read_from_a_dialog_as_well() -> None:
    dialog = {**DIALOG, "text": "because too many people blocked you. again in 01:00:00"}
    found = restriction_on(page("temporary_ban", screen="", dialogs=[dialog]), NOW)
    assert found is not None
    assert (found.code, found.until_ms) == ("102", NOW + 3_600_000)


def test_locks_of_new_chats() -> None:
    assert restriction_on(page("restricted", chat_pane=True), NOW) == LOCK
    used_up = restriction_on(page("new_chats_used_up", chat_pane=True), NOW)
    assert used_up == Restriction(RestrictionKind.NEW_CHATS_USED_UP, NOW)
    assert restriction_on(MAIN, NOW) is None


@pytest.mark.parametrize("lang", ["en", "pt", "es"])
def test_the_dialog_of_a_lock_tells_its_end(lang: str) -> None:
    """Issue 16, part 7; whatsapp-web.md, 10.6: "The dialog shows a timer"."""
    words = texts("E3", lang)
    said = f"{words['restricted_modal_1']} {words['restricted_modal_2']} 11:59:58"
    dialog = {**DIALOG, "title": words["restricted_modal_account"], "text": said, "texts": ["restricted"]}
    found = restriction_on(page("restricted", chat_pane=True, dialogs=[dialog]), NOW)
    assert found == replace(LOCK, until_ms=NOW + 43_198_000, scope=LockScope.ACCOUNT)
    foreign = {**dialog, "texts": []}
    assert restriction_on(page("restricted", chat_pane=True, dialogs=[foreign]), NOW) == LOCK


@pytest.mark.parametrize(
    ("also", "scope"),
    [
        ([], LockScope.ACCOUNT),
        (["restricted_web"], LockScope.WEB),
        (["restricted_linked_devices"], LockScope.LINKED_DEVICES),
    ],
)
def test_titles_tell_what_the_lock_is_about(also: list[str], scope: LockScope) -> None:
    dialog = {**DIALOG, "texts": ["restricted", *also]}
    found = restriction_on(page("restricted", chat_pane=True, dialogs=[dialog]), NOW)
    assert found is not None
    assert found.scope is scope


def test_json_keeps_all() -> None:
    for restriction in (LOCK, BAN, replace(LOCK, until_ms=NOW + 1, scope=LockScope.WEB)):
        assert Restriction.from_json(restriction.to_json()) == restriction


def test_looks_do_not_put_the_end_of_a_ban_off() -> None:
    later = Restriction(BAN.kind, NOW + 5000, NOW + 65_000, BAN.code)
    assert still_or_anew(BAN, later) is BAN
    over = Restriction(BAN.kind, NOW + 61_000, NOW + 121_000, BAN.code)
    assert still_or_anew(BAN, over) is over
    assert still_or_anew(LOCK, later) == later
    assert still_or_anew(None, LOCK) is LOCK


def test_the_last_sight_of_a_lock_is_noted_each_half_minute() -> None:
    soon, later = (Restriction(LOCK.kind, NOW + ms) for ms in (29_999, 30_000))
    assert still_or_anew(LOCK, soon) is LOCK
    assert still_or_anew(LOCK, later) == later


def test_end_and_scope_of_a_lock_stay_until_they_are_seen_again() -> None:
    told = replace(LOCK, until_ms=NOW + 3_600_000, scope=LockScope.WEB)
    assert still_or_anew(LOCK, told) == told
    plain = replace(LOCK, seen_ms=NOW + 40_000)
    assert still_or_anew(told, plain) == replace(told, seen_ms=NOW + 40_000)
    assert still_or_anew(told, replace(told, seen_ms=NOW + 900, until_ms=NOW + 3_600_900)) is told
    sooner = replace(told, seen_ms=NOW + 900, until_ms=NOW + 60_000)
    assert still_or_anew(told, sooner) == sooner
    over = replace(LOCK, seen_ms=NOW + 3_600_000)
    assert still_or_anew(told, over) == replace(over, scope=LockScope.WEB)
    assert tells_more(LOCK, told)
    assert not tells_more(told, replace(told, seen_ms=NOW + 40_000))
    assert not tells_more(None, told)
    assert not tells_more(BAN, told)


@pytest.mark.parametrize("state", sorted(SessionState))
@pytest.mark.parametrize("restriction", [None, LOCK, BAN])
@pytest.mark.parametrize("allowed", [True, False])
def test_what_may_be_sent(state: SessionState, restriction: Restriction | None, allowed: bool) -> None:
    expected = Permission.NOTHING
    if state is SessionState.AUTHENTICATED:
        expected = Permission.ALL
    elif state is SessionState.RESTRICTED and restriction is LOCK and allowed:
        expected = Permission.REPLIES

    def answer(*, paused: bool, worker_runs: bool) -> Permission:
        return permission(
            state,
            restriction,
            paused=paused,
            worker_runs=worker_runs,
            replies_when_restricted=allowed,
        )

    assert answer(paused=False, worker_runs=True) is expected
    assert answer(paused=True, worker_runs=True) is Permission.NOTHING
    assert answer(paused=False, worker_runs=False) is Permission.NOTHING
