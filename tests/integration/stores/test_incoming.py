"""What came: counts, events and opt-outs in one step, on a real Redis."""

from collections.abc import Mapping

import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.domain.events import EventType, envelope
from whatsapp_tasks.domain.incoming import Findings, KnownChat, Notice
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.incoming import KEPT_FOR_EVENTS_SECONDS, Incoming
from whatsapp_tasks.stores.metrics import Metrics
from whatsapp_tasks.stores.opt_outs import OptOuts

WORDS = frozenset({"stop"})
ADA = "+49 1511 2345678"
PHONE = "+4915112345678"


class Chats:
    """The chats of the account, as its worker writes them down."""

    def __init__(self, rig: LedgerRig) -> None:
        self.rig = rig
        self.store = Incoming(rig.database, rig.account)
        self.log = EventLog(rig.database, rig.account)
        rig.database.do("DEL", rig.keys.events, rig.keys.metrics)  # those of linking

    def write(
        self, *notices: Notice, first: bool = False, changes: Mapping[str, KnownChat | None] | None = None
    ) -> bool:
        findings = Findings(dict(changes or {}), notices)
        return self.store.write(findings, WORDS, fence=self.rig.fence, now_ms=NOW, first=first)

    def told(self) -> list[dict[str, object]]:
        """Data of all events."""
        events = [event for _, event in self.log.after("0-0", 100) if event]
        records = self.log.records(events)
        return [envelope(event, records.get(event.id), received_version=1)["data"] for event in events]


@pytest.fixture
def chats(database: Database) -> Chats:
    return Chats(LedgerRig(database))


def test_nothing_is_known_before_the_first_look_and_then_all_of_it(chats: Chats) -> None:
    assert chats.store.known() is None
    assert chats.write(first=True)
    assert chats.store.known() == {}
    known = {"Ada": KnownChat(2, "3EB0|1", 1), "Bo": KnownChat()}
    chats.write(changes=known)
    assert chats.store.known() == known
    chats.write(changes={"Ada": None})
    assert chats.store.known() == {"Bo": KnownChat()}
    assert chats.told() == []
    chats.store.forget()
    assert chats.store.known() is None


def test_an_event_is_written_with_the_count_and_the_stream_holds_no_name_and_no_text(chats: Chats) -> None:
    chats.write(first=True)
    chats.write(Notice(ADA, 3, 2, "Hello", PHONE), Notice("Bo", 1, 1, ""), changes={ADA: KnownChat(3)})
    assert chats.told() == [
        {"chat": ADA, "phone": PHONE, "unread": 3, "new": 2, "preview": "Hello"},
        {"chat": "Bo", "phone": None, "unread": 1, "new": 1, "preview": ""},
    ]
    stream = str(chats.rig.database.do("XRANGE", chats.rig.keys.events, "-", "+"))
    assert not [part for part in (ADA, PHONE, "Hello", "Bo'") if part in stream]
    counters = Metrics(chats.rig.database, "default").read().counters
    assert counters == {"messages_received": {(): 3}}


def test_what_an_envelope_needs_is_kept_a_day_at_most_and_no_longer_than_it_is_needed(chats: Chats) -> None:
    chats.write(Notice(ADA, 1, 1, "Hello"), first=True)
    [kept] = chats.rig.database.texts("KEYS", chats.rig.keys.received.replace("{", "[{]") + "*")
    assert 0 < chats.rig.database.number("TTL", kept) <= KEPT_FOR_EVENTS_SECONDS
    chats.log.forget_received(chats.log.after("0-0", 10))
    assert chats.told() == [{"chat": None, "phone": None, "unread": 1, "new": 1, "preview": None}]


def test_a_worker_that_lost_its_lease_writes_nothing(chats: Chats) -> None:
    chats.write(first=True)
    findings = Findings({ADA: KnownChat(1)}, (Notice(ADA, 1, 1, "stop"),))
    with pytest.raises(LeaseLost):
        chats.store.write(findings, WORDS, fence=chats.rig.fence - 1, now_ms=NOW)
    assert (chats.store.known(), chats.told()) == ({}, [])
    assert chats.store.answers() == {}


def test_counts_that_redis_has_forgotten_are_not_written_in_part(chats: Chats) -> None:
    assert chats.write(Notice(ADA, 1, 1, "stop"), changes={ADA: KnownChat(1)}) is False
    assert (chats.store.known(), chats.told()) == (None, [])
    assert chats.store.answers() == {}


def test_a_row_that_seems_to_opt_out_leads_to_a_look_at_the_chat_and_no_further(chats: Chats) -> None:
    chats.write(
        Notice(ADA, 1, 1, "Stop."),
        Notice("Bo", 1, 1, "Stop"),
        Notice("Cy", 3, 2, "stop", "+49222222222"),
        Notice("Di", 1, 1, "no", "+49333333333"),
        first=True,
    )
    chats.write(Notice(ADA, 2, 1, "STOP"))
    assert chats.store.answers() == {PHONE: 2, "+49222222222": 2}
    assert list(OptOuts(chats.rig.database).all()) == []
    chats.store.no_opt_out("+49222222222")
    assert chats.store.answers() == {PHONE: 2}


def test_who_answered_is_on_the_list_with_that_source(chats: Chats) -> None:
    opt_outs = OptOuts(chats.rig.database)
    chats.write(Notice(ADA, 1, 1, "stop"), first=True)
    for _ in range(2):
        chats.store.opt_out(PHONE, "b1")
    assert (opt_outs.contains(PHONE), opt_outs.source(PHONE)) == (True, "answer")
    assert chats.store.answers() == {}
    counters = Metrics(chats.rig.database, "default").read()
    assert counters.by("opt_outs", "source") == {"answer": 1}
    assert opt_outs.remove(PHONE)
    assert opt_outs.source(PHONE) is None


@pytest.mark.parametrize(
    "title", ["+52 1 55 1234 5678", "\u202a+52 1 55 1234 5678\u202c", "+52 55 1234 5678"]
)
def test_a_stop_from_a_mexican_mobile_counts_however_whatsapp_writes_it_issue_12_row_6(
    chats: Chats, title: str
) -> None:
    chats.write(Notice(title, 1, 1, "stop"), first=True)
    assert chats.store.answers() == {"+525512345678": 1}


@pytest.mark.parametrize(
    ("listed", "answering"),
    [("+5511987654321", "+551187654321"), ("+541112345678", "+5491112345678")],
)
def test_a_stop_from_another_form_of_a_listed_mobile_adds_nothing_issue_12_row_5(
    chats: Chats, listed: str, answering: str
) -> None:
    opt_outs = OptOuts(chats.rig.database)
    opt_outs.add(listed)
    chats.store.opt_out(answering, "b1")
    assert (list(opt_outs.all()), opt_outs.source(listed)) == ([listed], None)


def test_the_answer_that_opted_out_is_remembered_after_the_phone_is_off_the_list(chats: Chats) -> None:
    chats.store.opt_out("+5511987654321", "b1")
    OptOuts(chats.rig.database).remove("+5511987654321")
    assert chats.store.was_heeded("+551187654321", "b1")
    assert not chats.store.was_heeded("+5511987654321", "b2")
    assert not chats.store.was_heeded(PHONE, "b1")


def test_a_phone_that_a_caller_put_on_the_list_keeps_no_source(chats: Chats) -> None:
    opt_outs = OptOuts(chats.rig.database)
    opt_outs.add(PHONE)
    chats.store.opt_out(PHONE, "b1")
    assert opt_outs.source(PHONE) is None


def test_events_of_one_chat_share_a_lane(chats: Chats) -> None:
    chats.write(Notice(ADA, 1, 1, "a"), Notice("Bo", 1, 1, "b"), Notice(ADA, 2, 1, "c"), first=True)
    lanes = [event.lane for _, event in chats.log.after("0-0", 10) if event]
    assert lanes[0] == lanes[2] != lanes[1]
    assert {event.type for _, event in chats.log.after("0-0", 10) if event} == {EventType.RECEIVED}
