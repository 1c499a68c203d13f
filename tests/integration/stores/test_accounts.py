"""Accounts: those that exist, and no other."""

import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.errors import RequestRefused, StoreUnavailable
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import Accept


def test_an_account_exists_from_its_adding_on(database: Database) -> None:
    accounts = Accounts(database)
    assert not accounts.exists("b")
    assert accounts.add("b", NOW)
    assert accounts.add("a", NOW)
    assert accounts.exists("b")
    assert accounts.names() == ["a", "b"]


def test_adding_it_again_changes_nothing(database: Database) -> None:
    accounts = Accounts(database)
    accounts.add("a", NOW)
    assert not accounts.add("a", NOW + 1)
    assert database.record(keys.AccountKeys("a").account)["created_ms"] == str(NOW)


def test_a_name_that_is_no_slug_is_refused_and_leaves_nothing(database: Database) -> None:
    with pytest.raises(RequestRefused):
        Accounts(database).add("A/B", NOW)
    assert database.number("DBSIZE") == 0


def test_a_removal_that_was_interrupted_accepts_nothing_and_can_be_repeated(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before: a message accepted meanwhile stayed behind, and was sent once the account was added again."""
    rig = LedgerRig(database)
    rig.accept()
    accounts = Accounts(database)
    do = Database.do

    def dying(self: Database, *command: str | int | float) -> object:
        if command[0] == "SCAN":
            raise StoreUnavailable
        return do(self, *command)

    monkeypatch.setattr(Database, "do", dying)
    with pytest.raises(StoreUnavailable):
        accounts.remove("default")
    monkeypatch.undo()
    assert rig.admission.accept(rig.new()).outcome is Accept.ACCOUNT_UNKNOWN
    assert accounts.exists("default")
    assert accounts.remove("default")
    assert not accounts.exists("default")
    assert {*database.texts("KEYS", "*")} <= {rig.keys.fence, rig.keys.generation, rig.keys.intents}
