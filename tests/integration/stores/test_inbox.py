"""Issue 16, points 1 and 3: chats and what was read in them, on a real Redis."""

from dataclasses import replace

import pytest

from tests.support.ledger_rig import DAY, NOW, LedgerRig
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chats import ChatRecord, Sighting
from whatsapp_tasks.domain.received_messages import message_in, received_id
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores.chats import Chats
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.inbox import Inbox
from whatsapp_tasks.stores.metrics import Metrics

ADA = "+4915112345678"


class Reader:
    """What a worker reads."""

    def __init__(self, rig: LedgerRig) -> None:
        self.rig = rig
        self.chats = Chats(rig.database, "default")
        self.inbox = Inbox(rig.database, "default", kept_ms=DAY)
        rig.database.do("DEL", rig.keys.events)

    def sees(self, *ids: str, title: str = "Ada", phone: str | None = None, now_ms: int = NOW) -> ChatRecord:
        return self.chats.recognised(Sighting(title, phone=phone, bubbles=ids), now_ms, self.rig.fence)

    def reads(
        self, *ids: str, title: str = "Ada", phone: str | None = None, missed: str = "0", now_ms: int = NOW
    ) -> tuple[ChatRecord, int]:
        """Bubbles that begin with o are ours. The chat, and how many messages are new."""
        chat = self.sees(*ids, title=title, phone=phone, now_ms=now_ms)
        bubbles = [Bubble(i, i.startswith("o"), f"text of {i}") for i in ids]
        chat = replace(chat, seen=tuple(dict.fromkeys([*chat.seen, *ids])))
        messages = [message_in(b, (), "default", chat, now_ms) for b in bubbles]
        new = self.inbox.write(
            chat, messages, missed=missed, read=[f"t:{title}"], stays="", fence=self.rig.fence, now_ms=now_ms
        )
        return chat, new

    def texts(self, chat_id: str) -> list[str]:
        return [m.text.removeprefix("text of ") for m in self.inbox.page(chat_id, None, 50)[0]]

    def told(self) -> list[tuple[str, str]]:
        """Message and gap of each event."""
        events = [event for _, event in EventLog(self.rig.database, "default").after("0-0", 100) if event]
        found = [(event.details["message"], event.details["missed"]) for event in events]
        by_id = {m.id: m.text.removeprefix("text of ") for m in self.inbox.get_many([i for i, _ in found])}
        return [(by_id.get(i, ""), missed) for i, missed in found]


@pytest.fixture
def reader(database: Database) -> Reader:
    return Reader(LedgerRig(database))


def test_a_message_is_received_once_in_order_and_ours_without_an_event(reader: Reader) -> None:
    chat, new = reader.reads("a", "o1", "b")
    assert new == 2
    again, new = reader.reads("o1", "b", "c")
    assert (again.id, new) == (chat.id, 1)
    assert reader.texts(chat.id) == ["c", "b", "o1", "a"]
    assert reader.told() == [("a", "0"), ("b", "0"), ("c", "0")]
    assert Metrics(reader.rig.database, "default").read().counters["messages_received"] == {(): 3}


def test_a_gap_is_told_before_what_came_after_it_or_alone(reader: Reader) -> None:
    reader.reads("a", "b", missed="2")
    reader.reads(missed="unknown", phone=ADA, title="Bo")
    assert reader.told() == [("a", "2"), ("b", "0"), ("", "unknown")]


def test_a_worker_that_lost_its_lease_writes_nothing(reader: Reader) -> None:
    reader.inbox.note("t:Ada")
    reader.rig.database.do("HSET", reader.rig.keys.lease, "fence", 10**6)
    with pytest.raises(LeaseLost):
        reader.inbox.write(
            reader.sees("a"), [], missed="unknown", read=["t:Ada"], stays="", fence=1, now_ms=NOW
        )
    assert (reader.inbox.to_read(), reader.told()) == ({"t:Ada": 0}, [])


def test_a_chat_stays_to_be_read_until_the_step_that_stores_what_was_read(reader: Reader) -> None:
    reader.inbox.note("t:Ada")
    reader.inbox.note("p:+49")
    reader.reads("a")
    assert reader.inbox.to_read() == {"p:+49": 0}
    reader.inbox.read_all_of(["p:+49"], stays="p:+49")
    assert reader.inbox.to_read() == {"p:+49": 0}
    reader.inbox.read_all_of(["p:+49"], stays="")
    assert reader.inbox.to_read() == {}


def test_a_chat_called_by_its_title_gets_its_phone_and_keeps_its_id(reader: Reader) -> None:
    chat, _ = reader.reads("a", "b")
    named, new = reader.reads("a", "b", "c", phone=ADA)
    assert (named.id, named.phone, new) == (chat.id, ADA, 1)
    assert reader.sees(phone=ADA, title="renamed").id == chat.id


def test_two_records_of_one_chat_become_one_with_the_messages_of_both(reader: Reader) -> None:
    by_phone, _ = reader.reads("a", phone=ADA)
    titled, _ = reader.reads("x", title="Ada B")
    assert titled.id != by_phone.id
    one, _ = reader.reads("a", "x", "y", phone=ADA, title="Ada B")
    assert (one.id, one.titles) == (by_phone.id, ("Ada", "Ada B"))
    assert reader.texts(one.id) == ["y", "x", "a"]
    found = reader.chats.get(titled.id)
    assert found is not None
    assert found.id == one.id
    assert reader.reads("x", "y", phone=ADA, title="Ada B")[1] == 0
    moved = reader.inbox.find(received_id("default", titled.id, "x"))
    assert moved is not None
    assert moved.chat_id == one.id


def test_ids_of_chats_tell_nothing_and_chats_are_listed_by_when_they_were_seen(reader: Reader) -> None:
    made = [reader.reads(f"a{n}", title=f"chat {n}", now_ms=NOW + n // 2)[0] for n in range(5)]
    assert len({chat.id for chat in made}) == 5
    listed, cursor = [], None
    while True:
        page, cursor = reader.chats.page(cursor, 2)
        listed += [chat.title for chat in page]
        if cursor is None:
            break
    assert sorted(listed) == sorted(chat.title for chat in made)
    assert listed[0] == "chat 4"


def test_pages_of_messages_go_on_where_they_ended(reader: Reader) -> None:
    chat, _ = reader.reads(*(f"m{n}" for n in range(5)))
    found, before = [], None
    while True:
        page, before = reader.inbox.page(chat.id, before, 2)
        found += [m.bubble_id for m in page]
        if before is None:
            break
    assert found == ["m4", "m3", "m2", "m1", "m0"]
    assert reader.inbox.page(chat.id, "0" * 32 + "-default", 2) == ([], None)


def test_messages_are_forgotten_in_time_and_not_received_again(reader: Reader) -> None:
    chat, _ = reader.reads("a", "b")
    reader.reads("a", "b", "c", now_ms=NOW + DAY // 2)
    assert reader.inbox.reap(NOW + DAY + 1) == 2
    assert reader.texts(chat.id) == ["c"]
    assert reader.inbox.reap(NOW + DAY + 1) == 0
    stored = reader.sees("b", "c")
    assert stored.seen == ("a", "b", "c")  # so a look at the chat finds nothing new
