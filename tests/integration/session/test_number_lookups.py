"""Look-ups of numbers, as plays: issue 16, part 6. Nothing is ever typed, and messages come first."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.session.stage import ADA, BO, CY, Stage, sending
from whatsapp_tasks.contacts import Contacts
from whatsapp_tasks.domain.number_checks import CheckStatus, HeldBy, NumberResult
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.session.number_lookups import CAPPED_SECONDS, HELD_SECONDS
from whatsapp_tasks.stores.number_checks import NumberCheck, NumberChecks
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.pauses import PauseReason

PAUSE = 10.0
YES, NO, UNKNOWN = NumberResult.REGISTERED, NumberResult.NOT_REGISTERED, NumberResult.UNKNOWN

POPUP = "chats | dialog: invalid_number"
FOUND = ">> Ada | box: | them: Hi"
MISSED = f"""
    << open Cy
    >> {POPUP}
    << press OK
    >> chats
    << load Cy
    >> {POPUP}
    << press OK
    >> chats
"""
CONFIRMED = f"""{MISSED}
    << open Bo
    >> Bo | box: | them: Hi
    << open Cy
    >> Bo | box: | them: Hi | dialog: invalid_number
    << press OK
    >> Bo | box: | them: Hi
"""
"""Bo, who was written to before, is found meanwhile."""


class Lookups:
    """A stage with checks of numbers."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.contacts = Contacts(
            stage.rig.database, stage.context.settings, lambda: stage.context.now_ms() / 1000
        )

    def begin(self, *phones: str) -> str:
        return self.contacts.check("default", phones).check.id

    def check(self, check_id: str) -> NumberCheck:
        return self.contacts.progress(check_id).check

    def results(self, check_id: str) -> list[tuple[NumberResult, str] | None]:
        return [
            (each.answer.result, each.answer.reason) if each.answer else None
            for each in self.check(check_id).numbers
        ]

    def look(self, script: str = "", *, after_seconds: float = 0.0) -> None:
        """A round of the worker, which does what ``script`` says and nothing else."""
        self.stage.clock.sleep(after_seconds)
        self.stage.play(script)
        self.stage.look()
        self.stage.page.end()

    @property
    def used(self) -> int:
        return self.contacts.use("default").used


@pytest.fixture
def make(database: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Lookups]:
    """``make(setting=value)``: linked; the page shows the chats, none open."""

    def make(**changes: Any) -> Lookups:
        pauses = {"number_lookup_pause_seconds": PAUSE, "number_lookup_pause_jitter_seconds": 0.0}
        stage = Stage(database, settings, monkeypatch, **{**pauses, **changes})
        stage.play(">> chats")
        stage.look()
        stage.rig.database.do("SADD", stage.rig.keys.contacted, BO)
        return Lookups(stage)

    return make


@pytest.fixture
def lookups(make: Callable[..., Lookups]) -> Lookups:
    return make()


def test_a_number_whose_chat_opens_is_registered_and_nothing_is_done_in_it(lookups: Lookups) -> None:
    check = lookups.begin(ADA)
    assert lookups.results(check) == [None]
    lookups.look(f"<< open Ada\n{FOUND}")
    assert lookups.results(check) == [(YES, "")]
    assert lookups.check(check).status is CheckStatus.DONE
    assert lookups.stage.page.done == ["open Ada"]
    again = lookups.begin(ADA)  # remembered
    assert lookups.check(again).status is CheckStatus.DONE
    assert lookups.used == 1


def test_a_number_is_not_registered_only_when_others_are_found(lookups: Lookups) -> None:
    check = lookups.begin(CY)
    lookups.look(CONFIRMED)
    assert lookups.results(check) == [(NO, "")]
    assert lookups.used == 1


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (
            MISSED + "<< open Bo\n>> chats | dialog: invalid_number\n<< press OK\n>> chats",
            "lookup_unavailable",
        ),
        ("<< open Cy\n>> chats | cut off | dialog: invalid_number\n<< press OK\n>> chats", "page_offline"),
        ("<< open Cy\n>> chats\n<< load Cy\n>> loading\n<< load the chats\n>> chats", "chat_not_opened"),
        ("<< open Cy\n>> chats | dialog: something\n<< load the chats\n>> chats", "answer_unknown"),
        ("<< open Cy\n>> Cy | nodes: b", "chat_incomplete"),
        ("<< open Cy\n>> screen: qr", "page_not_ready"),
    ],
)
def test_whatever_the_page_does_instead_is_unknown(lookups: Lookups, script: str, reason: str) -> None:
    check = lookups.begin(CY)
    lookups.look(script)
    assert lookups.results(check) == [(UNKNOWN, reason)]
    assert lookups.used == 1


def test_who_was_written_to_before_is_not_called_unregistered(lookups: Lookups) -> None:
    rig = lookups.stage.rig
    rig.database.do("SADD", rig.keys.contacted, CY)
    check = lookups.begin(CY)
    lookups.look(CONFIRMED)
    assert lookups.results(check) == [(UNKNOWN, "written_to_before")]


def test_there_is_a_pause_between_two_look_ups(lookups: Lookups) -> None:
    check = lookups.begin(ADA, BO)
    lookups.look(f"<< open Ada\n{FOUND}")
    lookups.look(after_seconds=PAUSE - 1)
    lookups.look("<< open Bo\n>> Bo | box: | them: Hi", after_seconds=1)
    assert lookups.results(check) == [(YES, ""), (YES, "")]


def test_the_pause_grows_while_the_page_answers_nothing(lookups: Lookups) -> None:
    lookups.begin(CY, ADA)
    lookups.look("<< open Cy\n>> Cy | nodes: b")
    lookups.look(after_seconds=2 * PAUSE - 1)
    lookups.look(f"<< open Ada\n{FOUND}", after_seconds=1)


def test_messages_come_first_and_wait_for_one_look_up_at_most(lookups: Lookups) -> None:
    check = lookups.begin(ADA, CY)
    message = lookups.stage.accept("Hello", BO)
    lookups.look()  # nothing is asked
    assert lookups.contacts.progress(check).held_by is HeldBy.ACCOUNT  # no heartbeat in this test
    assert lookups.stage.rig.pop() == message.id
    lookups.stage.play(sending("Hello", "Bo"))
    assert lookups.stage.deliver(message) == (Status.SENT, None)
    lookups.look("<< open Ada\n>> Ada | box: | them: Hi", after_seconds=HELD_SECONDS)
    second = lookups.stage.accept("Hello again", BO)  # it came during the look-up
    lookups.look(after_seconds=PAUSE)
    assert lookups.stage.outcome(second) == (Status.QUEUED, None)
    assert lookups.results(check) == [(YES, ""), None]


@pytest.mark.parametrize("reason", [PauseReason.OPERATOR, PauseReason.OPERATOR_VIEW, PauseReason.REDIS])
def test_nothing_is_asked_during_a_pause(lookups: Lookups, reason: PauseReason) -> None:
    check = lookups.begin(ADA)
    pauses = lookups.stage.context.pauses
    pauses.set(reason, "test", 1)
    lookups.look()
    assert (lookups.results(check), lookups.used) == ([None], 0)
    pauses.clear(reason, "test", 2)
    lookups.look(f"<< open Ada\n{FOUND}", after_seconds=HELD_SECONDS)


def test_nothing_is_asked_while_the_circuit_is_open(lookups: Lookups) -> None:
    check = lookups.begin(ADA)
    lookups.stage.session._breaker.open("page")
    lookups.look()
    assert (lookups.results(check), lookups.used) == ([None], 0)


@pytest.mark.parametrize("shown", ["chats | cut off", "screen: something", "loading"])
def test_nothing_is_asked_of_a_page_that_is_not_connected_or_not_the_chats(
    lookups: Lookups, shown: str
) -> None:
    check = lookups.begin(ADA)
    lookups.look(f">> {shown}")
    assert (lookups.results(check), lookups.used) == ([None], 0)


def test_nothing_is_asked_while_new_chats_are_locked(make: Callable[..., Lookups]) -> None:
    """Not even where messages to existing chats are sent."""
    lookups = make(restricted_replies=True)
    check = lookups.begin(ADA)
    rig = lookups.stage.rig
    lookups.stage.page._now = replace(lookups.stage.page._now, texts=frozenset({"restricted"}))
    lookups.look()
    assert rig.database.text("HGET", rig.keys.session, "state") == "RESTRICTED"
    assert (lookups.results(check), lookups.used) == ([None], 0)


def test_the_cap_pauses_a_check_until_the_day_is_over(make: Callable[..., Lookups]) -> None:
    lookups = make(number_lookups_per_day=1)
    check = lookups.begin(ADA, BO)
    lookups.look(f"<< open Ada\n{FOUND}")
    lookups.look(after_seconds=PAUSE)
    lookups.look(after_seconds=CAPPED_SECONDS)
    assert lookups.results(check) == [(YES, ""), None]
    lookups.look("<< open Bo\n>> Bo | box: | them: Hi", after_seconds=24 * 3600)
    assert lookups.check(check).status is CheckStatus.DONE


def test_an_opt_out_is_answered_without_a_look_up(lookups: Lookups) -> None:
    check = lookups.begin(ADA, BO)
    OptOuts(lookups.stage.rig.database).add(ADA)
    lookups.look("<< open Bo\n>> Bo | box: | them: Hi")  # at once: nothing was asked before
    assert lookups.results(check) == [(UNKNOWN, "recipient_opted_out"), (YES, "")]
    assert lookups.used == 1


def test_a_browser_that_dies_in_a_look_up_leaves_unknown_and_another_one_goes_on(lookups: Lookups) -> None:
    check = lookups.begin(ADA, BO)
    lookups.look("<< open Ada -> died")
    assert lookups.results(check) == [(UNKNOWN, "page_failed"), None]
    lookups.stage.page.new_document()
    lookups.stage.play(">> chats")
    lookups.look("<< open Bo\n>> Bo | box: | them: Hi", after_seconds=4 * PAUSE)
    assert lookups.results(check) == [(UNKNOWN, "page_failed"), (YES, "")]


def test_a_worker_that_dies_in_a_look_up_leaves_the_number_to_the_next_one(
    lookups: Lookups, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = lookups.begin(ADA)

    def killed(*_: object, **__: object) -> None:
        raise StoreUnavailable  # as if the line broke right before the answer was written

    with monkeypatch.context() as patch:
        patch.setattr(NumberChecks, "settle", killed)
        lookups.stage.play(f"<< open Ada\n{FOUND}")
        with pytest.raises(StoreUnavailable):
            lookups.stage.look()
    assert lookups.results(check) == [None]
    lookups.stage.session._lookups._not_before = 0.0  # another worker knows of no pause
    lookups.look()  # the chat is open
    assert lookups.results(check) == [(YES, "")]
    assert lookups.used == 2


def test_a_cancelled_check_asks_nothing_more(lookups: Lookups) -> None:
    check = lookups.begin(ADA, BO)
    lookups.look(f"<< open Ada\n{FOUND}")
    assert lookups.contacts.cancel(check).check.status is CheckStatus.CANCELLED
    lookups.look(after_seconds=PAUSE)
    assert lookups.results(check) == [(YES, ""), None]


def test_logs_hold_no_number(lookups: Lookups, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "whatsapp_tasks")
    lookups.begin(ADA, CY)
    lookups.look(f"<< open Ada\n{FOUND}")
    lookups.look(CONFIRMED.replace("chats", "Ada | box: | them: Hi"), after_seconds=PAUSE)
    told = [record for record in caplog.records if record.message == "A number was looked up"]
    assert len(told) == 2
    assert not [r for r in caplog.records if ADA[1:] in str(r.__dict__) or CY[1:] in str(r.__dict__)]
