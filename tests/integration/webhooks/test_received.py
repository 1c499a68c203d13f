"""Received messages at their receivers: what is sent, in which order, and what is stored of it."""

import pytest

from tests.integration.webhooks.conftest import MakeReceiver, WebhookRig
from tests.support.chats_read import AT_MS, chat_read
from tests.support.ledger_rig import NOW, LedgerRig
from tests.support.webhook_receiver import Receiver, answer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.incoming import Findings, Notice
from whatsapp_tasks.domain.received_media import MediaRules, MediaState, MediaStatus
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.inbox_media import NO_LEASE
from whatsapp_tasks.stores.incoming import Incoming

ADA = "+49 1511 2345678"


@pytest.fixture
def incoming(rig: LedgerRig) -> Incoming:
    return Incoming(rig.database, rig.account)


def write(incoming: Incoming, rig: LedgerRig, *notices: Notice) -> None:
    findings = Findings({}, notices)
    assert incoming.write(findings, frozenset(), fence=rig.fence, now_ms=NOW, first=True)


def test_it_is_reported_once_and_then_nothing_is_kept(
    hooks: WebhookRig, rig: LedgerRig, incoming: Incoming, receiver: Receiver
) -> None:
    orders = hooks.endpoint(receiver, events=("message.received",), received_version=1)
    rig.accept()
    write(incoming, rig, Notice(ADA, 2, 2, "Good day", "+4915112345678"))
    hooks.until_quiet()
    [request] = receiver.received
    assert request.envelope["type"] == "message.received"
    assert request.envelope["data"] == {
        "chat": ADA, "phone": "+4915112345678", "unread": 2, "new": 2, "preview": "Good day",
    }  # fmt: skip
    assert orders.counts() == {"waiting": 0, "running": 0, "dead": 0}
    assert _anywhere(rig, "Good day") == []


def test_the_filter_of_another_endpoint_keeps_it_away(
    hooks: WebhookRig, rig: LedgerRig, incoming: Incoming, make_receiver: MakeReceiver
) -> None:
    everything, session_only = make_receiver(), make_receiver()
    hooks.endpoint(everything, "all", events=("message.*",), received_version=1)
    hooks.endpoint(session_only, "sessions", events=("session.*", "message.sent"))
    write(incoming, rig, Notice("Ada", 1, 1, "Good day"))
    hooks.until_quiet()
    assert [r.envelope["data"]["phone"] for r in everything.received] == [None]
    assert session_only.received == []


def test_what_nobody_wants_is_not_kept_either(hooks: WebhookRig, rig: LedgerRig, incoming: Incoming) -> None:
    write(incoming, rig, Notice(ADA, 1, 1, "Good day"))
    assert _anywhere(rig, "Good day")
    hooks.until_quiet()
    assert _anywhere(rig, "Good day") == []


def test_a_chat_is_reported_in_its_order_and_another_chat_does_not_wait_for_it(
    hooks: WebhookRig, rig: LedgerRig, incoming: Incoming, receiver: Receiver
) -> None:
    hooks.endpoint(receiver)
    receiver.behave = answer(500)
    write(
        incoming,
        rig,
        Notice(ADA, 1, 1, "first"),
        Notice(ADA, 2, 1, "second"),
        Notice("Bo", 1, 1, "other"),
    )
    hooks.until_quiet()
    assert sorted(r.envelope["data"]["preview"] for r in receiver.received) == ["first", "other"]
    receiver.behave = answer(204)
    hooks.clock.ahead += 7
    hooks.until_quiet()
    told = [
        r.envelope["data"]["preview"] for r in receiver.received if r.envelope["data"]["chat"]["title"] == ADA
    ]
    assert told == ["first", "first", "second"]


def test_the_end_of_a_file_is_reported_after_its_message_with_what_is_known_of_it(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver
) -> None:
    """Issue 16, point 2: in the lane of the chat, so never before the message."""
    hooks.endpoint(receiver, events=("message.received", "message.media"))
    rig.lease.release()
    chat = chat_read(rig.database, Settings(), MediaRules(frozenset({"document"}), 10**6, 10**9))
    stores = AccountStores(rig.database, Settings(), "default")
    [waiting] = stores.inbox_media.waiting(10)
    ended = MediaStatus(MediaState.EXPIRED, "gone")
    stores.inbox_media.settle(waiting, MediaState.PENDING, ended, fence=NO_LEASE, now_ms=AT_MS)
    receiver.behave = answer(500)
    hooks.until_quiet()
    receiver.behave = answer(204)
    hooks.clock.ahead += 7
    hooks.until_quiet()
    told = [r.envelope for r in receiver.received[1:]]
    assert [each["type"] for each in told] == ["message.received"] * 2 + ["message.media"]
    data = told[-1]["data"]
    assert (data["chat"]["id"], data["message_id"], data["state"], data["reason"]) == (
        *(chat.id, waiting),
        *("expired", "gone"),
    )
    assert (data["media"]["name"], data["media"]["state"]) == ("Invoice.pdf", "expired")


def _anywhere(rig: LedgerRig, text: str) -> list[str]:
    """Keys of Redis in whose value the text stands."""
    database = rig.database
    commands: dict[str | None, tuple[str | int, ...]] = {
        "hash": ("HGETALL",),
        "string": ("GET",),
        "list": ("LRANGE", 0, -1),
        "stream": ("XRANGE", "-", "+"),
    }
    found = []
    for key in database.texts("KEYS", "*"):
        command = commands.get(database.text("TYPE", key))
        if command and text in str(database.do(command[0], key, *command[1:])):
            found.append(key)
    return found
