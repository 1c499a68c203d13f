"""Messages to chats without a phone, accepted and claimed: on a real Redis (issue 16, build 5)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from tests.support.ledger_rig import DAY, LedgerRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chats import ChatKind, ChatRecord, Sighting
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.received_messages import message_in
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.chats import Chats
from whatsapp_tasks.stores.inbox import Inbox
from whatsapp_tasks.stores.opt_outs import OptOuts

PHONE = "+4915112345678"


@pytest.fixture
def dispatcher(rig: LedgerRig, settings: Settings) -> Dispatcher:
    return Dispatcher(rig.database, settings, lambda: rig.now / 1000)


class Reader:
    """Reads chats, as the worker does."""

    def __init__(self, rig: LedgerRig) -> None:
        self._rig = rig
        self.chats = Chats(rig.database, "default")
        self.inbox = Inbox(rig.database, "default", kept_ms=DAY)

    def read(self, title: str, bubble: str, **seen: object) -> ChatRecord:
        """A message in the chat with this title; the chat."""
        rig = self._rig
        sighting = Sighting(title, bubbles=(bubble,), **seen)  # type: ignore[arg-type]
        chat = replace(self.chats.recognised(sighting, rig.now, rig.fence), seen=(bubble,))
        message = message_in(Bubble(bubble, False, "Who comes?"), (), "default", chat, rig.now)
        self.inbox.write(chat, [message], missed="0", read=[], stays="", fence=rig.fence, now_ms=rig.now)
        return chat


@pytest.fixture
def reader(rig: LedgerRig) -> Reader:
    return Reader(rig)


@pytest.fixture
def group(reader: Reader) -> ChatRecord:
    return reader.read("Choir", "B1", kind=ChatKind.GROUP)


def to(chat: ChatRecord, text: str = "Hello", **wishes: object) -> MessageRequest:
    return MessageRequest(message=text, chat=chat.id, **wishes)  # type: ignore[arg-type]


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RequestRefused) as error:
        call()
    return error.value.code


def test_a_message_to_a_group_is_kept_with_its_chat(
    rig: LedgerRig, dispatcher: Dispatcher, group: ChatRecord
) -> None:
    message = dispatcher.get(dispatcher.send(to(group)).id)
    assert (message.phone, message.chat_id) == (None, group.id)
    assert rig.pop(message.priority) == message.id
    assert rig.claim(message) == "claimed"
    claimed = rig.get(message.id)
    assert not rig.ledger.contacted(claimed.recipient)
    assert rig.advance(claimed, Status.SENT, fence=rig.fence)
    assert rig.ledger.contacted(Recipient(None, group.id))
    assert rig.ledger.some_contacted(5) == []  # a chat is no phone to look up


def test_a_repeat_is_the_same_message_also_once_the_phone_is_known(
    rig: LedgerRig, dispatcher: Dispatcher, reader: Reader
) -> None:
    chat = reader.read("@fay", "B1")
    keyed, plain = to(chat, idempotency_key="k"), to(chat, "Hi")
    first = [dispatcher.send(each).id for each in (keyed, plain)]
    assert reader.read("@fay", "B1", phone=PHONE).id == chat.id
    again = [dispatcher.send(each) for each in (keyed, plain)]
    assert ([each.id for each in again], {each.duplicate for each in again}) == (first, {True})
    message = dispatcher.get(dispatcher.send(to(chat, "new")).id)
    assert (message.phone, message.chat_id) == (PHONE, chat.id)  # it goes by the phone
    assert refused(lambda: dispatcher.send(MessageRequest(PHONE, "Hello", idempotency_key="k"))) == (
        "idempotency_conflict"
    )


def test_what_is_wrong_is_said_and_nothing_is_queued(
    rig: LedgerRig, dispatcher: Dispatcher, reader: Reader, group: ChatRecord
) -> None:
    channel = reader.read("News", "B2", kind=ChatKind.CHANNEL)
    left = reader.read("Gone", "B3", kind=ChatKind.GROUP)
    reader.chats.note_closed(left, "chat_left", rig.now, rig.fence)
    cases = [
        (MessageRequest(message="x"), "recipient_missing"),
        (MessageRequest(PHONE, "x", chat=group.id), "recipient_ambiguous"),
        (MessageRequest(message="x", chat="Choir"), "chat_invalid"),
        (MessageRequest(message="x", chat=group.id.replace("-default", "-other")), "chat_elsewhere"),
        (MessageRequest(message="x", chat="0" * 32 + "-default"), "chat_unknown"),
        (to(channel), "chat_is_channel"),
        (to(left), "chat_without_box"),
    ]
    for request, code in cases:
        assert refused(partial(dispatcher.send, request)) == code
    assert dispatcher.page(limit=10) == ([], None)
    rig.now += 3600 * 1000  # the account may have been let in again: the page is asked
    assert dispatcher.send(to(left)).status == "queued"


def test_a_repeat_is_known_although_the_group_was_left_meanwhile(
    rig: LedgerRig, dispatcher: Dispatcher, reader: Reader, group: ChatRecord
) -> None:
    first = dispatcher.send(to(group, idempotency_key="k"))
    reader.chats.note_closed(group, "chat_left", rig.now, rig.fence)
    assert dispatcher.send(to(group, idempotency_key="k")).id == first.id
    assert refused(lambda: dispatcher.send(to(group, "other"))) == "chat_without_box"


def test_a_chat_takes_a_place_of_the_daily_cap_and_is_new_once(
    rig: LedgerRig, settings: Settings, group: ChatRecord
) -> None:
    capped = settings.model_copy(update={"cap_policy": "reject", "cap_base": 2, "cap_new_chats_share": 0.5})
    dispatcher = Dispatcher(rig.database, capped, lambda: rig.now / 1000)
    first = dispatcher.get(dispatcher.send(to(group, "one")).id)  # one place, however many read it
    assert refused(lambda: dispatcher.send(MessageRequest(PHONE, "one"))) == "daily_cap_reached"
    assert rig.pop(first.priority) == first.id
    assert rig.claim(first) == "claimed"
    assert rig.advance(rig.get(first.id), Status.SENT, fence=rig.fence)
    assert dispatcher.send(to(group, "two")).status == "queued"  # not new any more
    assert refused(lambda: dispatcher.send(to(group, "three"))) == "daily_cap_reached"


def test_who_opted_out_without_a_phone_gets_nothing(
    rig: LedgerRig, dispatcher: Dispatcher, reader: Reader
) -> None:
    chat = reader.read("@fay", "B1")
    queued = dispatcher.get(dispatcher.send(to(chat)).id)
    OptOuts(rig.database).add(chat.id)
    assert refused(lambda: dispatcher.send(to(chat, "more"))) == "recipient_opted_out"
    assert rig.pop(queued.priority) == queued.id
    assert rig.claim(queued) == "opted_out"
    reader.read("@fay", "B1", phone=PHONE)  # still, once the phone is known, and by the phone as well
    for request in (to(chat, "more"), MessageRequest(PHONE, "more")):
        assert refused(partial(dispatcher.send, request)) == "recipient_opted_out"


def test_an_opt_out_outlives_the_merger_of_two_records(
    rig: LedgerRig, dispatcher: Dispatcher, reader: Reader
) -> None:
    titled, phoned = reader.read("@fay", "B1"), reader.read("Fay", "B2", phone=PHONE)
    OptOuts(rig.database).add(titled.id)
    assert reader.read("Fay", "B1", phone=PHONE).id == phoned.id
    for request in (to(titled, "x"), to(phoned, "x"), MessageRequest(PHONE, "x")):
        assert refused(partial(dispatcher.send, request)) == "recipient_opted_out"


def test_a_reply_in_a_group_quotes_only_what_stands_there(
    rig: LedgerRig, dispatcher: Dispatcher, reader: Reader, group: ChatRecord
) -> None:
    other = reader.read("Band", "B9", kind=ChatKind.GROUP)
    [asked], _ = reader.inbox.page(group.id, None, 1)
    reply = dispatcher.get(dispatcher.send(to(group, "We do", reply_to=asked.id)).id).reply
    assert reply is not None
    assert (reply.to, reply.bubble_id) == (asked.id, "B1")
    assert refused(lambda: dispatcher.send(to(other, "We do", reply_to=asked.id))) == "reply_to_elsewhere"
    assert (
        refused(lambda: dispatcher.send(MessageRequest(PHONE, "We do", reply_to=asked.id)))
        == "reply_to_elsewhere"
    )
