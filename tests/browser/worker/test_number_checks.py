"""Issue 16, part 6 and "Must show" 4: numbers are checked on the page, and none is written to."""

import os

import pytest

from bench.one_worker import Life, OneWorker
from tests.browser.worker.conftest import SENT, LifeMaker, configure
from whatsapp_tasks.contacts import Contacts
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.number_checks import CheckStatus, NumberResult
from whatsapp_tasks.errors import PageChanged, PageError
from whatsapp_tasks.stores.number_checks import LookupUse, NumberCheck

pytestmark = pytest.mark.timeout(1800)  # generous: a busy machine is slow, not wrong

ADA, BO = "+4915112345678", "+4915112345679"
NOBODY = "+12025550101"
FULL = os.environ.get("TEST_NUMBER_CHECKS") == "full"
COUNT = 200 if FULL else 8
"""The short form in `make test`; all of it in `make test-number-checks`."""
UNKNOWN_PREFIX = "4930"
QUICK = {"popup_delay_ms": 20, "popup_min_ms": 50}
"""Milliseconds of "Starting chat", which stands long enough in the other tests."""
ROUNDS_IN_TROUBLE = 6
YES, NO, UNKNOWN = NumberResult.REGISTERED, NumberResult.NOT_REGISTERED, NumberResult.UNKNOWN


class Checks:
    """Checks of numbers by the worker of ``life``."""

    def __init__(self, life: Life, per_day: int) -> None:
        self.life = life
        configure(
            life,
            number_lookups_per_day=per_day,
            number_lookup_pause_seconds=0,
            number_lookup_pause_jitter_seconds=0,
        )
        self.allow(per_day)

    def allow(self, per_day: int) -> None:
        """As after a restart of web and worker with another cap."""
        configure(self.life, number_lookups_per_day=per_day)
        context = self.life.session.context
        context.number_checks.per_day = per_day
        self.life.session._lookups._not_before = 0.0  # of a look at the former cap
        self.contacts = Contacts(self.life.database, context.settings)

    def begin(self, *phones: str) -> str:
        return self.contacts.check("default", phones).check.id

    def check(self, check_id: str) -> NumberCheck:
        return self.contacts.progress(check_id).check

    def done(self, check_id: str) -> bool:
        return self.check(check_id).status is CheckStatus.DONE

    def results(self, check_id: str) -> list[tuple[NumberResult, str] | None]:
        return [
            (each.answer.result, each.answer.reason) if each.answer else None
            for each in self.check(check_id).numbers
        ]

    def use(self) -> LookupUse:
        return self.contacts.use("default")


def test_numbers_half_of_them_unknown_are_answered_rightly_and_none_is_written_to(
    world: OneWorker, linked: LifeMaker
) -> None:
    """Right answers, a pause at the cap, none sent to, and asked again from memory only."""
    life = linked(unknown_prefix=UNKNOWN_PREFIX, **QUICK)
    checks = Checks(life, per_day=COUNT // 2)
    configure(life, popup_second_look_seconds=0)
    there = [f"+49151123{n:05}" for n in range(COUNT // 2)]
    nowhere = [f"+49301234{n:04}" for n in range(COUNT // 2)]
    phones = [phone for pair in zip(there, nowhere, strict=True) for phone in pair]
    check = checks.begin(*phones)

    assert life.rounds(lambda: checks.use().left == 0, 60 * COUNT), checks.results(check)
    rounds = iter(range(10))
    assert life.rounds(lambda: next(rounds, None) is None, 60)  # nothing more is asked
    answered = [result for result in checks.results(check) if result is not None]
    assert answered == [(YES, ""), (NO, "")] * (COUNT // 4)
    assert (checks.use().used, checks.use().waiting) == (COUNT // 2, COUNT // 2)

    checks.allow(COUNT)
    assert life.rounds(lambda: checks.done(check), 60 * COUNT), checks.results(check)
    assert checks.results(check) == [(YES, ""), (NO, "")] * (COUNT // 2)
    assert checks.use().used == COUNT

    asked = len(world.simulator.lookups())
    again = checks.begin(*phones)
    assert checks.results(again) == checks.results(check)
    assert len(world.simulator.lookups()) == asked
    assert {each["phone"] for each in world.simulator.lookups()} <= {
        *(phone[1:] for phone in phones),
        world.simulator.settings()["own_phone"],
    }
    assert world.simulator.messages() == []
    assert world.simulator.rejected() == []
    assert [chat for chat in world.simulator.chats() if chat["messages"]] == []
    assert life.state == "AUTHENTICATED"


def test_a_message_that_comes_meanwhile_waits_for_one_look_up_at_most(
    world: OneWorker, linked: LifeMaker
) -> None:
    life = linked()
    checks = Checks(life, per_day=20)
    check = checks.begin(*(f"+49151123{n:05}" for n in range(6)))
    assert life.rounds(lambda: checks.use().used == 2, 120)
    message = life.accept(BO, "Hello")
    assert life.rounds(lambda: life.message(message).status in SENT, 120)
    assert checks.use().used <= 3
    assert life.rounds(lambda: checks.done(check), 300)
    assert [(each.chat, each.text) for each in world.simulator.messages()] == [(BO[1:], "Hello")]


ASKED_IN_TROUBLE = {
    "lookup_failures": True,
    "query_error": True,
    "network_down": False,
    "unknown_page": False,
}
"""Trouble that shows before a look-up keeps it from being asked."""
TROUBLES = list(ASKED_IN_TROUBLE) if FULL else ["lookup_failures", "network_down"]


def in_trouble(life: Life) -> bool:
    """Whether the page shows it, or becomes another one at this moment."""
    context = life.session.context
    try:
        return not is_calm(context.keeper.ensure().look(context.look_deadline()))
    except (PageChanged, PageError):
        return True


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_page_in_trouble_calls_no_number_unregistered(
    world: OneWorker, linked: LifeMaker, trouble: str
) -> None:
    """A spell of failed look-ups, no connection, or a page that nobody knows, while numbers are looked up."""
    life = linked()
    checks = Checks(life, per_day=20)
    configure(life, open_chat_timeout_seconds=8, boot_timeout_seconds=8)
    world.simulator.scenario(trouble)
    if not ASKED_IN_TROUBLE[trouble]:
        assert life.rounds(lambda: in_trouble(life), 120)  # the page is not told at once
    check = checks.begin(BO, NOBODY)
    rounds = iter(range(ROUNDS_IN_TROUBLE))
    over = (lambda: checks.done(check)) if ASKED_IN_TROUBLE[trouble] else lambda: next(rounds, None) is None
    life.rounds(over, 300)
    results = [result[0] if result else None for result in checks.results(check)]
    assert results == [UNKNOWN if ASKED_IN_TROUBLE[trouble] else None] * 2
    assert world.simulator.messages() == []


def test_what_a_message_finds_out_is_known_to_checks(world: OneWorker, linked: LifeMaker) -> None:
    life = linked()
    checks = Checks(life, per_day=0)  # nothing is looked up
    there, nowhere = life.accept(ADA, "Hello"), life.accept(NOBODY, "Hello")
    ends = ("delivered", "read", "failed")
    assert life.rounds(lambda: all(life.message(i).status in ends for i in (there, nowhere)), 300)
    assert checks.results(checks.begin(ADA, NOBODY, BO)) == [
        (YES, ""),
        (NO, ""),
        (UNKNOWN, "lookups_off"),
    ]
