"""The daily cap in Redis: never one too many, and no place is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.ledger_rig import DAY, LedgerRig
from tests.support.one_mobile import PAIRS
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.daily_cap import CapRules
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.outcomes import Accept

NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
SMALL = CapRules(base=3, step=1, highest=10, new_chats_share=1)


def desk_with(database: Database, rules: CapRules, *, holds: bool = False, zone: str = "UTC") -> LedgerRig:
    """A rig at noon of 2 March 2026."""
    rig = LedgerRig(database, caps=Caps(database, "default", rules, zone, holds=holds))
    rig.now = NOON
    return rig


def caps_of(rig: LedgerRig) -> Caps:
    caps = rig.ledger._caps
    assert caps is not None
    return caps


def left(rig: LedgerRig) -> int:
    return caps_of(rig).use(rig.now).left


def over(rig: LedgerRig, **changes: object) -> int | None:
    """Submits one message that must be over the cap; returns the time of the next place."""
    acceptance = rig.admission.accept(rig.new(**changes))
    assert acceptance.outcome == "capped"
    return acceptance.next_place_ms


def finish(rig: LedgerRig, message: Message, to: Status) -> None:
    assert rig.claim(message) == "claimed"
    assert rig.advance(message, to)
    if to is Status.SENT:
        caps_of(rig).note_sent(rig.now)


def test_a_place_is_taken_at_acceptance_and_the_first_without_one_is_told_when(database: Database) -> None:
    rig = desk_with(database, SMALL)
    for _ in range(3):
        rig.accept()
    assert left(rig) == 0
    assert over(rig) == NOON + DAY // 2  # midnight


def test_a_refused_message_leaves_nothing_behind(database: Database) -> None:
    rig = desk_with(database, CapRules(base=0, step=1, highest=1, new_chats_share=1))
    caps_of(rig).note_authenticated(NOON)
    before = set(database.texts("KEYS", "*"))
    over(rig)
    assert set(database.texts("KEYS", "*")) == before


def test_what_is_certainly_not_sent_gives_its_place_back(database: Database) -> None:
    rig = desk_with(database, SMALL)
    messages = [rig.accept() for _ in range(3)]
    finish(rig, messages[0], Status.FAILED)
    assert left(rig) == 1
    assert rig.advance(messages[1], Status.CANCELLED)
    assert left(rig) == 2
    assert rig.advance(messages[2], Status.EXPIRED)
    assert left(rig) == 3


@pytest.mark.parametrize("to", [Status.SENT, Status.UNKNOWN])
def test_what_may_have_been_sent_keeps_its_place(database: Database, to: Status) -> None:
    rig = desk_with(database, SMALL)
    finish(rig, rig.accept(), to)
    assert left(rig) == 2


def test_a_retry_keeps_the_place_it_has(database: Database) -> None:
    rig = desk_with(database, SMALL)
    message = rig.accept()
    for _ in range(3):
        assert rig.claim(message) == "claimed"
        assert rig.advance(message, Status.QUEUED)
        rig.queue.release_due(rig.now + 1)
        assert left(rig) == 2


def test_held_messages_wait_for_the_first_day_with_a_place(database: Database) -> None:
    rig = desk_with(database, SMALL, holds=True)
    caps_of(rig).note_authenticated(NOON)
    messages = [rig.accept() for _ in range(3 + 4 + 1)]
    due = [database.text("ZSCORE", rig.keys.schedule, m.id) for m in messages]
    assert due[:3] == [None] * 3
    assert {int(float(each or 0)) for each in due[3:7]} == {NOON + DAY // 2}
    assert int(float(due[7] or 0)) == NOON + DAY // 2 + DAY


def test_a_message_that_comes_too_late_for_its_day_takes_a_place_of_the_new_one(database: Database) -> None:
    rig = desk_with(database, SMALL)
    old = rig.accept()
    rig.now += DAY
    today = [rig.accept() for _ in range(2)]
    assert left(rig) == 1  # without a first day in AUTHENTICATED the cap does not grow
    for message in (old, *today):
        assert rig.claim(message) == "claimed"
        assert left(rig) == 0
        rig.advance(message, Status.SENT)
    assert caps_of(rig).use(rig.now - DAY).used == 0


def test_a_message_without_a_place_at_its_claim_is_put_off_and_not_sent(database: Database) -> None:
    rig = desk_with(database, SMALL)
    old = rig.accept()
    rig.now += DAY
    for _ in range(3):
        rig.accept()
    assert rig.claim(old) == "capped"
    due = rig.ledger.defer(old, rig.fence, "daily_cap", rig.now)
    assert due == rig.now + DAY // 2
    assert rig.claim(old) == "later"
    rig.now += DAY
    rig.queue.release_due(rig.now)
    assert rig.claim(old) == "claimed"


def test_a_message_that_waits_for_a_time_waits_although_all_days_are_full(database: Database) -> None:
    """It would be claimed and refused again each second, as long as the account is restricted."""
    rig = desk_with(database, CapRules(base=1, step=0, highest=1, new_chats_share=1), holds=True)
    first = rig.accept()
    while rig.admission.accept(rig.new()).outcome == "accepted":
        pass
    due = rig.now + DAY // 24
    assert rig.ledger.defer(first, rig.fence, "restricted", rig.now, due) == due
    assert rig.claim(first) == "later"
    rig.now = due
    rig.queue.release_due(rig.now)
    assert rig.claim(first) == "claimed"


def test_a_scheduled_message_takes_a_place_of_its_day(database: Database) -> None:
    rig = desk_with(database, SMALL)
    tomorrow = rig.now + DAY
    rig.accept(send_at_ms=tomorrow)
    assert left(rig) == 3
    assert caps_of(rig).use(tomorrow).used == 1


def test_chats_never_written_to_have_a_cap_of_their_own(database: Database) -> None:
    rig = desk_with(database, CapRules(base=4, step=0, highest=4, new_chats_share=0.5))
    first = rig.accept(phone="+4915100000001")
    rig.accept(phone="+4915100000002")
    over(rig, phone="+4915100000003")
    finish(rig, first, Status.SENT)
    rig.accept(phone="+4915100000001")  # known by now
    over(rig, phone="+4915100000003")
    assert caps_of(rig).use(rig.now).new_chats_left == 0
    assert left(rig) == 1


@pytest.mark.parametrize(("known", "written"), PAIRS)
def test_a_chat_that_is_known_under_another_form_of_its_number_is_not_new_issue_12_row_5(
    database: Database, known: str, written: str
) -> None:
    rig = desk_with(database, CapRules(base=4, step=0, highest=4, new_chats_share=0.25))
    finish(rig, rig.accept(phone=known), Status.SENT)
    over(rig, phone="+4915100000003")
    message = rig.accept(phone=written)
    assert rig.claim(message) == "claimed"


def test_a_second_message_to_a_chat_that_became_known_gives_its_new_chat_place_back(
    database: Database,
) -> None:
    rig = desk_with(database, CapRules(base=4, step=0, highest=4, new_chats_share=0.5))
    first, second = (rig.accept(phone="+4915100000001") for _ in range(2))
    over(rig, phone="+4915100000003")
    finish(rig, first, Status.SENT)
    assert rig.claim(second) == "claimed"
    assert rig.accept(phone="+4915100000003")


def test_the_day_begins_at_the_accounts_midnight(database: Database) -> None:
    rig = desk_with(database, SMALL, zone="UTC")
    Accounts(database).set_time_zone("default", "Pacific/Auckland")
    assert str(caps_of(rig).use(rig.now).day) == "2026-03-03"
    for _ in range(3):
        rig.accept()
    assert over(rig) == int(datetime(2026, 3, 3, 11, tzinfo=UTC).timestamp() * 1000)


def test_two_hundred_at_once_at_the_edge_never_take_one_too_many(database: Database) -> None:
    rig = desk_with(database, CapRules(base=100, step=0, highest=100, new_chats_share=1))
    new = [rig.new() for _ in range(200)]
    with ThreadPoolExecutor(32) as pool:
        outcomes = [each.outcome for each in pool.map(rig.admission.accept, new)]
    assert (outcomes.count(Accept.ACCEPTED), outcomes.count(Accept.CAPPED)) == (100, 100)
    assert left(rig) == 0


def test_two_hundred_claims_of_another_day_never_take_one_too_many(database: Database) -> None:
    rig = desk_with(database, CapRules(base=200, step=0, highest=200, new_chats_share=1))
    messages = [rig.accept() for _ in range(200)]
    tight = Caps(
        database, "default", CapRules(base=100, step=0, highest=100, new_chats_share=1), "UTC", holds=False
    )
    rig.ledger = Ledger(database, "default", retention_ms=DAY, follow_ms=DAY, caps=tight)
    rig.now += DAY

    def send(message: Message) -> str:
        while (outcome := rig.claim(message)) == "occupied":
            pass
        if outcome == "claimed":
            rig.advance(message, Status.SENT)
        return outcome

    with ThreadPoolExecutor(32) as pool:
        outcomes = list(pool.map(send, messages))
    assert (outcomes.count("claimed"), outcomes.count("capped")) == (100, 100)


def test_a_year_of_an_account_that_is_asked_for_more_than_it_may(database: Database) -> None:
    """Day by day on a fake clock: what is sent is the cap, which grows, stays, bears a pause."""
    rules = CapRules(base=2, step=1, highest=12, new_chats_share=1, idle_days=14)
    rig = desk_with(database, rules, zone="Europe/Berlin")
    caps = caps_of(rig)
    caps.note_authenticated(rig.now)
    sent: list[int] = []
    for number in range(365):
        if 100 <= number < 120:  # a pause of three weeks
            sent.append(0)
            rig.now += DAY
            continue
        today = 0
        while True:
            acceptance = rig.admission.accept(rig.new())
            if acceptance.outcome == "capped":
                break
            message = rig.get(acceptance.id)
            finish(rig, message, Status.SENT)
            rig.pop(message.priority)
            today += 1
        sent.append(today)
        rig.now += DAY
    assert sent[:10] == list(range(2, 12))
    assert set(sent[10:100]) == {12}
    assert sent[100:120] == [0] * 20
    assert sent[120] == 12  # 99 days active, 21 taken back: still far above the 10 that reach the highest cap
    assert set(sent[120:]) == {12}
    assert len(database.record(rig.keys.caps)) <= 20  # old days are forgotten


def test_a_young_account_that_pauses_begins_again(database: Database) -> None:
    rig = desk_with(database, CapRules(base=2, step=1, highest=100, new_chats_share=1))
    caps = caps_of(rig)
    caps.note_authenticated(rig.now)
    rig.now += 10 * DAY
    assert caps.use(rig.now).cap == 12
    finish(rig, rig.accept(), Status.SENT)
    rig.now += 14 * DAY
    assert caps.use(rig.now).cap == 2


@given(
    st.lists(
        st.sampled_from(["accept", "sent", "failed", "unknown", "cancel", "retry", "midnight"]), max_size=40
    )
)
def test_whatever_happens_places_taken_are_those_of_messages_that_are_or_may_be_sent(
    redis_url: str, tmp_path_factory: pytest.TempPathFactory, events: list[str]
) -> None:
    database = Database.connect(Settings(REDIS_URL=redis_url, data_dir=Path("unused")))
    database.do("FLUSHALL")
    rig = desk_with(database, SMALL)
    queued: list[Message] = []
    sent_on: dict[str, int] = {}
    for event in events:
        if event == "midnight":
            rig.now += DAY
        elif event == "accept":
            acceptance = rig.admission.accept(rig.new())
            if acceptance.outcome == "accepted":
                queued.append(rig.get(acceptance.id))
        elif queued:
            message = queued.pop(0)
            if event == "cancel":
                assert rig.advance(message, Status.CANCELLED)
            elif rig.claim(message) == "capped":
                assert rig.ledger.defer(message, rig.fence, "daily_cap", rig.now)
            elif event == "retry":
                assert rig.advance(message, Status.QUEUED)
                rig.queue.release_due(rig.now)
                queued.append(message)
            else:
                assert rig.advance(message, Status(event))
                if event != "failed":
                    day = str(caps_of(rig).use(rig.now).day)
                    sent_on[day] = sent_on.get(day, 0) + 1
    places = {day: int(n) for day, n in database.record(rig.keys.caps).items() if not day.endswith(":new")}
    assert all(n <= 3 for n in places.values())
    assert all(n <= places[day] for day, n in sent_on.items())
    waiting = sum(
        1
        for name in database.texts("KEYS", rig.keys.message("*"))
        if (record := database.record(name)).get("cap_day") and record["status"] == "queued"
    )
    assert sum(places.values()) == sum(sent_on.values()) + waiting
    database.client.close()


def test_through_dispatch_the_refusal_says_when_to_come_back(settings: Settings, database: Database) -> None:
    Accounts(database).add("default", 1)
    tight = settings.model_copy(update={"cap_base": 1, "cap_new_chats_share": 1.0})
    dispatcher = Dispatcher(database, tight, clock=lambda: NOON / 1000)
    dispatcher.send(MessageRequest("+4915112345678", "one", idempotency_key="one"))
    with pytest.raises(RequestRefused) as refused:
        dispatcher.send(MessageRequest("+4915112345678", "two"))
    assert refused.value.code == "daily_cap_reached"
    assert refused.value.http_status == 429
    assert refused.value.retry_after_seconds == 12 * 3600
    assert refused.value.extra["next_place_at"] == "2026-03-03T00:00:00Z"
    assert dispatcher.send(MessageRequest("+4915112345678", "one", idempotency_key="one")).duplicate


def test_through_dispatch_a_message_can_be_held_instead(settings: Settings, database: Database) -> None:
    Accounts(database).add("default", 1)
    patient = settings.model_copy(update={"cap_base": 1, "cap_new_chats_share": 1.0, "cap_policy": "defer"})
    dispatcher = Dispatcher(database, patient, clock=lambda: NOON / 1000)
    ids = [dispatcher.send(MessageRequest("+4915112345678", f"text {n}")).id for n in range(2)]
    assert [dispatcher.get(i).status for i in ids] == [Status.QUEUED] * 2
    assert dispatcher.queue("default").counts()["scheduled"] == 1
