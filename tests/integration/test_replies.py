"""Replies, accepted: by dispatch, on a real Redis (issue 16, point 4)."""

from collections.abc import Callable

import pytest

from tests.support.ledger_rig import DAY, LedgerRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chats import Sighting
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.received_messages import message_in
from whatsapp_tasks.domain.replies import ReplyPolicy
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.chats import Chats
from whatsapp_tasks.stores.inbox import Inbox
from whatsapp_tasks.stores.messages import Message

PHONE = "+4915112345678"


@pytest.fixture
def dispatcher(rig: LedgerRig, settings: Settings) -> Dispatcher:
    return Dispatcher(rig.database, settings, lambda: rig.now / 1000)


def sent(rig: LedgerRig, phone: str = PHONE) -> Message:
    """A message of ours whose bubble is known."""
    message = rig.claimed(phone=phone)
    rig.ledger.note(message, rig.fence, bubble_id="3EB0AA")
    assert rig.advance(message, Status.SENT, fence=rig.fence)
    return rig.get(message.id)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RequestRefused) as error:
        call()
    return error.value.code


def test_a_reply_is_kept_with_what_the_page_knows_it_by(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    first = sent(rig)
    asked = MessageRequest(PHONE, "Yes", reply_to=first.id, reply_policy="send_plain")
    message = dispatcher.get(dispatcher.send(asked).id)
    assert message.reply is not None
    assert (message.reply.to, message.reply.bubble_id) == (first.id, "3EB0AA")
    assert message.reply.policy is ReplyPolicy.SEND_PLAIN
    assert message.quoted is None
    assert dispatcher.get(dispatcher.send(MessageRequest(PHONE, "plain")).id).reply is None


@pytest.mark.parametrize("known", ["then", "since"])
def test_a_received_message_is_quoted_where_the_phone_of_its_chat_is_known(
    rig: LedgerRig, dispatcher: Dispatcher, known: str
) -> None:
    chats, inbox = Chats(rig.database, "default"), Inbox(rig.database, "default", kept_ms=DAY)

    def received(phone: str | None) -> str:
        sighting = Sighting("Ada", phone=phone, bubbles=("A1",))
        chat = chats.recognised(sighting, rig.now, rig.fence)
        message = message_in(Bubble("A1", False, "Which one?"), (), "default", chat, rig.now)
        inbox.write(chat, [message], missed="0", read=[], stays="", fence=rig.fence, now_ms=rig.now)
        return message.id

    asked = received(PHONE if known == "then" else None)
    answer = MessageRequest(PHONE, "The blue one", reply_to=asked)
    if known == "since":
        assert refused(lambda: dispatcher.send(answer)) == "reply_to_elsewhere"
        assert received(PHONE) == asked
    reply = dispatcher.get(dispatcher.send(answer).id).reply
    assert reply is not None
    assert (reply.to, reply.bubble_id) == (asked, "A1")
    elsewhere = MessageRequest("+4915112345679", "The blue one", reply_to=asked)
    assert refused(lambda: dispatcher.send(elsewhere)) == "reply_to_elsewhere"


def test_what_is_not_in_this_chat_is_refused(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    Accounts(rig.database).add("other", rig.now)
    first, failed, queued = sent(rig), rig.at(Status.FAILED), rig.accept()
    cases = {
        first.id.replace("-default", "-other"): "reply_to_unknown",
        "f" * 32 + "-default": "reply_to_unknown",
        "no id": "reply_to_invalid",
        queued.id: "reply_to_not_sent",
        failed.id: "reply_to_not_sent",
    }
    for reply_to, code in cases.items():
        assert refused(lambda to=reply_to: dispatcher.send(MessageRequest(PHONE, "x", reply_to=to))) == code  # type: ignore[misc]
    elsewhere = MessageRequest("+4915112345679", "x", reply_to=first.id)
    assert refused(lambda: dispatcher.send(elsewhere)) == "reply_to_elsewhere"
    of_other = MessageRequest(PHONE, "x", reply_to=first.id, account="other")
    assert refused(lambda: dispatcher.send(of_other)) == "reply_to_unknown"
    assert (
        refused(lambda: dispatcher.send(MessageRequest(PHONE, "x", reply_policy="?")))
        == "reply_policy_invalid"
    )
    assert len(rig.queued()) == 1, "nothing of it is queued"


def test_what_it_replies_to_is_part_of_what_a_message_is(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    one, two = sent(rig), sent(rig)
    ids = {
        dispatcher.send(MessageRequest(PHONE, "Yes", reply_to=to)).id for to in (None, one.id, two.id, one.id)
    }
    assert len(ids) == 3
    keyed = MessageRequest(PHONE, "Yes", reply_to=one.id, idempotency_key="k")
    first = dispatcher.send(keyed)
    assert dispatcher.send(keyed).duplicate
    for other in (None, two.id):
        asked = MessageRequest(PHONE, "Yes", reply_to=other, idempotency_key="k")
        assert refused(lambda asked=asked: dispatcher.send(asked)) == "idempotency_conflict"  # type: ignore[misc]
    policy = MessageRequest(PHONE, "Yes", reply_to=one.id, reply_policy="send_plain", idempotency_key="k")
    assert dispatcher.send(policy).id == first.id, "the policy is a wish, no content"


def test_a_repeat_is_a_duplicate_although_what_it_replies_to_is_gone(
    rig: LedgerRig, dispatcher: Dispatcher
) -> None:
    first = sent(rig)
    asked = MessageRequest(PHONE, "Yes", reply_to=first.id, idempotency_key="k")
    accepted = dispatcher.send(asked)
    rig.database.do("DEL", rig.keys.message(first.id))
    again = dispatcher.send(asked)
    assert (again.id, again.duplicate) == (accepted.id, True)
    new = MessageRequest(PHONE, "Yes", reply_to=first.id, idempotency_key="l")
    assert refused(lambda: dispatcher.send(new)) == "reply_to_unknown"
