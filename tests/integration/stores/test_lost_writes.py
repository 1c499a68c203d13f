"""A Redis that comes back without its last writes: the worker's own memory notices, and nothing is sent."""

from pathlib import Path

import pytest

from tests.support.ledger_rig import DAY, LedgerRig
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores.generation import Generation
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.outcomes import Note


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "generation" / "default"


@pytest.fixture
def careful(rig: LedgerRig, file: Path) -> LedgerRig:
    """A rig whose worker remembers."""
    rig.ledger = Ledger(rig.database, "default", retention_ms=DAY, follow_ms=DAY, generation=Generation(file))
    return rig


def lose(rig: LedgerRig, writes: int) -> None:
    """As if Redis had crashed before these were on its disk."""
    rig.database.do("DECRBY", rig.keys.generation, writes)


def test_what_was_seen_is_remembered_over_a_restart_of_the_worker(file: Path) -> None:
    assert Generation(file).remember(7)
    again = Generation(file)
    assert again.seen == 7
    assert again.remember(7)
    assert not again.remember(6)
    assert (again.seen, Generation(file).seen) == (7, 7)


def test_each_intent_is_remembered_before_enter(careful: LedgerRig, file: Path) -> None:
    message = careful.claimed()
    assert careful.ledger.note_intent(message.id, careful.fence, Intent(1)) is Note.OK
    assert Generation(file).seen == careful.database.number("GET", careful.keys.generation)


def test_a_message_that_lost_its_claim_and_intent_is_not_claimed_again(careful: LedgerRig) -> None:
    message = careful.claimed()
    careful.ledger.note_intent(message.id, careful.fence, Intent(1))
    careful.database.do("HSET", careful.keys.message(message.id), "status", "queued")
    careful.database.do("HDEL", careful.keys.message(message.id), "intent")
    lose(careful, 2)
    assert careful.claim(message) == "paused"
    assert careful.status(message) is Status.QUEUED


def test_an_attempt_that_lost_only_its_intent_is_not_typed_again_to_its_end(careful: LedgerRig) -> None:
    message = careful.claimed()
    careful.ledger.note_intent(message.id, careful.fence, Intent(1, ("b",)))
    careful.database.do("HDEL", careful.keys.message(message.id), "intent")
    lose(careful, 1)
    assert careful.claim(message) == "settle"
    assert careful.ledger.note_intent(message.id, careful.fence, Intent(1, ("c",))) is Note.PAUSED
    assert careful.get(message.id).intent is None


def test_a_new_worker_with_the_same_folder_notices_too(careful: LedgerRig, file: Path) -> None:
    message = careful.claimed()
    careful.ledger.note_intent(message.id, careful.fence, Intent(1))
    careful.advance(message, Status.SENT, fence=careful.fence)
    lose(careful, 1)
    new = Ledger(careful.database, "default", retention_ms=DAY, follow_ms=DAY, generation=Generation(file))
    assert new.claim(careful.accept().id, careful.fence, careful.now).outcome == "paused"
