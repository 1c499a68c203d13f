"""Lanes: one holder at a time, and nothing moves twice."""

from tests.integration.stores.desk import NOW, Desk
from tests.integration.webhooks.conftest import Office
from tests.integration.webhooks.receiver import Receiver
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores.keys import WebhookKeys
from whatsapp_tasks.stores.outcomes import Attempt
from whatsapp_tasks.stores.webhook_deliveries import (
    AWAY_AFTER_FAILURES,
    Deliveries,
    NewDelivery,
    Position,
    Positions,
)

HOLD_MS = 1000


def take(deliveries: Deliveries, now_ms: int) -> list[tuple[str, str]]:
    return deliveries.take(now_ms, hold_ms=HOLD_MS, concurrency=9, limit=9)


def line_up(office: Office) -> int:
    """Puts all events in line; the time then."""
    office.relay.fan_out("default", office.endpoints.all())
    return int(office.clock() * 1000)


def test_who_saw_an_older_place_moves_nothing(office: Office, receiver: Receiver) -> None:
    deliveries = office.endpoint(receiver)
    positions = Positions(office.database)
    seen = positions.get("default")
    new = NewDelivery("orders", "evt_1", "default/m", "message.sent", "{}")
    assert positions.move("default", seen, Position("1-0", 1), 1, [new])
    assert not positions.move("default", seen, Position("1-0", 1), 1, [new])
    assert (positions.get("default").place, positions.get("default").read) == ("1-0", 1)
    [(lane, token)] = take(deliveries, 10)
    begun = deliveries.begin(lane, token, 10, HOLD_MS)
    assert begun is not None
    assert deliveries.settle(lane, begun[1], begun[0].id, 11, Attempt.DELIVERED, code="http_204")
    assert take(deliveries, 12) == [], "in line once"


def test_a_lane_under_way_is_not_taken_again_because_its_message_moved_on(
    office: Office, desk: Desk, receiver: Receiver
) -> None:
    deliveries = office.endpoint(receiver)
    message = desk.accept()
    now = line_up(office)
    [(lane, token)] = take(deliveries, now)
    desk.ledger.advance(message, Status.CANCELLED, NOW)
    now = line_up(office)
    assert take(deliveries, now) == []
    begun = deliveries.begin(lane, token, now, HOLD_MS)
    assert begun is not None
    assert deliveries.settle(lane, begun[1], begun[0].id, now, Attempt.DELIVERED, code="http_204")
    assert [each for each, _ in take(deliveries, now)] == [lane]


def test_who_lost_its_hold_neither_begins_nor_settles(office: Office, desk: Desk, receiver: Receiver) -> None:
    deliveries = office.endpoint(receiver)
    desk.accept()
    now = line_up(office)
    [(lane, late)] = take(deliveries, now)
    [(_, fresh)] = take(deliveries, now + HOLD_MS)
    now += HOLD_MS + 1
    assert deliveries.begin(lane, late, now, HOLD_MS) is None
    begun = deliveries.begin(lane, fresh, now, HOLD_MS)
    assert begun is not None
    delivery, token = begun
    assert delivery.attempts == 1
    for wrong in (late, fresh):
        assert not deliveries.settle(lane, wrong, delivery.id, now, Attempt.DELIVERED, code="http_204")
    assert deliveries.counts()["running"] == 1
    assert deliveries.settle(lane, token, delivery.id, now, Attempt.DELIVERED, code="http_204")
    assert deliveries.counts() == {"waiting": 0, "running": 0, "dead": 0}


def test_an_attempt_that_kills_its_worker_is_counted_all_the_same(
    office: Office, desk: Desk, receiver: Receiver
) -> None:
    deliveries = office.endpoint(receiver)
    desk.accept()
    now = line_up(office)
    for attempt in (1, 2, 3):
        [(lane, token)] = take(deliveries, now)
        begun = deliveries.begin(lane, token, now, HOLD_MS)
        assert begun is not None
        assert begun[0].attempts == attempt
        now += HOLD_MS


def test_a_receiver_that_is_back_gets_a_long_line_by_the_thousand(office: Office, receiver: Receiver) -> None:
    deliveries = office.endpoint(receiver)
    k = WebhookKeys("orders")
    new = [NewDelivery("orders", f"evt_{n}", f"default/{n}", "message.sent", "{}") for n in range(1102)]
    positions = Positions(office.database)
    assert positions.move("default", positions.get("default"), Position("1-0", 1), 1, new)
    for number in range(2, 1102):
        office.database.do("ZADD", k.due, 10**9, f"default/{number}")
    office.database.do("HSET", k.state, "streak", AWAY_AFTER_FAILURES)

    woken = []
    for lane, token in take(deliveries, 10)[:2]:
        begun = deliveries.begin(lane, token, 10, HOLD_MS)
        assert begun is not None
        assert deliveries.settle(lane, begun[1], begun[0].id, 11, Attempt.DELIVERED, code="http_204")
        woken.append(office.database.number("ZCOUNT", k.due, "-inf", 11))
    assert woken == [1000, 1100]
    assert office.endpoints.state("orders").streak == 0


def test_a_name_that_is_used_again_begins_with_nothing(office: Office, receiver: Receiver) -> None:
    office.endpoint(receiver)
    office.endpoints.remove("orders")
    late = NewDelivery("orders", "evt_1", "default/m", "message.sent", "{}")
    Positions(office.database).move("default", Position(), Position("1-0", 1), 1, [late])
    assert office.endpoint(receiver).counts() == {"waiting": 0, "running": 0, "dead": 0}
