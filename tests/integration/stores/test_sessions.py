"""The session's record: state and history move together, for the lease's holder or a person alone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.states import SessionEvent, SessionState
from whatsapp_tasks.errors import IllegalTransition, LeaseLost
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.sessions import HISTORY_KEPT, SessionRecord, Sessions

S, E = SessionState, SessionEvent


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database, "default")


def by_person(sessions: Sessions, event: SessionEvent, now_ms: int = NOW) -> SessionState:
    return sessions.apply(event, now_ms, reason="r", actor="ada", fence=None)


def test_an_account_nobody_has_started_is_init(sessions: Sessions) -> None:
    assert sessions.get() == SessionRecord(S.INIT, "", 0, "")
    assert sessions.history() == []


def test_a_story_is_kept_newest_first(sessions: Sessions) -> None:
    for n, event in enumerate([E.STARTED, E.QR_SHOWN, E.LOGGED_IN]):
        sessions.apply(event, NOW + n, reason=f'grund "{n}" /ü', actor="worker 1", fence=None)
    assert sessions.get() == SessionRecord(S.AUTHENTICATED, 'grund "2" /ü', NOW + 2, "worker 1")
    newest, _, oldest = sessions.history()
    assert newest == {
        "from": S.QR_PENDING,
        "to": S.AUTHENTICATED,
        "event": E.LOGGED_IN,
        "reason": 'grund "2" /ü',
        "actor": "worker 1",
        "at_ms": NOW + 2,
    }
    assert (oldest["from"], oldest["to"]) == ("", S.INIT)
    assert len(sessions.history(limit=2)) == 2


def test_since_tells_when_the_state_began_not_when_it_was_confirmed(sessions: Sessions) -> None:
    by_person(sessions, E.LOGGED_IN, NOW)
    by_person(sessions, E.LOGGED_IN, NOW + 50)
    assert sessions.get().since_ms == NOW


def test_an_illegal_event_raises_and_changes_nothing(rig: LedgerRig, sessions: Sessions) -> None:
    by_person(sessions, E.BAN_SIGNAL)
    by_person(sessions, E.BAN_CONFIRMED)
    before = rig.everything()
    with pytest.raises(IllegalTransition):
        by_person(sessions, E.LOGGED_IN)
    assert rig.everything() == before


def test_the_lease_holder_may_change_the_state(rig: LedgerRig, sessions: Sessions) -> None:
    assert sessions.apply(E.LOGGED_IN, NOW, reason="", actor="w", fence=rig.fence) is S.AUTHENTICATED


def test_a_worker_whose_lease_is_lost_may_not(rig: LedgerRig, sessions: Sessions) -> None:
    old = rig.fence
    for _ in range(2):
        rig.lease.release()
        before = rig.everything()
        with pytest.raises(LeaseLost):
            sessions.apply(E.LOGGED_IN, NOW, reason="", actor="w", fence=old)
        assert rig.everything() == before
        rig.lease.acquire()


class Meddled(Database):
    """A Database in which somebody else is faster, once."""

    meddle: Callable[[], object] | None = None

    def run(self, *args: Any, **more: Any) -> Any:
        if self.meddle is not None:
            meddle, self.meddle = self.meddle, None
            meddle()
        return super().run(*args, **more)


def test_an_event_is_judged_by_the_state_it_really_meets(database: Database, settings: Settings) -> None:
    meddled = Meddled.connect(settings)
    assert isinstance(meddled, Meddled)
    slow, fast = Sessions(meddled, "default"), Sessions(database, "default")
    by_person(fast, E.BAN_SIGNAL)
    meddled.meddle = lambda: by_person(fast, E.BAN_CONFIRMED)
    with pytest.raises(IllegalTransition):
        by_person(slow, E.LOGGED_IN)
    assert fast.get().state is S.BANNED

    meddled.meddle = lambda: by_person(fast, E.PERSON_CLEARED)
    assert by_person(slow, E.STARTED) is S.INIT
    assert [entry["event"] for entry in fast.history(2)] == [E.STARTED, E.PERSON_CLEARED]
    meddled.client.close()


def test_the_history_does_not_grow_without_end(sessions: Sessions) -> None:
    for n in range(HISTORY_KEPT + 5):
        by_person(sessions, E.QR_SHOWN if n % 2 else E.LOGGED_IN, NOW + n)
    assert len(sessions.history(limit=1000)) == HISTORY_KEPT
    assert sessions.history()[0]["at_ms"] == NOW + HISTORY_KEPT + 4


def test_a_qr_code_is_gone_when_the_worker_stops_showing_it(database: Database, sessions: Sessions) -> None:
    assert sessions.qr() is None
    sessions.show_qr("2@abc,def", NOW)
    assert sessions.qr() == "2@abc,def"
    assert 0 < database.number("TTL", sessions._keys.qr) <= 30
    sessions.hide_qr()
    assert sessions.qr() is None


def test_a_sign_of_life_ends_with_its_time(database: Database, sessions: Sessions) -> None:
    assert sessions.heartbeat() is None
    sessions.beat({"pid": 7, "memory": None}, 30)
    assert sessions.heartbeat() == {"pid": 7, "memory": None}
    assert 0 < database.number("TTL", sessions._keys.heartbeat) <= 30


def test_a_title_leads_to_the_phone_of_which_it_was_learned(sessions: Sessions) -> None:
    assert sessions.phones_of_titles(["Ada 🦊"]) == sessions.phones_of_titles([]) == {}
    sessions.learn_chat_title("+49", "Ada 🦊")
    assert sessions.phones_of_titles(["Ada", "Eve", "Ada 🦊"]) == {"Ada 🦊": "+49"}
    sessions.learn_chat_title("+49", "Ada")  # its old title may be somebody else's by now
    assert sessions.phones_of_titles(["Ada", "Eve", "Ada 🦊"]) == {"Ada": "+49"}


def test_a_title_that_several_phones_have_tells_none_of_them(sessions: Sessions) -> None:
    for phone in ("+49", "+49", "+48", "+49"):
        sessions.learn_chat_title(phone, "Anna")
    assert sessions.phones_of_titles(["Anna"]) == {}
