"""Checks of numbers on a real Redis: one line, a cap of its own, answers that survive (issue 16, part 6)."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.ledger_rig import DAY, NOW, LedgerRig
from tests.support.one_mobile import PAIRS
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.number_checks import Answer, CheckStatus, NumberResult, most_waiting
from whatsapp_tasks.domain.phones import one_form_of
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.generation import Counted, Generation
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.metrics import Metrics
from whatsapp_tasks.stores.number_checks import NextNumber, NumberCheck, NumberChecks
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.outcomes import BeginCheck, TakeNumber
from whatsapp_tasks.stores.pauses import PauseReason, Pauses

ADA, BO, CY = "+4915112345678", "+4915112345679", "+4915112345680"
CHECK, OTHER = f"{1:032x}-default", f"{2:032x}-default"
YES, NO = Answer(NumberResult.REGISTERED, NOW), Answer(NumberResult.NOT_REGISTERED, NOW)

UNSURE = Answer(NumberResult.UNKNOWN, NOW, "page_offline")


class Line:
    """The account's line of numbers, and its worker."""

    def __init__(self, rig: LedgerRig, **changes: Any) -> None:
        self.rig = rig
        self.store = NumberChecks(
            rig.database,
            rig.account,
            **{
                **{"per_day": 5, "default_zone": "UTC"},
                **{"answers_kept_ms": 30 * DAY, "checks_kept_ms": 7 * DAY, **changes},
            },
        )

    def begin(
        self, *phones: str, check: str = CHECK, answers: Mapping[str, Answer] | None = None
    ) -> BeginCheck:
        return self.store.begin(check, phones, answers or {}, NOW)

    def take(self, *, now_ms: int = NOW) -> TakeNumber:
        number = self.store.next()
        assert number is not None
        return self.store.take(number, self.rig.fence, now_ms)[0]

    def settle(self, answer: Answer = YES, *, looked_up: bool = True) -> None:
        self.store.settle(self.next, answer, self.rig.fence, NOW, looked_up=looked_up)

    @property
    def next(self) -> NextNumber:
        number = self.store.next()
        assert number is not None
        return number

    def check(self, check: str = CHECK) -> NumberCheck:
        found = self.store.get(check)
        assert found is not None
        return found

    def events(self) -> list[dict[str, Any]]:
        found = EventLog(self.rig.database, self.rig.account).latest(100)
        return [dict(event.details) for event in found if event.type is EventType.CONTACTS_CHECKED]


@pytest.fixture
def line(rig: LedgerRig) -> Line:
    return Line(rig)


def test_numbers_are_answered_in_order_until_the_check_is_done(line: Line) -> None:
    assert line.begin(ADA, BO) is BeginCheck.ACCEPTED
    assert line.begin(CY, check=OTHER) is BeginCheck.ACCEPTED
    assert [each.answer for each in line.check().numbers] == [None, None]
    assert line.take() is TakeNumber.TAKEN
    line.settle(YES)
    assert line.check().status is CheckStatus.WAITING
    assert line.events() == []
    assert line.take() is TakeNumber.TAKEN
    line.settle(NO)
    done = line.check()
    assert (done.status, done.finished_ms) == (CheckStatus.DONE, NOW)
    assert [(each.phone, each.answer) for each in done.numbers] == [(ADA, YES), (BO, NO)]
    assert line.events() == [
        {"status": "done", "total": "2", "registered": "1", "not_registered": "1", "unknown": "0"}
    ]
    assert line.next.phone == CY
    assert 0 < line.rig.ttl(line.rig.keys.number_check(CHECK)) <= 7 * DAY
    assert 0 < line.rig.ttl(line.rig.keys.number_answers(CHECK)) <= 7 * DAY
    assert line.rig.ttl(line.rig.keys.number_check(OTHER)) == -1  # it is not over


def test_no_name_of_a_key_shows_a_phone(line: Line) -> None:
    """Monitoring and backup tools list names; what was known of a number was named by it."""
    line.begin(ADA, BO)
    line.take()
    line.settle(YES)
    message = line.rig.accept()
    assert message.phone is not None
    OptOuts(line.rig.database).add(CY)
    names = line.rig.database.texts("KEYS", "*")
    assert keys.number(one_form_of(ADA)) in names
    phones = (ADA, BO, CY, message.phone)
    assert [name for name in names for phone in phones if phone[1:] in name] == []


def test_checks_take_turns_and_nobodys_number_is_overtaken_for_ever(line: Line) -> None:
    line.begin(*(f"+49151{n:08}" for n in range(50)))
    for _ in range(3):
        line.take()
        line.settle(UNSURE)
    line.begin(ADA, BO, check=OTHER)
    line.begin(CY, check=f"{3:032x}-default")
    turns = []
    for _ in range(8):
        turns.append(int(line.next.check_id[:32], 16))
        line.settle(UNSURE)
    assert turns == [1, 1, 2, 3, 1, 2, 1, 1]


def test_small_checks_that_come_all_the_time_do_not_hold_a_large_one_up(line: Line) -> None:
    line.begin(ADA, BO)
    for n in range(10):
        line.begin(CY, check=f"{n + 10:032x}-default")
    line.settle(UNSURE)
    assert line.check().numbers[0].answer == UNSURE


def test_no_event_and_no_metric_holds_a_number(line: Line) -> None:
    line.begin(ADA)
    line.take()
    line.settle()
    stream = str(line.rig.database.do("XRANGE", line.rig.keys.events, "-", "+"))
    metrics = line.rig.database.record(line.rig.keys.metrics)
    assert ADA[1:] not in stream + str(metrics)
    assert Metrics(line.rig.database, "default").read().by("number_lookups", "result") == {"registered": 1}


def test_what_is_known_at_once_needs_nobody(line: Line) -> None:
    assert line.begin(ADA, answers={one_form_of(ADA): YES}) is BeginCheck.ACCEPTED
    assert line.check().status is CheckStatus.DONE
    assert line.store.next() is None
    assert len(line.events()) == 1


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_all_forms_of_one_mobile_are_asked_about_once(line: Line, one: str, other: str) -> None:
    line.begin(one, other, one)
    assert line.take() is TakeNumber.TAKEN
    assert line.next.phone == one
    line.settle()
    assert [each.answer for each in line.check().numbers] == [YES] * 3
    assert line.check().status is CheckStatus.DONE
    assert line.store.known([other]) == {one_form_of(one): YES}


def test_the_days_look_ups_end_at_the_cap(line: Line) -> None:
    line.begin(*(f"+49151123{n:05}" for n in range(8)))
    outcomes = []
    for _ in range(8):
        outcomes.append(line.take())
        if outcomes[-1] is TakeNumber.TAKEN:
            line.settle()
    assert outcomes == [TakeNumber.TAKEN] * 5 + [TakeNumber.CAPPED] * 3
    assert line.store.use(NOW).used == 5


def test_concurrent_takes_of_one_number_count_each_and_stay_below_the_cap(rig: LedgerRig) -> None:
    line = Line(rig, per_day=2)
    line.begin(ADA)
    number = line.next
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: line.store.take(number, rig.fence, NOW)[0], range(16)))
    assert taken.count(TakeNumber.TAKEN) == 2
    assert set(taken) == {TakeNumber.TAKEN, TakeNumber.CAPPED}


def test_the_next_day_of_the_accounts_own_zone_has_places_again(rig: LedgerRig) -> None:
    Accounts(rig.database).set_time_zone(rig.account, "Pacific/Auckland")
    line = Line(rig, per_day=1)
    line.begin(ADA, BO)
    assert line.take() is TakeNumber.TAKEN
    line.settle()
    assert line.take() is TakeNumber.CAPPED
    use = line.store.use(NOW)
    assert (use.cap, use.used, use.left, use.waiting) == (1, 1, 0, 1)
    assert line.take(now_ms=use.next_day_ms - 1) is TakeNumber.CAPPED
    assert line.take(now_ms=use.next_day_ms) is TakeNumber.TAKEN
    assert 0 < rig.ttl(rig.keys.number_lookups("2025-11-25")) <= 3 * DAY


def test_a_number_in_hand_when_its_worker_died_is_asked_again_and_counted(line: Line) -> None:
    line.begin(ADA)
    assert line.take() is TakeNumber.TAKEN  # and dies
    assert line.take() is TakeNumber.TAKEN  # the next worker
    assert line.store.use(NOW).used == 2
    assert line.take() is TakeNumber.TAKEN
    assert line.take() is TakeNumber.GIVEN_UP  # whose look-up nobody survives is not asked for ever
    assert line.store.use(NOW).used == 3


Hold = Callable[[LedgerRig], object]
HOLDS: dict[str, Hold] = {
    "a pause": lambda rig: Pauses(rig.database, "default").set(PauseReason.OPERATOR, "test", NOW),
    "a hand on the page": lambda rig: Pauses(rig.database, "default").set(
        PauseReason.OPERATOR_VIEW, "test", NOW
    ),
    "a message that waits": lambda rig: rig.accept(),
    "a message in hand": lambda rig: rig.claimed(),
    "a lock of new chats": lambda rig: rig.database.do("HSET", rig.keys.session, "state", "RESTRICTED"),
    "an open circuit": lambda rig: rig.database.do("HSET", rig.keys.session, "state", "CIRCUIT_OPEN"),
    "no phone": lambda rig: rig.database.do("HSET", rig.keys.session, "state", "QR_PENDING"),
    "no session": lambda rig: rig.database.do("DEL", rig.keys.session),
}


@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_nothing_is_taken_while_something_else_comes_first(line: Line, hold: Hold) -> None:
    line.begin(ADA)
    hold(line.rig)
    before = line.rig.everything()
    assert line.take() is TakeNumber.HELD
    assert line.rig.everything() == before


def test_a_message_that_is_due_later_holds_nothing_up(line: Line) -> None:
    line.begin(ADA)
    line.rig.accept(send_at_ms=NOW + DAY)
    assert line.take() is TakeNumber.TAKEN


def test_nothing_is_taken_when_redis_has_lost_writes(rig: LedgerRig, tmp_path: Any) -> None:
    generation = Generation(tmp_path / "generation")
    generation.remember(Counted(10**6))
    line = Line(rig, generation=generation)
    line.begin(ADA)
    assert line.take() is TakeNumber.HELD


def test_an_opt_out_in_any_form_is_not_asked(line: Line) -> None:
    OptOuts(line.rig.database).add("+551187654321")
    line.begin("+5511987654321")
    assert line.take() is TakeNumber.OPTED_OUT
    assert line.store.use(NOW).used == 0
    assert OptOuts(line.rig.database).among([ADA, "+5511987654321"]) == {"+5511987654321"}


def test_what_another_check_found_meanwhile_is_not_asked_again(line: Line) -> None:
    line.begin(ADA)
    line.begin(ADA, check=OTHER)
    line.take()
    line.settle(NO)
    number = line.next
    assert line.store.take(number, line.rig.fence, NOW) == (TakeNumber.KNOWN, NO)
    line.settle(NO, looked_up=False)
    assert line.check(OTHER).numbers[0].answer == NO
    assert line.store.use(NOW).used == 1
    assert Metrics(line.rig.database, "default").read().by("number_lookups", "result") == {
        "not_registered": 1
    }


def test_unknown_is_an_answer_but_nothing_to_remember(line: Line) -> None:
    line.begin(ADA)
    line.take()
    line.settle(Answer(NumberResult.UNKNOWN, NOW, "page_offline"))
    assert line.check().numbers[0].answer == Answer(NumberResult.UNKNOWN, NOW, "page_offline")
    assert line.store.known([ADA]) == {}


def test_an_answer_is_forgotten_after_its_time(line: Line) -> None:
    line.begin(ADA)
    line.take()
    line.settle()
    assert 0 < line.rig.ttl(keys.number(one_form_of(ADA))) <= 30 * DAY


def test_a_cancelled_check_keeps_its_answers_and_loses_its_places(line: Line) -> None:
    line.begin(ADA, BO, CY)
    line.take()
    line.settle()
    line.take()
    in_hand = line.next
    assert line.store.cancel(CHECK, NOW) is True
    assert line.store.cancel(CHECK, NOW) is False
    assert line.store.next() is None
    line.store.settle(in_hand, NO, line.rig.fence, NOW, looked_up=True)  # it was under way
    check = line.check()
    assert check.status is CheckStatus.CANCELLED
    assert [each.answer for each in check.numbers] == [YES, None, None]
    assert line.store.known([BO]) == {one_form_of(BO): NO}
    assert line.events() == [
        {"status": "cancelled", "total": "3", "registered": "1", "not_registered": "0", "unknown": "0"}
    ]


def test_too_many_numbers_are_refused_and_an_account_that_is_none(line: Line) -> None:
    most = most_waiting(5)
    assert line.begin(*(f"+49151{n:08}" for n in range(most))) is BeginCheck.ACCEPTED
    assert line.begin(ADA, check=OTHER) is BeginCheck.FULL
    assert line.store.get(OTHER) is None
    assert line.begin(ADA, check=OTHER, answers={one_form_of(ADA): YES}) is BeginCheck.ACCEPTED
    Accounts(line.rig.database).remove("default")
    assert line.begin(BO, check=OTHER) is BeginCheck.ACCOUNT_UNKNOWN


def test_a_worker_without_the_lease_takes_and_settles_nothing(line: Line) -> None:
    line.begin(ADA)
    number = line.next
    before = line.rig.everything()
    with pytest.raises(LeaseLost):
        line.store.take(number, line.rig.fence + 1, NOW)
    with pytest.raises(LeaseLost):
        line.store.settle(number, YES, line.rig.fence + 1, NOW, looked_up=True)
    assert line.rig.everything() == before


def test_a_removed_account_leaves_none_of_its_checks(line: Line) -> None:
    line.begin(ADA)
    line.take()
    Accounts(line.rig.database).remove("default")
    assert not [key for key in line.rig.database.texts("KEYS", "*") if "number" in key]


@pytest.mark.parametrize(
    ("status", "code", "known"),
    [
        (Status.DELIVERED, None, NumberResult.REGISTERED),
        (Status.READ, None, NumberResult.REGISTERED),
        (Status.FAILED, "not_on_whatsapp", NumberResult.NOT_REGISTERED),
        (Status.FAILED, "recipient_blocked", None),
        (Status.SENT, None, None),
    ],
)
def test_a_message_tells_what_it_found_out_about_its_number(
    database: Database, status: Status, code: str | None, known: NumberResult | None
) -> None:
    rig = LedgerRig(database)
    rig.ledger = Ledger(database, "default", retention_ms=DAY, follow_ms=DAY, numbers_kept_ms=DAY)
    line = Line(rig)
    message = rig.claimed(phone="+5511987654321")
    rig.advance(message, status, code=code, fence=rig.fence)
    found = line.store.known(["+551187654321"])
    assert [answer.result for answer in found.values()] == ([] if known is None else [known])
    if known is not None:
        assert 0 < rig.ttl(keys.number("+551187654321")) <= DAY
