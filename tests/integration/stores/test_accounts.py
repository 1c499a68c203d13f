"""Accounts: those that exist, and no other."""

import pytest

from tests.support.ledger_rig import NOW
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database


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
