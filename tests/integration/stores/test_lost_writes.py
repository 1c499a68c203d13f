"""A Redis that comes back without its last writes: the worker's own memory notices, and nothing is sent."""

from pathlib import Path

import pytest

from tests.support.ledger_rig import DAY, NOW, LedgerRig, OldDisk
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.generation import Counted, Generation
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.outcomes import Note
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "generation" / "default"


@pytest.fixture
def careful(rig: LedgerRig, file: Path) -> LedgerRig:
    """A rig whose worker remembers."""
    rig.ledger = Ledger(rig.database, "default", retention_ms=DAY, follow_ms=DAY, generation=Generation(file))
    return rig


@pytest.fixture
def disk(rig: LedgerRig) -> OldDisk:
    return OldDisk(rig.database)


def lose(rig: LedgerRig, writes: int) -> None:
    """As if Redis had crashed before these were on its disk."""
    rig.database.do("DECRBY", rig.keys.generation, writes)


def counted(rig: LedgerRig) -> Counted:
    return Counted(*(rig.database.number("GET", key) for key in (rig.keys.generation, rig.keys.intents)))


def test_what_was_seen_is_remembered_over_a_restart_of_the_worker(file: Path) -> None:
    assert Generation(file).remember(Counted(7, 2))
    again = Generation(file)
    assert again.seen == Counted(7, 2)
    assert again.remember(Counted(7, 2))
    assert not again.remember(Counted(6, 2))
    assert not again.remember(Counted(9, 1))
    assert (again.seen, Generation(file).seen) == (Counted(7, 2), Counted(7, 2))


def test_the_file_of_an_earlier_version_is_read(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(f"{7:020d}")
    generation = Generation(file)
    assert generation.seen == Counted(7, 0)
    assert generation.remember(Counted(8, 1))
    assert Generation(file).seen == Counted(8, 1)


def test_each_intent_is_remembered_before_enter(careful: LedgerRig, file: Path) -> None:
    message = careful.claimed()
    assert careful.ledger.note_intent(message, careful.fence, Intent(1)) is Note.OK
    assert Generation(file).seen == counted(careful)
    assert counted(careful).intents == 1


def write_meanwhile(rig: LedgerRig) -> None:
    """What is counted without a look at the worker's file: a browser that starts anew, and a person."""
    sessions, pauses = Sessions(rig.database, rig.account), Pauses(rig.database, rig.account)
    for event in (SessionEvent.STARTED, SessionEvent.LOGGED_IN):
        sessions.apply(event, NOW, reason="test", actor="test", fence=rig.fence)
    pauses.set(PauseReason.OPERATOR, "test", NOW)
    pauses.clear(PauseReason.OPERATOR, "test", NOW)


def test_what_is_written_meanwhile_does_not_fill_up_what_was_lost(careful: LedgerRig, disk: OldDisk) -> None:
    """Before: the message was sent, Redis came back without it, and it was claimed and sent once more."""
    message = careful.accept()
    disk.keep()
    assert careful.claim(message) == "claimed"
    careful.ledger.note_intent(careful.get(message.id), careful.fence, Intent(1))
    disk.come_back()
    assert careful.status(message) is Status.QUEUED
    write_meanwhile(careful)
    assert careful.claim(message) == "paused"


def test_an_attempt_that_lost_its_intent_writes_no_other_one(careful: LedgerRig, disk: OldDisk) -> None:
    message = careful.claimed()
    disk.keep()
    careful.ledger.note_intent(message, careful.fence, Intent(1, ("b",)))
    disk.come_back()
    write_meanwhile(careful)
    assert careful.ledger.note_intent(message, careful.fence, Intent(1, ("c",))) is Note.PAUSED


def test_a_person_who_agrees_lets_the_account_go_on(careful: LedgerRig, disk: OldDisk, file: Path) -> None:
    message = careful.accept()
    disk.keep()
    careful.claim(message)
    careful.ledger.note_intent(careful.get(message.id), careful.fence, Intent(1))
    disk.come_back()
    write_meanwhile(careful)
    pauses = Pauses(careful.database, careful.account)
    pauses.set(PauseReason.REDIS, "worker", NOW, lost=Generation(file).seen)
    assert careful.claim(message) == "paused"
    pauses.clear(PauseReason.REDIS, "test", NOW)
    assert careful.claim(message) == "claimed"
    assert careful.ledger.note_intent(careful.get(message.id), careful.fence, Intent(1)) is Note.OK


def test_an_account_that_is_added_again_has_lost_nothing(careful: LedgerRig) -> None:
    careful.ledger.note_intent(careful.claimed(), careful.fence, Intent(1))
    before = counted(careful)
    Accounts(careful.database).remove(careful.account)
    assert counted(careful) == before


def test_a_message_that_lost_its_claim_and_intent_is_not_claimed_again(careful: LedgerRig) -> None:
    message = careful.claimed()
    careful.ledger.note_intent(message, careful.fence, Intent(1))
    careful.database.do("HSET", careful.keys.message(message.id), "status", "queued")
    careful.database.do("HDEL", careful.keys.message(message.id), "intent")
    lose(careful, 2)
    assert careful.claim(message) == "paused"
    assert careful.status(message) is Status.QUEUED


def test_an_attempt_that_lost_only_its_intent_is_not_typed_again_to_its_end(careful: LedgerRig) -> None:
    message = careful.claimed()
    careful.ledger.note_intent(message, careful.fence, Intent(1, ("b",)))
    careful.database.do("HDEL", careful.keys.message(message.id), "intent")
    lose(careful, 1)
    assert careful.claim(message) == "settle"
    assert careful.ledger.note_intent(message, careful.fence, Intent(1, ("c",))) is Note.PAUSED
    assert careful.get(message.id).intent is None


def test_a_new_worker_with_the_same_folder_notices_too(careful: LedgerRig, file: Path) -> None:
    message = careful.claimed()
    careful.ledger.note_intent(message, careful.fence, Intent(1))
    careful.advance(message, Status.SENT, fence=careful.fence)
    lose(careful, 1)
    new = Ledger(careful.database, "default", retention_ms=DAY, follow_ms=DAY, generation=Generation(file))
    assert new.claim(careful.accept().id, careful.fence, careful.now).outcome == "paused"
