"""Somebody writes to us: reported once by a webhook, never marked as read; after STOP nothing is sent."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.stack import Stack, eventually
from tests.support.webhook_receiver import Receiver
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.webhooks import Endpoint, encode_secret
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.incoming import Incoming
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints

ADA, BO, CY = "+4915112345671", "+4915112345672", "+4915112345673"
ADA_TITLE = "+49 1511 2345671"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def told(receiver: Receiver) -> list[tuple[str, str | None, int, int, str]]:
    """Chat, phone, unread, new and preview of each event, in the order of their arrival."""
    data = [request.envelope["data"] for request in receiver.received]
    return [(d["chat"], d["phone"], d["unread"], d["new"], d["preview"]) for d in data]


def unread(stack: Stack) -> dict[str, int]:
    """By phone, where there are any."""
    return {f"+{chat['phone']}": chat["unread"] for chat in stack.simulator.chats() if chat["unread"]}


def listening(stack: Stack, receiver: Receiver, *, flushed: bool = False) -> Stack:
    """Linked, its chat list looked at, and with an endpoint for received messages."""
    secret = encode_secret(b"s" * 32)
    endpoint = Endpoint(
        "orders",
        receiver.url,
        (secret,),
        events=("message.received",),
        allow_private=True,
        received_version=1,
    )
    stack.start("worker", "webhooks")
    WebhookEndpoints(stack.database).add(endpoint)
    stack.simulator.chat(ADA, None, [{"text": "long ago"}])
    stack.simulator.incoming(BO, "unread long ago", name="Bo")
    stack.link(flushed=flushed)
    eventually(lambda: Incoming(stack.database, "default").known() is not None, "a first look")
    return stack


@pytest.mark.parametrize(
    "era", [pytest.param("E1", marks=pytest.mark.long), pytest.param("E2", marks=pytest.mark.long), "E3"]
)
def test_a_message_is_reported_and_not_read_and_who_answers_stop_is_left_alone(
    new_stack: Callable[..., Stack], receiver: Receiver, era: str
) -> None:
    stack = listening(new_stack(era=era), receiver)
    stack.simulator.incoming(ADA, "Hello 🎈")
    receiver.wait_for_count(1)
    stack.simulator.incoming(BO, "hi again")
    receiver.wait_for_count(2)
    # A title that is a number was chosen by its owner: no phone before we navigated to it.
    assert told(receiver) == [(ADA_TITLE, None, 1, 1, "Hello 🎈"), ("Bo", None, 2, 1, "hi again")]
    assert unread(stack) == {ADA: 1, BO: 2}

    # The answer to what we send comes into the open chat, which has no badge.
    sent = stack.dispatcher.send(MessageRequest(ADA, "Your code is 7")).id
    stack.await_status(sent, "sent", "delivered", "read")
    stack.simulator.incoming(ADA, "Stop!")
    receiver.wait_for_count(3)
    assert told(receiver)[2:] == [(ADA_TITLE, ADA, 0, 1, "Stop!")]
    eventually(lambda: OptOuts(stack.database).source(ADA) == "answer", "the opt-out")
    with pytest.raises(RequestRefused) as refused:
        stack.dispatcher.send(MessageRequest(ADA, "one more"))
    assert refused.value.code == "recipient_opted_out"
    assert [m.text for m in stack.simulator.messages()] == ["Your code is 7"]
    written = stack.log("worker") + stack.log("webhooks")
    assert not [part for part in ("Hello", "hi again", "Stop!", "2345671", ADA_TITLE) if part in written]


def test_a_worker_that_is_killed_repeats_nothing_and_the_next_tells_what_came_meanwhile(
    new_stack: Callable[..., Stack], receiver: Receiver
) -> None:
    stack = listening(new_stack(), receiver, flushed=True)
    stack.simulator.incoming(ADA, "Hello")
    receiver.wait_for_count(1)
    stack.kill("worker")
    stack.simulator.incoming(CY, "while nobody looked")
    stack.run("worker")
    receiver.wait_for_count(2)
    stack.simulator.incoming(ADA, "and now")
    received = receiver.wait_for_count(3)
    assert told(receiver) == [
        (ADA_TITLE, None, 1, 1, "Hello"),
        ("+49 1511 2345673", None, 1, 1, "while nobody looked"),
        (ADA_TITLE, None, 2, 1, "and now"),
    ]
    assert len({request.headers["webhook-id"] for request in received}) == 3
    assert unread(stack) == {ADA: 2, BO: 1, CY: 1}


def test_who_says_stop_while_a_message_waits_does_not_get_it(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack().start("worker")
    stack.link()
    eventually(lambda: Incoming(stack.database, "default").known() is not None, "a first look")
    pauses = Pauses(stack.database, "default")
    pauses.set(PauseReason.OPERATOR, "test", 1)
    waiting = stack.dispatcher.send(MessageRequest(ADA, "too late")).id
    stack.simulator.incoming(ADA, "sair")
    eventually(lambda: OptOuts(stack.database).contains(ADA), "the opt-out")
    pauses.clear(PauseReason.OPERATOR, "test", 2)
    stack.await_status(waiting, "failed")
    assert stack.dispatcher.get(waiting).error_code == "recipient_opted_out"
    assert stack.simulator.messages() == []
