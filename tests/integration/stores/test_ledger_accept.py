"""Accepting a message: identity, record and queue entry come into being together or not at all."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from tests.support.one_mobile import PAIRS
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.queues import messages_list
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.admission import Acceptance, Admission
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.messages import TimelineEntry
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.outcomes import Accept


def test_an_accepted_message_is_on_record_open_and_queued(rig: LedgerRig) -> None:
    message = rig.accept(metadata={"order": 7, "ü": ["😀"]}, source="cli", text="Grüße\n👋 '\"\\;@")
    assert (message.status, message.text) == (Status.QUEUED, "Grüße\n👋 '\"\\;@")
    assert (message.created_ms, message.updated_ms, message.attempts) == (NOW, NOW, 0)
    assert message.timeline == (TimelineEntry(Status.QUEUED, NOW),)
    assert message.metadata == {"order": 7, "ü": ["😀"]}
    assert rig.queued() == [message.id]
    assert rig.indexes(message) == {"open"}


@pytest.mark.parametrize("priority", list(Priority))
def test_each_priority_has_its_list(rig: LedgerRig, priority: Priority) -> None:
    message = rig.accept(priority=priority)
    assert rig.queued(priority) == [message.id]
    assert sum(rig.database.number("LLEN", messages_list("default", p)) for p in Priority) == 1


def test_messages_are_queued_in_the_order_of_acceptance(rig: LedgerRig) -> None:
    assert rig.queued() == [] and rig.queue.nothing_queued()  # noqa: PT018
    ids = [rig.accept().id for _ in range(5)]
    assert rig.queued() == ids
    assert not rig.queue.nothing_queued()


def test_the_same_request_again_gets_the_first_answer_and_changes_nothing(rig: LedgerRig) -> None:
    first = rig.new()
    rig.admission.accept(first)
    before = rig.everything()
    again = replace(first, id="f" * 32, now_ms=NOW + 5, priority=Priority.HIGH)
    assert rig.admission.accept(again) == Acceptance(Accept.DUPLICATE, first.id, "queued")
    assert rig.everything() == before


@pytest.mark.parametrize("status", sorted(Status))
def test_a_repeat_is_told_what_the_message_has_come_to(rig: LedgerRig, status: Status) -> None:
    message = rig.at(status)
    number = int(message.id[:32], 16)
    again = rig.new(identity=f"identity-{number}", content=f"content-{number}")
    assert rig.admission.accept(again) == Acceptance(Accept.DUPLICATE, message.id, status)


def test_a_settled_message_is_not_sent_again_by_a_repeat(rig: LedgerRig) -> None:
    message = rig.at(Status.FAILED)
    number = int(message.id[:32], 16)
    rig.admission.accept(rig.new(identity=f"identity-{number}", content=f"content-{number}"))
    assert rig.queued() == []
    assert rig.queue.open_count() == 0


def test_the_same_key_with_another_content_is_a_conflict_and_changes_nothing(rig: LedgerRig) -> None:
    first = rig.new()
    rig.admission.accept(first)
    before = rig.everything()
    outcome = rig.admission.accept(replace(first, id="f" * 32, content="other", text="other"))
    assert outcome == Acceptance(Accept.CONFLICT, first.id, "")
    assert rig.everything() == before


def test_when_the_window_has_passed_the_same_content_is_a_new_message(rig: LedgerRig) -> None:
    first = rig.new(window_ms=40)
    rig.admission.accept(first)
    claim = rig.keys.identity(first.identity)
    assert 0 < rig.ttl(claim) <= 40
    while rig.ttl(claim) != -2:  # Redis's own clock
        threading.Event().wait(0.005)
    second = replace(first, id="f" * 32, now_ms=NOW + 41)
    assert rig.admission.accept(second).outcome == "accepted"
    assert rig.queued() == [first.id, second.id]
    assert rig.get(first.id).created_ms == NOW


def test_a_used_signature_is_refused_whatever_it_signs(rig: LedgerRig) -> None:
    rig.accept(nonce="n", nonce_ttl_ms=5000)
    assert 0 < rig.ttl(keys.nonce("n")) <= 5000
    before = rig.everything()
    assert rig.admission.accept(rig.new(nonce="n", nonce_ttl_ms=5000)) == Acceptance(Accept.REPLAYED, "", "")
    assert rig.everything() == before


def test_without_a_nonce_nothing_is_remembered_of_signatures(rig: LedgerRig) -> None:
    rig.accept()
    rig.accept()
    assert not rig.database.texts("KEYS", "wa:nonce:*")


def test_a_message_to_a_phone_that_opted_out_is_refused_and_only_the_signature_is_used_up(
    rig: LedgerRig,
) -> None:
    OptOuts(rig.database).add("+4915112345678")
    before = rig.everything()
    outcome = rig.admission.accept(rig.new(nonce="n", nonce_ttl_ms=5000))
    assert outcome == Acceptance(Accept.OPTED_OUT, "", "")
    after = rig.everything()
    assert after.pop(keys.nonce("n")) == "1"
    assert after == before


@pytest.mark.parametrize(("listed", "phone"), PAIRS)
def test_a_message_to_another_form_of_a_listed_number_is_refused_issue_12_row_5(
    rig: LedgerRig, listed: str, phone: str
) -> None:
    OptOuts(rig.database).add(listed)
    assert rig.admission.accept(rig.new(phone=phone)).outcome == "opted_out"


def test_an_unknown_account_is_refused_and_not_even_the_signature_is_used_up(database: Database) -> None:
    admission = Admission(database, "nobody")
    new = LedgerRig(database).new(nonce="n", nonce_ttl_ms=5000)
    before = database.number("DBSIZE")
    assert admission.accept(new).outcome == "account_unknown"
    assert database.number("DBSIZE") == before


def test_a_message_for_later_waits_in_the_schedule_and_not_on_the_queue(rig: LedgerRig) -> None:
    message = rig.accept(send_at_ms=NOW + 1)
    assert rig.queued() == []
    assert rig.indexes(message) == {"schedule"}
    assert rig.score(rig.keys.schedule, message) == NOW + 1
    assert message.send_at_ms == NOW + 1


@pytest.mark.parametrize("send_at_ms", [NOW, NOW - 1, 0])
def test_a_time_that_has_come_means_now(rig: LedgerRig, send_at_ms: int) -> None:
    message = rig.accept(send_at_ms=send_at_ms)
    assert rig.queued() == [message.id]
    assert rig.indexes(message) == {"open"}


def test_an_expiry_is_indexed(rig: LedgerRig) -> None:
    message = rig.accept(expires_at_ms=NOW + 10)
    assert rig.indexes(message) == {"open", "expiring"}
    assert rig.queue.due_to_expire(NOW + 9) == []
    assert rig.queue.due_to_expire(NOW + 10) == [message.id]


def test_an_open_record_lives_for_ever(rig: LedgerRig) -> None:
    assert rig.ttl(rig.keys.message(rig.accept().id)) == -1


def test_accounts_do_not_see_each_other(rig: LedgerRig) -> None:
    other = LedgerRig(rig.database, "other")
    message = rig.accept()
    assert other.ledger.get(message.id) is None
    assert other.admission.accept(replace(other.new(), identity="identity-1")).outcome == "accepted"
    assert rig.queued() == [message.id]


def test_two_hundred_callers_with_one_content_make_one_message(rig: LedgerRig) -> None:
    first = rig.new()
    answers: list[Any] = []
    start = threading.Barrier(200)

    def call(number: int) -> None:
        new = replace(first, id=f"{number:032x}", now_ms=NOW + number)
        start.wait()
        try:
            answers.append(rig.admission.accept(new))
        except StoreUnavailable as error:
            answers.append(error)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [a for a in answers if not isinstance(a, Acceptance)] == []
    assert len({answer.id for answer in answers}) == 1
    assert sorted({answer.outcome for answer in answers}) == ["accepted", "duplicate"]
    assert sum(answer.outcome == "accepted" for answer in answers) == 1
    assert rig.queued() == [answers[0].id]
    assert len(rig.database.texts("KEYS", rig.keys.message("*"))) == 1
    assert rig.database.number("ZCARD", rig.keys.log) == rig.queue.open_count() == 1


def test_accepting_survives_that_redis_forgot_its_scripts(rig: LedgerRig) -> None:
    rig.accept()
    rig.database.do("SCRIPT", "FLUSH")
    rig.accept()
    assert len(rig.queued()) == 2
