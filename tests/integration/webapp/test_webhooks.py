"""``/webhooks``: how receivers do, and dead letters tried again."""

from collections.abc import Callable

import pytest

from tests.integration.webapp.conftest import Caller, problem
from tests.support.ledger_rig import LedgerRig
from whatsapp_tasks.domain.webhooks import Endpoint, encode_secret
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import Attempt
from whatsapp_tasks.stores.webhook_deliveries import Deliveries
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints
from whatsapp_tasks.tasks.webhook_relay import Relay

SECRET = encode_secret(b"s" * 32)


@pytest.fixture
def dead(database: Database) -> list[str]:
    """Ids of three dead letters of the webhook `orders`, the one given up last first."""
    rig = LedgerRig(database)
    WebhookEndpoints(database).put(
        Endpoint("orders", "https://example.org/", (SECRET,), events=("message.*",))
    )
    for _ in range(3):
        rig.accept()
    relay = Relay(database, hold_ms=1000, threads=16, dead_kept_seconds=10**6)
    relay.fan_out("default", WebhookEndpoints(database).all())
    line = Deliveries(database, "orders")
    now = 10**13
    for lane, token in line.take(now, hold_ms=1000, concurrency=9, limit=9):
        begun = line.begin(lane, token, now, 1000)
        assert begun is not None
        now += 1
        assert line.settle(lane, begun[1], begun[0].id, now, Attempt.DEAD, code="http_500")
    return [letter.id for letter in line.dead()]


def test_receivers_are_listed_without_their_secrets(caller: Caller, dead: list[str]) -> None:
    answer = caller.get("/webhooks")
    assert answer.json is not None
    [webhook] = answer.json["webhooks"]
    assert (webhook["name"], webhook["dead"], webhook["last_problem"]) == ("orders", 3, "http_500")
    assert webhook["failures_in_row"] == 3
    assert "whsec" not in answer.text


def test_dead_letters_page_by_page(caller: Caller, dead: list[str]) -> None:
    first = caller.get("/webhooks/orders/dead?limit=2").json
    rest = caller.get("/webhooks/orders/dead?limit=2&offset=2").json
    assert first is not None
    assert rest is not None
    assert first["total"] == 3
    assert [letter["id"] for letter in first["dead_letters"] + rest["dead_letters"]] == dead
    letter = first["dead_letters"][0]
    assert (letter["attempts"], letter["last_answer"], letter["type"]) == (1, "http_500", "message.queued")
    assert letter["event"]["id"] == letter["id"]


def test_one_or_all_are_tried_again(caller: Caller, dead: list[str], database: Database) -> None:
    one = caller.post("/webhooks/orders/redrive", {"ids": [dead[1], "evt_nothing"]}).json
    assert one == {"webhook": "orders", "redriven": 1}
    assert caller.post("/webhooks/orders/redrive").json == {"webhook": "orders", "redriven": 2}
    assert Deliveries(database, "orders").counts() == {"waiting": 3, "running": 0, "dead": 0}


def test_a_disabled_receiver_is_enabled(caller: Caller, dead: list[str], database: Database) -> None:
    WebhookEndpoints(database).disable("orders", 1_764_000_000_000, "http_410")
    shown = caller.get("/webhooks").json
    assert shown is not None
    assert shown["webhooks"][0]["disabled_reason"] == "http_410"
    enabled = caller.post("/webhooks/orders/enable").json
    assert enabled is not None
    assert enabled["disabled"] is False


@pytest.mark.parametrize("target", ["/webhooks/nobody/redrive", "/webhooks/nobody/enable"])
def test_a_receiver_that_nobody_set(caller: Caller, target: str) -> None:
    assert problem(caller.post(target), 404) == "webhook_not_found"
    assert problem(caller.get("/webhooks/nobody/dead"), 404) == "webhook_not_found"


def test_operators_alone(make_caller: Callable[..., Caller], dead: list[str]) -> None:
    reader = make_caller("read", "send")
    assert problem(reader.get("/webhooks"), 403) == "scope_missing"
    assert problem(reader.post("/webhooks/orders/redrive"), 403) == "scope_missing"
