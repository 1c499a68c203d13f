"""From an event to its receiver: order, retries, giving up, dead letters, filters, rotation."""

import itertools
import socket
import time

import pytest
from standardwebhooks import Webhook

from tests.integration.webhooks.conftest import SECRET, MakeReceiver, WebhookRig
from tests.support import webhook_receiver as receivers
from tests.support.ledger_rig import NOW, LedgerRig
from tests.support.webhook_receiver import Receiver, answer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.domain.webhooks import Answer, Endpoint, encode_secret
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.metrics import Metrics
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.tasks.webhook_sender import WebhookSender


def advance(rig: LedgerRig, message: Message, *statuses: Status) -> None:
    for status in statuses:
        assert rig.ledger.advance(message, status, NOW)


def test_a_message_is_reported_in_the_order_of_its_statuses(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    hooks.endpoint(receiver)
    message = rig.accept(metadata={"order": 7})
    advance(rig, message, Status.SENDING, Status.SENT, Status.DELIVERED, Status.READ)
    hooks.until_quiet()

    assert [r.status for r in receiver.received] == ["queued", "sent", "delivered", "read"]
    assert len({r.headers["webhook-id"] for r in receiver.received}) == 4
    for request in receiver.received:
        envelope = Webhook(SECRET).verify(request.body, request.headers)
        assert envelope["id"] == request.headers["webhook-id"]
        assert envelope["account"] == "default"
        assert envelope["data"]["message_id"] == message.id
        assert envelope["data"]["metadata"] == {"order": 7}
        assert "Hello" not in request.body.decode(), "the text is not told"
        assert time.time() - int(request.headers["webhook-timestamp"]) < 5


def test_half_a_character_in_old_metadata_stops_nothing(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    """As early versions accepted it by `delay`: no event of the account was reported any more."""
    hooks.endpoint(receiver)
    rig.accept(metadata={"note": "cut \ud83d"})
    hooks.until_quiet()
    [request] = receiver.received
    assert request.envelope["data"]["metadata"] == {"note": "cut ?"}


def test_the_next_event_waits_until_the_earlier_one_is_taken(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    hooks.endpoint(receiver)
    receiver.behave = answer(500)
    message = rig.accept()
    advance(rig, message, Status.SENDING, Status.SENT)
    hooks.until_quiet()
    assert [r.status for r in receiver.received] == ["queued"]

    receiver.behave = answer(204)
    hooks.until_quiet()
    assert len(receiver.received) == 1, "not before the pause is over"
    hooks.clock.ahead += 7
    hooks.until_quiet()
    assert [r.status for r in receiver.received] == ["queued", "queued", "sent"]
    assert receiver.received[0].body == receiver.received[1].body
    assert receiver.received[0].headers["webhook-id"] == receiver.received[1].headers["webhook-id"]


def test_one_message_that_is_not_taken_holds_no_other(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    hooks.endpoint(receiver)
    poison = rig.accept()

    def behave(exchange: receivers.Exchange) -> None:
        exchange.reply(500 if poison.id in exchange.request_seen.body.decode() else 204)

    receiver.behave = behave
    others = [rig.accept() for _ in range(20)]
    hooks.until_quiet()
    taken = {r.envelope["data"]["message_id"] for r in receiver.received}
    assert taken == {poison.id, *(message.id for message in others)}


@pytest.mark.parametrize(
    "behave",
    [
        answer(400),
        answer(404),
        answer(408),
        answer(500),
        answer(503),
        answer(301, {"Location": "/"}),
        receivers.hang_up,
    ],
)
def test_what_is_not_taken_is_tried_again_and_given_up_after_a_day(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver, behave: receivers.Behaviour
) -> None:
    deliveries = hooks.endpoint(receiver)
    receiver.behave = behave
    message = rig.accept()
    for _ in range(20):
        hooks.until_quiet()
        hooks.clock.ahead += 5
    attempts = len(receiver.received)
    assert 5 <= attempts <= 7
    [letter] = deliveries.dead()
    assert (letter.attempts, letter.type) == (attempts, "message.queued")
    assert letter.envelope["data"]["message_id"] == message.id
    assert deliveries.counts() == {"waiting": 0, "running": 0, "dead": 1}
    counted = Metrics.of_webhook(hooks.database, "orders").read()
    assert counted.by("attempts", "outcome") == {"failed": attempts}
    assert counted.by("events", "outcome") == {"dead": 1}


def test_an_event_that_waited_for_the_one_before_it_has_a_whole_day_too(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    deliveries = hooks.endpoint(receiver)
    receiver.behave = answer(500)
    message = rig.accept()
    advance(rig, message, Status.SENDING, Status.SENT)
    hooks.until_quiet()
    hooks.clock.ahead += 55
    receiver.behave = answer(204)
    hooks.relay.round()
    [lane] = hooks.handed_over()
    receiver.behave = lambda exchange: exchange.reply(
        204 if exchange.request_seen.status == "queued" else 500
    )
    hooks.sender.work(*lane)
    for _ in range(9):
        hooks.until_quiet()
        hooks.clock.ahead += 5
    assert deliveries.dead() == []
    assert sum(r.status == "sent" for r in receiver.received) >= 4


def test_a_dead_letter_can_be_redriven_and_has_a_day_again(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    deliveries = hooks.endpoint(receiver)
    receiver.behave = answer(500)
    message = rig.accept()
    advance(rig, message, Status.SENDING, Status.SENT)
    for _ in range(30):
        hooks.until_quiet()
        hooks.clock.ahead += 5
    assert len(deliveries.dead()) == 2
    receiver.received.clear()

    assert deliveries.redrive_all(int(hooks.clock() * 1000)) == 2
    hooks.until_quiet()
    assert len(receiver.received) == 1, "not dead at once, although it is old"
    receiver.behave = answer(204)
    hooks.clock.ahead += 30
    hooks.until_quiet()
    assert [r.status for r in receiver.received] == ["queued", "queued", "sent"]
    assert deliveries.dead() == []
    assert not deliveries.redrive("evt_default_1_0", 1)


def test_old_dead_letters_are_forgotten(hooks: WebhookRig, rig: LedgerRig, receiver: Receiver) -> None:
    deliveries = hooks.endpoint(receiver)
    receiver.behave = answer(500)
    rig.accept()
    for _ in range(20):
        hooks.until_quiet()
        hooks.clock.ahead += 5
    [letter] = deliveries.dead()
    assert deliveries.forget_dead(letter.dead_ms, keep=1) == 0
    assert deliveries.forget_dead(letter.dead_ms + 1) == 1
    assert hooks.database.number("EXISTS", keys.WebhookKeys("orders").delivery(letter.id)) == 0


def test_no_more_dead_letters_are_kept_than_there_is_room_for(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    deliveries = hooks.endpoint(receiver)
    receiver.behave = answer(500)
    for _ in range(5):
        rig.accept()
    for _ in range(20):
        hooks.until_quiet()
        hooks.clock.ahead += 5
    newest = [letter.id for letter in deliveries.dead()][:2]
    assert deliveries.forget_dead(0, keep=2) == 3
    assert [letter.id for letter in deliveries.dead()] == newest


def test_the_pause_that_a_receiver_asks_for_holds_all_its_events(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    hooks.endpoint(receiver, concurrency=1)
    receiver.behave = answer(429, {"Retry-After": "30"})
    for _ in range(5):
        rig.accept()
    hooks.until_quiet()
    assert len(receiver.received) == 1
    receiver.behave = answer(204)
    hooks.clock.ahead += 28
    hooks.until_quiet()
    assert len(receiver.received) == 1
    hooks.clock.ahead += 4
    hooks.until_quiet()
    assert len(receiver.received) == 6


def test_410_disables_for_good_and_nothing_is_lost(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    deliveries = hooks.endpoint(receiver)
    receiver.behave = answer(410)
    message = rig.accept()
    advance(rig, message, Status.SENDING, Status.SENT)
    hooks.until_quiet()
    state = hooks.endpoints.state("orders")
    assert state.disabled_ms is not None
    assert state.disabled_reason == "http_410"

    receiver.behave = answer(204)
    restarted = WebhookRig(hooks.database, hooks.settings)
    restarted.clock.ahead = 3600
    restarted.until_quiet()
    assert len(receiver.received) == 1, "a restart does not enable it"

    hooks.endpoints.enable("orders")
    restarted.until_quiet()
    assert [r.status for r in receiver.received] == ["queued", "queued", "sent"]
    assert deliveries.counts()["dead"] == 0


def test_a_disabled_endpoint_gathers_nothing_more(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    deliveries = hooks.endpoint(receiver)
    hooks.endpoints.disable("orders", NOW, "operator")
    rig.accept()
    hooks.until_quiet()
    hooks.endpoints.enable("orders")
    after = rig.accept()
    hooks.until_quiet()
    assert [r.envelope["data"]["message_id"] for r in receiver.received] == [after.id]
    assert deliveries.counts() == {"waiting": 0, "running": 0, "dead": 0}


def test_a_receiver_that_is_back_gets_at_once_what_waited_for_hours(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    hooks.endpoint(receiver)
    receiver.behave = answer(503)
    for _ in range(10):
        rig.accept()
    for _ in range(4):
        hooks.until_quiet()
        hooks.clock.ahead += 6
    hooks.until_quiet()
    receiver.behave = answer(204)
    receiver.received.clear()
    rig.accept()
    hooks.until_quiet()
    assert len(receiver.received) == 11, "one success brings all that wait"


def test_no_more_requests_are_under_way_than_the_endpoint_may_have(
    hooks: WebhookRig, rig: LedgerRig, make_receiver: MakeReceiver
) -> None:
    slow, quick = make_receiver(), make_receiver()
    slow.behave = receivers.slow(0.3)
    hooks.endpoint(slow, "slow", concurrency=3)
    hooks.endpoint(quick, "quick")
    for _ in range(12):
        rig.accept()
    hooks.until_quiet()
    assert slow.most_under_way == 3
    assert len(slow.received) == 12
    assert max(r.at for r in quick.received) < slow.received[6].at, "the quick one did not wait"


def test_each_endpoint_is_told_of_its_types_and_accounts(
    hooks: WebhookRig, rig: LedgerRig, make_receiver: MakeReceiver
) -> None:
    everything, failures, sales, sessions = (make_receiver() for _ in range(4))
    hooks.endpoint(everything, "everything")
    hooks.endpoint(failures, "failures", events=("message.failed",))
    hooks.endpoint(sales, "sales", accounts=("sales",))
    hooks.endpoint(sessions, "sessions", events=("session.*",))
    message = rig.accept()
    rig.ledger.advance(message, Status.FAILED, NOW, code="opted_out", error=("opted_out", "No."))
    Sessions(rig.database, "default").apply(
        SessionEvent.LOGGED_OUT, NOW, reason="unexpected_logout", actor="a", fence=rig.fence
    )
    hooks.until_quiet()

    assert sorted(r.envelope["type"] for r in everything.received) == [
        "message.failed", "message.queued", "session.attention", "session.state",
    ]  # fmt: skip
    [failure] = failures.received
    assert failure.envelope["data"]["error"] == {"code": "opted_out", "message": "No."}
    assert sales.received == []
    assert [r.envelope["type"] for r in sessions.received] == ["session.state", "session.attention"]
    assert sessions.received[0].envelope["data"]["state"] == "QR_PENDING"


def test_an_endpoint_is_not_told_of_what_happened_before_it_was_set(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    rig.accept()
    hooks.endpoint(receiver, created_ms=NOW + 1)
    rig.now = NOW + 2
    after = rig.accept()
    hooks.until_quiet()
    assert [r.envelope["data"]["message_id"] for r in receiver.received] == [after.id]


def test_while_a_secret_is_rotated_both_verify(hooks: WebhookRig, rig: LedgerRig, receiver: Receiver) -> None:
    hooks.endpoint(receiver)
    fresh = encode_secret(b"f" * 32)
    hooks.endpoints.rotate("orders", fresh)
    rig.accept()
    hooks.until_quiet()
    hooks.endpoints.end_rotation("orders")
    rig.accept()
    hooks.until_quiet()

    during, after = receiver.received
    assert Webhook(SECRET).verify(during.body, during.headers) == during.envelope
    assert Webhook(fresh).verify(during.body, during.headers) == during.envelope
    assert Webhook(fresh).verify(after.body, after.headers) == after.envelope
    assert " " not in after.headers["webhook-signature"]


def test_a_private_address_is_refused_and_the_reason_can_be_seen(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    there = {"receiver.example": "127.0.0.1"}
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **kw: real(there.get(host, host), *a, **kw))
    url = receiver.url.replace("http://127.0.0.1", "https://receiver.example")
    deliveries = hooks.endpoint(receiver, "spare")
    hooks.database.do("DEL", keys.WEBHOOK_ENDPOINTS)
    hooks.endpoints.put(Endpoint("spare", url, (SECRET,)))
    rig.accept()
    hooks.until_quiet()
    assert receiver.received == []
    assert hooks.endpoints.state("spare").last_failure == "address_refused"
    assert deliveries.counts()["waiting"] == 1, "it is tried again: the name may be mended"


def test_a_fault_of_ours_ends_as_a_dead_letter_and_not_in_a_circle(
    database: Database, settings: Settings, rig: LedgerRig, receiver: Receiver
) -> None:
    def broken(*_: object, **__: object) -> Answer:
        raise RuntimeError("a fault")

    hooks = WebhookRig(database, settings)
    hooks.sender = WebhookSender(database, settings, {"http": broken}, clock=hooks.clock)
    deliveries = hooks.endpoint(receiver)
    rig.accept()
    for _ in range(20):
        hooks.until_quiet()
        hooks.clock.ahead += 5
    assert [letter.code for letter in deliveries.dead()] == ["internal_error"]


def test_a_removed_endpoint_leaves_nothing(hooks: WebhookRig, rig: LedgerRig, receiver: Receiver) -> None:
    hooks.endpoint(receiver)
    receiver.behave = answer(500)
    rig.accept()
    hooks.until_quiet()
    assert hooks.endpoints.remove("orders")
    assert hooks.database.texts("KEYS", "wa:webhooks:{orders}*") == []
    hooks.clock.ahead += 60
    hooks.until_quiet()
    assert len(receiver.received) == 1


# what crashes leave


def test_a_lane_of_a_killed_worker_is_taken_over_when_its_hold_runs_out(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    hooks.endpoint(receiver)
    rig.accept()
    hooks.relay.round()
    [(_, lane, token)] = hooks.handed_over()  # the Celery entry is lost with the worker
    assert hooks.round() == 0
    hooks.clock.ahead += hooks.sender.hold_ms / 1000 + 0.1
    assert hooks.round() == 1
    assert len(receiver.received) == 1
    hooks.sender.work("orders", lane, token)  # the old entry turns up after all
    assert len(receiver.received) == 1


def test_two_relays_put_each_event_in_line_once(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    hooks.endpoint(receiver)
    for _ in range(450):
        rig.accept()
    twin = WebhookRig(hooks.database, hooks.settings)
    endpoints = hooks.endpoints.all()
    for relay in itertools.islice(itertools.cycle([hooks.relay, twin.relay]), 8):
        relay.fan_out("default", endpoints)
    hooks.until_quiet()
    assert len(receiver.received) == 450
    assert len({r.headers["webhook-id"] for r in receiver.received}) == 450


def test_events_that_the_cap_removed_are_counted_as_lost(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    hooks.endpoint(receiver)
    rig.accept()
    hooks.until_quiet()
    for _ in range(300):
        rig.accept()
    hooks.database.do("XTRIM", rig.keys.events, "MAXLEN", 250)
    hooks.until_quiet()
    assert len(receiver.received) == 251
    assert Metrics(hooks.database, "default").read().counters["events_lost"] == {(): 50}
    assert EventLog(hooks.database, "default").trimmed() == 51
    rig.accept()
    hooks.until_quiet()
    assert Metrics(hooks.database, "default").read().counters["events_lost"] == {(): 50}


def test_a_delivery_whose_record_was_evicted_does_not_stop_its_lane(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    hooks.endpoint(receiver)
    receiver.behave = answer(500)
    message = rig.accept()
    advance(rig, message, Status.SENDING, Status.SENT)
    hooks.until_quiet()
    first = receiver.received[0].headers["webhook-id"]
    hooks.database.do("DEL", keys.WebhookKeys("orders").delivery(first))
    receiver.behave = answer(204)
    hooks.clock.ahead += 10
    hooks.until_quiet()
    assert [r.status for r in receiver.received] == ["queued", "sent"]
