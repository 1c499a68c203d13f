"""Pauses: several reasons may stand at once, each with its author."""

import pytest

from tests.support.ledger_rig import NOW
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.pauses import PauseReason, Pauses


@pytest.fixture
def pauses(database: Database) -> Pauses:
    return Pauses(database, "default")


def test_an_account_is_not_paused_by_itself(pauses: Pauses) -> None:
    assert pauses.all() == {}
    assert not pauses.clear(PauseReason.OPERATOR)


def test_each_reason_stands_until_it_is_cleared(pauses: Pauses) -> None:
    pauses.set(PauseReason.OPERATOR, "ada", NOW, note="lunch")
    pauses.set(PauseReason.BAN, "worker", NOW + 1)
    assert pauses.all()["operator"] == {"author": "ada", "since_ms": NOW, "note": "lunch"}
    assert pauses.clear(PauseReason.OPERATOR)
    assert set(pauses.all()) == {"ban"}


def test_setting_a_reason_again_keeps_the_first_author_and_time(pauses: Pauses) -> None:
    pauses.set(PauseReason.BAN, "first", NOW)
    pauses.set(PauseReason.BAN, "second", NOW + 1)
    assert pauses.all()["ban"]["author"] == "first"
    assert pauses.all()["ban"]["since_ms"] == NOW


def test_another_account_goes_on(database: Database, pauses: Pauses) -> None:
    pauses.set(PauseReason.BAN, "x", NOW)
    assert Pauses(database, "other").all() == {}


def test_who_paused_and_resumed_is_kept_newest_first(pauses: Pauses) -> None:
    assert pauses.set(PauseReason.OPERATOR, "ada", NOW, note="lunch")
    assert not pauses.set(PauseReason.OPERATOR, "bob", NOW + 1)
    assert pauses.clear(PauseReason.OPERATOR, "eve", NOW + 2)
    assert not pauses.clear(PauseReason.OPERATOR, "eve", NOW + 3)
    resumed, paused = pauses.history()
    assert (resumed["action"], resumed["author"], resumed["at_ms"]) == ("resume", "eve", NOW + 2)
    assert (paused["action"], paused["author"], paused["note"]) == ("pause", "ada", "lunch")
