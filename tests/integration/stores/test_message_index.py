"""Issue 13, defect 5: no request gets slower with each account that exists."""

from collections.abc import Callable

import pytest

from tests.support.ledger_rig import DAY, NOW, LedgerRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.message_index import MessageIndex
from whatsapp_tasks.stores.message_list import forget_gone

PHONE = "+4915112345678"


@pytest.fixture
def dispatcher(database: Database, settings: Settings) -> Dispatcher:
    Accounts(database).add("default", NOW)
    return Dispatcher(database, settings.model_copy(update={"cap_policy": "off"}))


def commands(database: Database, call: Callable[[], object]) -> int:
    """How many commands Redis runs for ``call``, those inside scripts among them."""
    database.do("CONFIG", "RESETSTAT")
    call()
    stats = database.do("INFO", "commandstats")
    return sum(each["calls"] for name, each in stats.items() if not name.startswith("cmdstat_config"))


def fifty_more(database: Database) -> None:
    for number in range(50):
        Accounts(database).add(f"other-{number}", NOW)


@pytest.mark.parametrize("what", ["get", "cancel", "page", "send", "nothing"])
def test_fifty_more_accounts_cost_no_command(database: Database, dispatcher: Dispatcher, what: str) -> None:
    calls: dict[str, Callable[[str], object]] = {
        "get": dispatcher.get,
        "cancel": dispatcher.cancel,
        "page": lambda _: dispatcher.page(limit=2),
        "send": lambda text: dispatcher.send(MessageRequest(PHONE, text)),
        "nothing": lambda _: MessageIndex(database).account_of("no id at all"),
    }
    ids = [dispatcher.send(MessageRequest(PHONE, f"text {number}")).id for number in range(3)]
    dispatcher.page(limit=2)  # so that scripts and list are there
    dispatcher.cancel(ids[0])
    alone = commands(database, lambda: calls[what](ids[1]))
    fifty_more(database)
    assert commands(database, lambda: calls[what](ids[2])) == alone


def page_by_page(dispatcher: Dispatcher) -> list[str]:
    """The ids of all messages of all accounts, in the order of the list."""
    seen: list[str] = []
    cursor = None
    while True:
        messages, cursor = dispatcher.page(cursor=cursor, limit=2)
        seen += [message.id for message in messages]
        if cursor is None:
            return seen


def old(rig: LedgerRig, number: int) -> str:
    """A message as early versions accepted it: no account in its id, and in no list of all accounts."""
    message_id = f"{number:032x}"
    rig.accept(id=message_id, now_ms=NOW + number)
    rig.database.do("ZREM", keys.ALL_MESSAGES, message_id)
    return message_id


def test_an_id_without_an_account_still_leads_to_its_message(
    database: Database, dispatcher: Dispatcher
) -> None:
    fifty_more(database)
    message_id = old(LedgerRig(database, "other-7"), 1)
    assert dispatcher.get(message_id).account == "other-7"
    assert dispatcher.cancel(message_id).status is Status.CANCELLED


@pytest.mark.parametrize("message_id", ["0" * 32, f"{'0' * 32}-default", f"{'0' * 32}-nobody", "x", "*"])
def test_an_id_of_no_message_is_refused(dispatcher: Dispatcher, message_id: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        dispatcher.get(message_id)
    assert refused.value.code == "message_not_found"


def test_messages_of_early_versions_are_in_the_list_of_all(database: Database, settings: Settings) -> None:
    desks = [LedgerRig(database, account) for account in ("a", "b")]
    ids = [old(desks[number % 2], number) for number in range(6)]
    database.do("DEL", keys.ALL_MESSAGES_COMPLETE)
    dispatcher = Dispatcher(database, settings)
    new = desks[0].accept(now_ms=NOW + 6).id
    assert page_by_page(dispatcher) == [new, *reversed(ids)]


def test_messages_of_one_moment_are_listed_once_page_by_page(database: Database, settings: Settings) -> None:
    desks = [LedgerRig(database, account) for account in ("a", "b", "c")]
    ids = [desks[number % 3].accept().id for number in range(9)] + [old(desks[0], 0)]
    dispatcher = Dispatcher(database, settings)
    assert sorted(page_by_page(dispatcher)) == sorted(ids)


def test_a_message_that_is_gone_leaves_both_lists(database: Database, dispatcher: Dispatcher) -> None:
    k = keys.AccountKeys("default")
    for account in ("default", None):
        gone = dispatcher.send(MessageRequest(PHONE, f"listed by {account}")).id
        database.do("DEL", k.message(gone))
        assert dispatcher.page(account=account, limit=10) == ([], None)
        assert database.number("ZCARD", k.log) == database.number("ZCARD", keys.ALL_MESSAGES) == 0


def test_a_removed_account_leaves_nothing_in_the_list_of_all(
    database: Database, dispatcher: Dispatcher
) -> None:
    rig = LedgerRig(database, "leaving")
    rig.accept()
    database.do("ZADD", keys.ALL_MESSAGES, NOW, f"{old(rig, 7)}:leaving")
    kept = dispatcher.send(MessageRequest(PHONE, "x")).id
    Accounts(database).remove("leaving")
    assert database.texts("ZRANGE", keys.ALL_MESSAGES, 0, -1) == [kept]


def test_what_nobody_pages_through_does_not_stay_on_the_lists(database: Database) -> None:
    """Before: an entry left the lists only when a page came across it, so that they grew for ever."""
    rig, other = LedgerRig(database), LedgerRig(database, "other")
    kept = [rig.accept(send_at_ms=NOW + 60 * DAY).id for _ in range(3)]
    for _ in range(5):
        rig.advance(rig.claimed(), Status.SENT, fence=rig.fence)
    unknown = rig.claimed().id
    rig.advance(rig.get(unknown), Status.UNKNOWN, fence=rig.fence)
    of_other = other.accept().id
    gone = [i for i in database.texts("ZRANGE", rig.keys.log, 0, -1) if i not in (*kept, unknown)]
    database.do("DEL", *(rig.keys.message(i) for i in gone))  # as Redis does once their time is over
    new = rig.accept(now_ms=NOW + 31 * DAY).id

    rig.ledger.forget_gone(NOW + 29 * DAY)
    assert database.number("ZCARD", rig.keys.log) == 10
    rig.ledger.forget_gone(NOW + 31 * DAY)
    assert {*database.texts("ZRANGE", rig.keys.log, 0, -1)} == {*kept, unknown, new}
    assert {*database.texts("ZRANGE", keys.ALL_MESSAGES, 0, -1)} == {*kept, unknown, new, of_other}


def test_the_lists_are_looked_through_in_parts(database: Database) -> None:
    rig = LedgerRig(database)
    ids = [rig.accept(now_ms=NOW + number).id for number in range(7)]
    for number in (0, 3, 4, 6):
        database.do("DEL", rig.keys.message(ids[number]))
    reached, steps = 0, []
    for _ in range(4):
        reached = forget_gone(database, "default", NOW + 10, reached, limit=2)
        steps.append(reached)
    assert steps == [1, 2, 3, 0]
    assert database.texts("ZRANGE", rig.keys.log, 0, -1) == [ids[1], ids[2], ids[5]]
