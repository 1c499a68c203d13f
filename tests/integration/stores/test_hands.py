"""Views of an account's page: one at a time, over when anybody dies, and a line that Redis does not keep."""

import threading
from collections.abc import Callable

import pytest

from tests.support.ledger_rig import LedgerRig
from tests.support.redis_server import RedisServer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.hand import Ended
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.hands import Hands, Silence, View
from whatsapp_tasks.stores.outcomes import Claim
from whatsapp_tasks.stores.pauses import PauseReason, Pauses

KEYS = keys.AccountKeys("default")
SECONDS = 20.0


@pytest.fixture
def hands(database: Database) -> Hands:
    return Hands(database, "default")


@pytest.fixture
def pauses(database: Database) -> Pauses:
    return Pauses(database, "default")


def opened(hands: Hands, author: str = "Ann") -> View:
    new, view = hands.open(author, 1000)
    assert new
    return view


def test_a_view_pauses_the_account_and_its_end_ends_the_pause(hands: Hands, pauses: Pauses) -> None:
    view = opened(hands)
    assert pauses.all()["operator_view"]["author"] == "Ann"
    assert hands.held() == (view, True)
    assert hands.end(view.id, Ended.IDLE, "worker", 2000)
    assert pauses.all() == {}
    assert hands.how_ended(view.id) is Ended.IDLE
    assert not hands.end(view.id, Ended.CLOSED, "Ann", 3000)
    assert hands.how_ended(view.id) is Ended.IDLE
    assert [(e["action"], e["author"], e["note"]) for e in pauses.history()] == [
        ("resume", "worker", "idle"),
        ("pause", "Ann", "has the page open in the console"),
    ]


def test_the_second_person_is_told_who_has_the_page_and_since_when(hands: Hands) -> None:
    view = opened(hands)
    new, other = hands.open("Bob", 2000)
    assert (new, other) == (False, view)
    assert (other.author, other.since_ms) == ("Ann", 1000)


def test_an_operators_own_pause_stays_when_the_view_ends(hands: Hands, pauses: Pauses) -> None:
    pauses.set(PauseReason.OPERATOR, "Bob", 1, "for good")
    view = opened(hands)
    hands.end(view.id, Ended.CLOSED, "Ann", 2)
    assert set(pauses.all()) == {"operator"}


def test_nothing_is_claimed_while_a_view_is_open(database: Database, hands: Hands) -> None:
    rig = LedgerRig(database)
    message = rig.accept().id
    view = opened(hands)
    assert rig.ledger.claim(message, rig.lease.fence, rig.now).outcome is Claim.PAUSED
    hands.end(view.id, Ended.CLOSED, "Ann", 2)
    assert rig.ledger.claim(message, rig.lease.fence, rig.now).outcome is Claim.CLAIMED


def test_without_its_viewer_a_view_is_no_pause_and_makes_room(
    database: Database, hands: Hands, pauses: Pauses
) -> None:
    """The viewer's browser and the web process died, and no worker is there to notice."""
    view = opened(hands)
    database.do("DEL", KEYS.viewer)  # as when its time is over
    assert pauses.all() == {}
    assert hands.held() == (view, False)
    assert not hands.renew(view.id)
    assert hands.how_ended(view.id) is Ended.VIEWER_GONE
    later = opened(hands, "Bob")
    assert hands.held() == (later, True)
    assert not hands.end(view.id, Ended.CLOSED, "Ann", 3), "the end of the first is not that of the second"


def test_a_sign_of_the_viewer_keeps_the_view(database: Database, hands: Hands) -> None:
    view = opened(hands)
    database.do("PEXPIRE", KEYS.viewer, 50)
    assert hands.renew(view.id)
    assert database.number("PTTL", KEYS.viewer) > 10_000
    assert not hands.renew("another")


def test_an_order_is_answered_and_leaves_nothing_in_redis(database: Database, hands: Hands) -> None:
    view = opened(hands)
    before = set(database.texts("KEYS", "*"))
    desk = hands.desk(view.id)
    stood: list[bool] = []

    def work() -> None:
        order = desk.next(SECONDS)
        assert order is not None
        stood.append(desk.stands(order))
        desk.answer(order, {"got": order["text"]})

    worker = threading.Thread(target=work)
    worker.start()
    assert hands.ask(view.id, {"text": "secret"}, SECONDS) == {"got": "secret"}
    worker.join(SECONDS)
    desk.close()
    assert stood == [True]
    assert set(database.texts("KEYS", "*")) == before


def test_it_is_said_whether_an_order_reached_anybody(hands: Hands) -> None:
    view = opened(hands)
    assert hands.ask(view.id, {}, SECONDS) is Silence.NOBODY_LISTENS
    desk = hands.desk(view.id)
    assert hands.ask(view.id, {}, 0.0) is Silence.TOO_LATE
    order = desk.next(SECONDS)
    assert order is not None
    assert not desk.stands(order), "who asked has gone"
    desk.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda db, hands, view: hands.end(view.id, Ended.CLOSED, "Ann", 2),
        lambda db, hands, view: db.do("DEL", KEYS.viewer),
        lambda db, hands, view: db.do("HDEL", KEYS.pauses, "operator_view"),
        lambda db, hands, view: (db.do("DEL", KEYS.viewer), hands.open("Bob", 2)),
    ],
    ids=["closed", "viewer gone", "pause gone", "another's"],
)
def test_an_order_stands_only_while_its_view_and_its_pause_do(
    database: Database, hands: Hands, change: Callable[[Database, Hands, View], object]
) -> None:
    view = opened(hands)
    desk = hands.desk(view.id)
    waits = database.listen(KEYS.view_answer(view.id, "1"))
    order = {"asked": "1"}
    assert desk.stands(order)
    change(database, hands, view)
    assert not desk.stands(order)
    waits.close()
    desk.close()


def test_a_pause_of_this_kind_that_came_without_a_view_can_be_ended(
    database: Database, hands: Hands, pauses: Pauses
) -> None:
    pauses.set(PauseReason.OPERATOR_VIEW, "nobody", 1)
    view, is_viewed = hands.held()
    assert view is not None
    assert not is_viewed
    assert hands.end(view.id, Ended.TAKEN_AWAY, "Bob", 2)
    assert hands.held() == (None, False)


def test_a_line_that_breaks_is_an_unavailable_store(
    own_redis: Callable[..., RedisServer], settings: Settings
) -> None:
    server = own_redis()
    database = Database.connect(settings.model_copy(update={"redis_url": server.url}))
    hands = Hands(database, "default")
    desk = hands.desk(opened(hands).id)
    server.kill()
    with pytest.raises(StoreUnavailable):
        desk.next(SECONDS)
    with pytest.raises(StoreUnavailable):
        hands.ask("any", {}, SECONDS)
    desk.close()
    database.client.close()


def test_what_is_no_order_is_passed_over(database: Database, hands: Hands) -> None:
    view = opened(hands)
    desk = hands.desk(view.id)
    for text in ("no JSON", "[]", '{"asked": 1}', "{}"):
        database.publish(KEYS.view_orders(view.id), text)
        assert desk.next(SECONDS) is None
    desk.close()
