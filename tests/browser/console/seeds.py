"""What a service has after a day of work, without the day."""

import base64
import json

from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.webhooks import Endpoint
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.outcomes import Attempt
from whatsapp_tasks.stores.webhook_deliveries import Deliveries, NewDelivery, Position, Positions
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints

HALF_HOUR_MS = 30 * 60 * 1000
_SENT_PER_HALF_HOUR = [0] * 12 + [2, 5, 9, 14, 18, 22, 17, 11, 9, 13, 21, 24, 19, 12, 8, 6, 4, 7, 9, 6, 3, 2]
_FAILED_AT = {15: 1, 17: 2, 23: 1, 29: 3}


def seed_day(database: Database, now_ms: int) -> None:
    """A working day of the account ``default``, over some hours ago."""
    log = EventLog(database, "default")
    steps = len(_SENT_PER_HALF_HOUR)
    for step, sent in enumerate(_SENT_PER_HALF_HOUR):
        at_ms = now_ms - (steps - step) * HALF_HOUR_MS
        for n in range(sent):
            log.publish(EventType.SENT, f"seed-{step}-{n}", at_ms, {})
        for n in range(_FAILED_AT.get(step, 0)):
            log.publish(EventType.FAILED, f"seed-failed-{step}-{n}", at_ms, {"code": "not_on_whatsapp"})


def seed_dead_letter(database: Database, name: str, now_ms: int) -> str:
    """A receiver that took nothing for a day; the id of the event."""
    secret = f"whsec_{base64.b64encode(bytes(32)).decode()}"
    endpoint = Endpoint(name=name, url="https://orders.example.com/hooks/whatsapp", secrets=(secret,))
    if WebhookEndpoints(database).find(name) is None:
        WebhookEndpoints(database).put(endpoint)
    letter = f"evt_default_{now_ms}_0"
    body = json.dumps({"id": letter, "type": "message.sent"})
    delivery = NewDelivery(name, letter, f"default/{now_ms}", "message.sent", body)
    positions = Positions(database)
    before = positions.get("seed")
    assert positions.move("seed", before, Position(f"{now_ms}-0", before.read + 1), now_ms, [delivery])
    deliveries = Deliveries(database, name)
    for lane, token in deliveries.take(now_ms, hold_ms=60_000, concurrency=8, limit=8):
        begun = deliveries.begin(lane, token, now_ms, 60_000)
        assert begun is not None
        assert deliveries.settle(lane, begun[1], begun[0].id, now_ms, Attempt.DEAD, code="http_503")
    return letter
