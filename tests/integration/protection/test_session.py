"""A session: what it sees, counts, holds and lets go; a real Redis, a page made up."""

from typing import NoReturn

import pytest

from tests.support.looks import BAN_DIALOG, BAN_SCREEN, LOADING, MAIN, PASSKEY, QR, UNKNOWN, page
from tests.support.session_rig import Make, SessionRig
from whatsapp_tasks.domain.circuit import Phase
from whatsapp_tasks.domain.memory_rules import TreeUse
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.errors import (
    BrowserDied,
    BrowserStartFailed,
    BrowserTimeout,
    PageChanged,
    PageError,
    SendError,
    SendPostponed,
    SendRefused,
)
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.pauses import PauseReason


@pytest.fixture
def linked(make_rig: Make) -> SessionRig:
    it = make_rig()
    assert it.see(MAIN) == "AUTHENTICATED"
    assert it.session.delivery.may_send
    return it


# what must hold


def test_a_worker_that_just_started_sends_only_when_it_has_seen_the_chat_list_itself(make_rig: Make) -> None:
    it = make_rig()
    assert not it.session.delivery.may_send
    assert it.see(LOADING) == "INIT"
    assert not it.session.delivery.may_send
    it.see(MAIN)
    assert it.session.delivery.may_send


@pytest.mark.parametrize("reason", sorted(PauseReason))
def test_any_pause_holds(linked: SessionRig, reason: PauseReason) -> None:
    linked.context.pauses.set(reason, "test", 1)
    assert not linked.session.delivery.may_send
    linked.context.pauses.clear(reason, "test", 1)
    assert linked.session.delivery.may_send


def test_a_browser_that_is_gone_holds(linked: SessionRig) -> None:
    linked.keeper.started = False
    assert not linked.session.delivery.may_send


def test_a_session_record_that_is_gone_holds(linked: SessionRig) -> None:
    linked.rig.database.do("DEL", linked.rig.keys.session)
    assert not linked.session.delivery.may_send


def test_a_state_that_a_person_changed_holds_until_it_was_seen_again(linked: SessionRig) -> None:
    linked.see(BAN_SCREEN)
    linked.see(BAN_SCREEN, later_seconds=30)
    linked.context.sessions.apply(SessionEvent.PERSON_CLEARED, 1, reason="test", actor="test", fence=None)
    linked.context.pauses.clear(PauseReason.BAN, "test", 1)
    assert not linked.session.delivery.may_send
    assert linked.see(MAIN) == "AUTHENTICATED"
    assert linked.session.delivery.may_send


def test_memory_above_the_limit_holds(linked: SessionRig) -> None:
    linked.context.memory = TreeUse(900, 401, True)
    assert not linked.session.delivery.may_send


def test_a_redis_that_lost_writes_holds_until_a_person_agrees(linked: SessionRig) -> None:
    linked.rig.database.do("DECRBY", linked.rig.keys.generation, 1)
    assert not linked.session.delivery.may_send
    assert linked.pauses == {"redis"}
    assert not linked.session.delivery.may_send
    linked.context.pauses.clear(PauseReason.REDIS, "test", 1)
    assert linked.session.delivery.may_send


def test_the_pace_holds(make_rig: Make) -> None:
    it = make_rig(pacing_seconds=30)
    it.see(MAIN)
    attempt(it, SendPostponed("paused", "test"))
    assert not it.session.delivery.may_send


# what is seen


def test_a_flicker_is_held_for_the_quarantine_and_goes_back(linked: SessionRig) -> None:
    assert linked.see(BAN_SCREEN) == "SUSPECTED_BAN"
    assert linked.see(MAIN, later_seconds=29) == "SUSPECTED_BAN"
    assert not linked.session.delivery.may_send
    assert linked.see(MAIN, later_seconds=1) == "AUTHENTICATED"
    assert linked.session.delivery.may_send


def test_a_ban_pauses_and_no_page_ends_it(linked: SessionRig) -> None:
    linked.see(BAN_SCREEN)
    assert linked.see(BAN_SCREEN, later_seconds=30) == "BANNED"
    assert linked.pauses == {"ban"}
    for shows in (MAIN, QR, LOADING, UNKNOWN):
        assert linked.see(shows, later_seconds=3600) == "BANNED"
    assert linked.pauses == {"ban"}


def test_a_ban_whose_pause_was_not_written_is_paused_at_the_next_look(linked: SessionRig) -> None:
    linked.see(BAN_SCREEN)
    linked.see(BAN_SCREEN, later_seconds=30)
    linked.context.pauses.clear(PauseReason.BAN, "a kill between the two writes", 1)
    linked.see(MAIN)
    assert linked.pauses == {"ban"}


def test_a_restart_does_not_shorten_the_quarantine(linked: SessionRig) -> None:
    linked.see(BAN_DIALOG)
    linked.now_ms += 20_000
    linked.session.start()
    assert linked.see(MAIN, later_seconds=9) == "SUSPECTED_BAN"
    assert linked.see(MAIN, later_seconds=1) == "AUTHENTICATED"


def test_history_tells_each_change_with_reason_and_actor(linked: SessionRig) -> None:
    linked.see(QR)
    newest = linked.context.sessions.history()[0]
    assert (newest["from"], newest["to"], newest["event"]) == ("AUTHENTICATED", "QR_PENDING", "logged_out")
    assert (newest["reason"], newest["actor"]) == ("unexpected_logout", "engine")


def test_an_unexpected_logout_is_remembered_over_a_restart(linked: SessionRig) -> None:
    linked.session.start()
    linked.see(QR)
    assert linked.context.sessions.get().reason == "unexpected_logout"


def test_a_restriction_is_remembered_over_a_new_browser(linked: SessionRig) -> None:
    locked = page("restricted", chat_pane=True)
    assert linked.see(locked) == "RESTRICTED"
    linked.session.start()
    assert linked.see(MAIN) == "RESTRICTED"
    assert linked.see(MAIN, later_seconds=600) == "AUTHENTICATED"


def test_looks_at_a_page_that_stays_write_no_history(linked: SessionRig) -> None:
    for shows in (MAIN, page("restricted", chat_pane=True), page("temporary_ban", screen="in 01:00:00")):
        linked.see(shows)
        before = len(linked.context.sessions.history())
        for _ in range(5):
            linked.see(shows, later_seconds=20)
        assert len(linked.context.sessions.history()) == before


def test_the_first_day_is_counted_from_the_first_time_authenticated(make_rig: Make) -> None:
    it = make_rig()
    assert it.rig.database.text("HGET", it.rig.keys.account, "active_last") is None
    it.see(MAIN)
    day = it.rig.database.text("HGET", it.rig.keys.account, "active_last")
    it.see(QR, later_seconds=86400)
    it.see(MAIN, later_seconds=86400)
    assert it.rig.database.text("HGET", it.rig.keys.account, "active_last") == day


@pytest.mark.parametrize("before", [QR, MAIN])
def test_a_passkey_ceremony_is_reported_at_once_and_left_alone(
    make_rig: Make, before: PageSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 14, 1: nothing reloads or restarts the page meanwhile, and no ban is suspected."""
    it, clock = make_rig(), Clock(monkeypatch)
    it.see(before)
    assert it.see(PASSKEY) == "ATTENTION"
    assert it.context.sessions.qr() is None
    assert it.context.sessions.get().reason == "passkey_required"
    it.context.memory = TreeUse(900, 401, True)
    opened = it.page.opened
    for _ in range(20):
        clock.now += 30
        assert it.see(PASSKEY, later_seconds=30) == "ATTENTION"
    assert it.page.opened == opened
    assert it.keeper.started
    it.context.memory = None
    assert it.see(QR) == "QR_PENDING"


# circuit


class Failing:
    """A transport on which every attempt ends with ``error``."""

    def __init__(self, error: SendError) -> None:
        self.error = error

    def send(self, message: Message) -> NoReturn:
        raise self.error

    settle = send


def attempt(it: SessionRig, error: SendError) -> None:
    """One message, delivered to its end; the next may follow at once where no pause is set."""
    it.session.delivery._transport = Failing(error)
    assert it.session.delivery.deliver(it.rig.accept().id)


def fail(it: SessionRig, times: int = 1) -> None:
    for _ in range(times):
        it.session._breaker.failed("box_not_ready", "")


def test_the_sixth_failure_opens_and_the_time_lets_a_probe_through(linked: SessionRig) -> None:
    fail(linked, 5)
    assert linked.session.delivery.may_send
    fail(linked)
    assert linked.pauses == {"circuit"}
    assert linked.see(MAIN) == "CIRCUIT_OPEN"
    assert linked.see(MAIN, later_seconds=299) == "CIRCUIT_OPEN"
    assert linked.see(MAIN, later_seconds=1) == "AUTHENTICATED"
    assert linked.pauses == set()
    assert linked.session.delivery.may_send
    fail(linked)
    assert linked.see(MAIN, later_seconds=599) == "CIRCUIT_OPEN"
    assert linked.see(MAIN, later_seconds=1) == "AUTHENTICATED"


def test_failures_that_do_not_speak_of_us_do_not_count(linked: SessionRig) -> None:
    for error in [SendRefused("not_on_whatsapp", "test"), SendPostponed("paused", "test")] * 10:
        attempt(linked, error)
    assert linked.context.circuits.get().failures == 0


def test_a_success_ends_the_row(linked: SessionRig) -> None:
    fail(linked, 5)
    linked.session._breaker.succeeded()
    fail(linked, 5)
    assert linked.session.delivery.may_send


def test_an_open_circuit_survives_a_restart_and_a_logout(linked: SessionRig) -> None:
    fail(linked, 6)
    linked.session.start()
    assert linked.see(LOADING) == "CIRCUIT_OPEN"
    assert linked.see(QR) == "QR_PENDING"
    assert linked.see(MAIN) == "CIRCUIT_OPEN"
    assert not linked.session.delivery.may_send


def test_a_suspicion_while_it_is_open_goes_back_to_it(linked: SessionRig) -> None:
    fail(linked, 6)
    linked.see(MAIN)
    assert linked.see(BAN_DIALOG) == "SUSPECTED_BAN"
    assert linked.see(MAIN, later_seconds=30) == "CIRCUIT_OPEN"


def test_a_person_closes_it(linked: SessionRig) -> None:
    fail(linked, 6)
    linked.see(MAIN)
    linked.context.circuits.close()
    assert linked.see(MAIN) == "AUTHENTICATED"
    assert linked.pauses == set()


def test_a_browser_that_fails_again_and_again_opens_it(make_rig: Make) -> None:
    it = make_rig()
    it.keeper.fails = BrowserStartFailed("no display", exit_code=1)
    states = [it.see(MAIN) for _ in range(7)]
    assert states[:6] == ["INIT"] * 6
    assert states[6] == "CIRCUIT_OPEN"


def test_hangs_that_are_healed_between_do_not_add_up(linked: SessionRig) -> None:
    for _ in range(10):
        linked.see(BrowserTimeout())
        linked.see(MAIN)
    assert linked.session._breaker.reconcile() is Phase.CLOSED


# healing


def test_a_page_that_gives_no_answer_is_replaced_and_counted_by_cause(linked: SessionRig) -> None:
    linked.see(BrowserTimeout())
    linked.see(MAIN)
    linked.see(BrowserDied())
    linked.see(MAIN)
    assert linked.keeper.cures == {
        "start_first": 1,
        "start_BrowserTimeout": 1,
        "start_BrowserDied": 1,
    }


def test_a_page_that_answers_with_errors_is_reloaded_twice_then_replaced(linked: SessionRig) -> None:
    for opened, started in ((1, True), (2, True), (2, False)):
        linked.see(PageError("test"))
        assert (linked.page.opened, linked.keeper.started) == (opened, started)
    assert linked.see(MAIN) == "AUTHENTICATED"


def test_a_document_that_is_replaced_under_a_look_is_no_failure(linked: SessionRig) -> None:
    for _ in range(10):
        assert linked.see(PageChanged()) == "AUTHENTICATED"
    assert linked.page.opened == 0


def test_a_loading_page_that_moves_is_left_alone(linked: SessionRig, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    for percent in range(0, 100, 10):
        linked.see(page(startup=True, screen=f"Loading your chats [{percent}%]"))
        clock.now += 80
    assert linked.page.opened == 0


def test_a_loading_page_that_stands_still_is_reloaded_then_replaced(
    linked: SessionRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    linked.see(LOADING)
    clock.now += 91
    linked.see(LOADING)
    assert linked.page.opened == 1
    clock.now += 91
    linked.see(LOADING)
    assert not linked.keeper.started
    linked.see(MAIN)
    assert linked.keeper.cures["start_stuck"] == 1


class Clock:
    """The healer's clock, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("whatsapp_tasks.session.healing.time.monotonic", lambda: self.now)


# memory


def test_a_browser_that_grew_too_large_is_restarted_under_a_pause_that_ends(linked: SessionRig) -> None:
    linked.context.memory = TreeUse(900, 401, True)
    assert linked.see(MAIN) == "AUTHENTICATED"
    assert linked.keeper.cures["start_memory"] == 1
    assert linked.pauses == set()
    actions = [entry["action"] for entry in linked.context.pauses.history()]
    assert actions == ["resume", "pause"]


def test_four_restarts_in_two_minutes_open_the_circuit_and_start_no_browser(linked: SessionRig) -> None:
    for _ in range(3):
        linked.context.memory = TreeUse(900, 401, True)
        linked.see(MAIN)
        assert linked.session.delivery.may_send
    linked.context.memory = TreeUse(900, 401, True)
    linked.see(MAIN)
    assert linked.see(MAIN, later_seconds=299) == "CIRCUIT_OPEN"
    assert not linked.keeper.started
    assert linked.see(MAIN, later_seconds=1) == "AUTHENTICATED"
    assert linked.keeper.started
    assert linked.pauses == set()


def test_a_worker_that_died_in_a_restart_for_memory_leaves_no_pause_to_its_successor(
    linked: SessionRig,
) -> None:
    linked.context.pauses.set(PauseReason.MEMORY, "the dead one", 1)
    linked.session.start()
    assert linked.pauses == set()
