"""Opt-outs: phones that are not written to."""

import pytest

from tests.support.one_mobile import PAIRS
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.opt_outs import OptOuts

PHONE = "+4915112345678"


def test_a_phone_is_on_the_list_until_it_is_removed(database: Database) -> None:
    opt_outs = OptOuts(database)
    assert not opt_outs.contains(PHONE)
    assert [opt_outs.add(PHONE), opt_outs.add(PHONE)] == [True, False]
    assert opt_outs.contains(PHONE)
    assert [opt_outs.remove(PHONE), opt_outs.remove(PHONE)] == [True, False]
    assert not opt_outs.contains(PHONE)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_all_forms_of_a_mobile_are_one_on_the_list_issue_12_row_5(
    database: Database, one: str, other: str
) -> None:
    opt_outs = OptOuts(database)
    assert opt_outs.add(one)
    assert not opt_outs.add(other)
    assert opt_outs.contains(one)
    assert opt_outs.contains(other)
    database.do("HSET", "wa:opt-out-sources", one, "answer")
    assert opt_outs.source(other) == "answer"
    assert list(opt_outs.all()) == [one]
    assert opt_outs.remove(other)
    assert not opt_outs.contains(one)
    assert opt_outs.source(one) is None
    assert list(opt_outs.all()) == []


def test_what_an_earlier_version_wrote_in_both_forms_is_taken_off_whole(database: Database) -> None:
    database.do("SADD", "wa:opt-outs", "+5511987654321", "+551187654321")
    assert OptOuts(database).remove("+551187654321")
    assert list(OptOuts(database).all()) == []


def test_a_landline_is_nobody_elses_mobile(database: Database) -> None:
    OptOuts(database).add("+551133334444")
    assert not OptOuts(database).contains("+5511933334444")


def test_a_long_list_is_read_whole(database: Database) -> None:
    opt_outs = OptOuts(database)
    assert list(opt_outs.all()) == []
    phones = {f"+49151{n:08}" for n in range(2500)}
    database.do("SADD", "wa:opt-outs", *phones)
    assert set(opt_outs.all()) == phones
