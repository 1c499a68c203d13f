"""What the scripts may answer, read off their ``return`` lines, is what the enums know.

Issue 13, defect 2: an outcome of the claim that nobody knew fell into a default that sent.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from tests.support.lua_scripts import LIBRARIES, NAMES, text_of
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import UnknownOutcome
from whatsapp_tasks.stores import outcomes
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.admission import Acceptance
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import Lease
from whatsapp_tasks.stores.messages import message_of
from whatsapp_tasks.stores.outcomes import Accept, Applied, Attempt, outcome_of
from whatsapp_tasks.stores.pauses import PauseReason

NAMED: dict[str, type[Enum]] = {
    "accept": outcomes.Accept,
    "advance": outcomes.Advance,
    "claim": outcomes.Claim,
    "defer": outcomes.Defer,
    "hand_open": outcomes.OpenView,
    "inbox_media_settle": outcomes.SettleMedia,
    "inbox_write": outcomes.WriteInbox,
    "lease_acquire": outcomes.Acquire,
    "note": outcomes.Note,
    "number_check_begin": outcomes.BeginCheck,
    "number_check_settle": outcomes.SettleNumber,
    "number_check_take": outcomes.TakeNumber,
    "receive": outcomes.Receive,
    "template_put": outcomes.PutTemplate,
    "transition": outcomes.Transition,
}
ALL_OR_NOTHING = {
    *("hand_end", "hand_renew", "lease_renew", "pause", "push", "put_fenced", "resume", "set_fenced"),
    *("webhook_fan_out", "webhook_redrive", "webhook_settle", "file_fetch_settle"),
    *("number_check_cancel", "chat_merge"),
}
FACTS = {
    *("locate", "page", "webhook_begin", "webhook_take"),
    "inbox_reap",
    *("file_keep", "file_sweep", "file_fetch_take", "file_fetch_begin", "template_find"),
}
"""They answer with what they found; an empty answer is none."""

_RETURN = re.compile(r"\breturn\s+(?:\{\s*)?('[^']*'|-?\d+|\w+)")


def source(script: str) -> str:
    return "\n".join(line.partition("--")[0] for line in text_of(script).splitlines())


def returned(script: str) -> set[str]:
    """The first thing that each ``return`` line of the script answers with."""
    return {found.strip("'") for found in _RETURN.findall(source(script))}


def test_every_script_is_of_a_kind() -> None:
    assert {*NAMED, *ALL_OR_NOTHING, *FACTS, *LIBRARIES} == NAMES


@pytest.mark.parametrize("script", sorted(NAMED))
def test_a_script_answers_what_its_enum_knows_and_all_of_it(script: str) -> None:
    assert returned(script) == {str(outcome.value) for outcome in NAMED[script]}


@pytest.mark.parametrize("script", sorted(ALL_OR_NOTHING))
def test_a_script_that_does_all_or_nothing_answers_one_or_zero(script: str) -> None:
    assert returned(script) == {str(outcome.value) for outcome in Applied}


def test_a_script_that_is_called_with_an_outcome_knows_each() -> None:
    assert set(re.findall(r"outcome == '(\w+)'", source("webhook_settle"))) == set(Attempt)


MESSAGE = message_of(
    "default",
    {
        **{
            "id": "0" * 32,
            "phone": "+4915112345678",
            "text": "Hi",
            "status": "sending",
            "priority": "normal",
        },
        **{"priority": "normal", "created_ms": "1", "updated_ms": "1", "timeline": "queued@1"},
    },
)


class Strange(Database):
    """A Database whose scripts answer with a word that nobody knows."""

    def __init__(self) -> None:
        pass

    def run(self, name: str, *_: Any, **__: Any) -> Any:
        return "sendable" if name == "receive" else ["sendable", ""]

    def do(self, *command: str | int | float) -> Any:
        return None


@pytest.fixture
def stores() -> AccountStores:
    return AccountStores(Strange(), Settings(cap_policy="off"), "default")


@pytest.mark.parametrize(
    "call",
    [
        lambda it: it.ledger.claim("0" * 32, 1, 0),
        lambda it: it.ledger.advance(MESSAGE, Status.SENT, 1),
        lambda it: it.ledger.defer(MESSAGE, 1, "capped", 0, 1),
        lambda it: it.ledger.note(MESSAGE, 1, bubble_id="b"),
        lambda it: it.sessions.apply(SessionEvent.LOGGED_IN, 0, reason="", actor="", fence=1),
        lambda it: it.pauses.set(PauseReason.OPERATOR, "test", 0),
        lambda it: it.hands.open("test", 0),
        lambda it: it.circuits.put(it.circuits.get(), 1),
    ],
)
def test_an_answer_that_nobody_knows_is_an_error(
    stores: AccountStores, call: Callable[[AccountStores], object]
) -> None:
    with pytest.raises(UnknownOutcome):
        call(stores)


def test_a_lease_is_not_held_on_an_answer_that_nobody_knows() -> None:
    lease = Lease(Strange(), "default", 60)
    with pytest.raises(UnknownOutcome):
        lease.acquire()
    assert lease.fence == 0


def test_an_acceptance_that_nobody_knows_is_none() -> None:
    with pytest.raises(UnknownOutcome):
        Acceptance.from_script("accepted_almost", "id", "queued")
    assert outcome_of(Accept, "accepted") is Accept.ACCEPTED
