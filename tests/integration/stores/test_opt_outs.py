"""Opt-outs: phones that are not written to."""

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


def test_a_long_list_is_read_whole(database: Database) -> None:
    opt_outs = OptOuts(database)
    assert list(opt_outs.all()) == []
    phones = {f"+49151{n:08}" for n in range(2500)}
    database.do("SADD", "wa:opt-outs", *phones)
    assert set(opt_outs.all()) == phones
