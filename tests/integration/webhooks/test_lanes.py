"""Lanes: one holder at a time, and nothing moves twice."""

from tests.integration.webhooks.conftest import WebhookRig
from tests.support.ledger_rig import NOW, LedgerRig
from tests.support.webhook_receiver import Receiver
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


def line_up(hooks: WebhookRig) -> int:
    """Puts all events in line; the time then."""
    hooks.relay.fan_out("default", hooks.endpoints.all())
    return int(hooks.clock() * 1000)


def test_who_saw_an_older_place_moves_nothing(hooks: WebhookRig, receiver: Receiver) -> None:
    deliveries = hooks.endpoint(receiver)
    positions = Positions(hooks.database)
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
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    deliveries = hooks.endpoint(receiver)
    message = rig.accept()
    now = line_up(hooks)
    [(lane, token)] = take(deliveries, now)
    rig.ledger.advance(message, Status.CANCELLED, NOW)
    now = line_up(hooks)
    assert take(deliveries, now) == []
    begun = deliveries.begin(lane, token, now, HOLD_MS)
    assert begun is not None
    assert deliveries.settle(lane, begun[1], begun[0].id, now, Attempt.DELIVERED, code="http_204")
    assert [each for each, _ in take(deliveries, now)] == [lane]


def test_who_lost_its_hold_neither_begins_nor_settles(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    deliveries = hooks.endpoint(receiver)
    rig.accept()
    now = line_up(hooks)
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
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    deliveries = hooks.endpoint(receiver)
    rig.accept()
    now = line_up(hooks)
    for attempt in (1, 2, 3):
        [(lane, token)] = take(deliveries, now)
        begun = deliveries.begin(lane, token, now, HOLD_MS)
        assert begun is not None
        assert begun[0].attempts == attempt
        now += HOLD_MS


def test_a_receiver_that_is_back_gets_a_long_line_by_the_thousand(
    hooks: WebhookRig, receiver: Receiver
) -> None:
    deliveries = hooks.endpoint(receiver)
    k = WebhookKeys("orders")
    new = [NewDelivery("orders", f"evt_{n}", f"default/{n}", "message.sent", "{}") for n in range(1102)]
    positions = Positions(hooks.database)
    assert positions.move("default", positions.get("default"), Position("1-0", 1), 1, new)
    for number in range(2, 1102):
        hooks.database.do("ZADD", k.due, 10**9, f"default/{number}")
    hooks.database.do("HSET", k.state, "streak", AWAY_AFTER_FAILURES)

    woken = []
    for lane, token in take(deliveries, 10)[:2]:
        begun = deliveries.begin(lane, token, 10, HOLD_MS)
        assert begun is not None
        assert deliveries.settle(lane, begun[1], begun[0].id, 11, Attempt.DELIVERED, code="http_204")
        woken.append(hooks.database.number("ZCOUNT", k.due, "-inf", 11))
    assert woken == [1000, 1100]
    assert hooks.endpoints.state("orders").streak == 0


def test_a_name_that_is_used_again_begins_with_nothing(hooks: WebhookRig, receiver: Receiver) -> None:
    hooks.endpoint(receiver)
    hooks.endpoints.remove("orders")
    late = NewDelivery("orders", "evt_1", "default/m", "message.sent", "{}")
    Positions(hooks.database).move("default", Position(), Position("1-0", 1), 1, [late])
    assert hooks.endpoint(receiver).counts() == {"waiting": 0, "running": 0, "dead": 0}
