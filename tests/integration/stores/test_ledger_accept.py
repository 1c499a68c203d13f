"""Accepting a message: identity, record and queue entry come into being together or not at all."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.stores.desk import NOW, Desk
from tests.unit.whatsapp_tasks.domain.one_mobile import PAIRS
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


def test_an_accepted_message_is_on_record_open_and_queued(desk: Desk) -> None:
    message = desk.accept(metadata={"order": 7, "ü": ["😀"]}, source="cli", text="Grüße\n👋 '\"\\;@")
    assert (message.status, message.text) == (Status.QUEUED, "Grüße\n👋 '\"\\;@")
    assert (message.created_ms, message.updated_ms, message.attempts) == (NOW, NOW, 0)
    assert message.timeline == (TimelineEntry(Status.QUEUED, NOW),)
    assert message.metadata == {"order": 7, "ü": ["😀"]}
    assert desk.queued() == [message.id]
    assert desk.indexes(message) == {"open"}


@pytest.mark.parametrize("priority", list(Priority))
def test_each_priority_has_its_list(desk: Desk, priority: Priority) -> None:
    message = desk.accept(priority=priority)
    assert desk.queued(priority) == [message.id]
    assert sum(desk.database.number("LLEN", messages_list("default", p)) for p in Priority) == 1


def test_messages_are_queued_in_the_order_of_acceptance(desk: Desk) -> None:
    assert desk.queued() == [] and desk.queue.nothing_queued()  # noqa: PT018
    ids = [desk.accept().id for _ in range(5)]
    assert desk.queued() == ids
    assert not desk.queue.nothing_queued()


def test_the_same_request_again_gets_the_first_answer_and_changes_nothing(desk: Desk) -> None:
    first = desk.new()
    desk.admission.accept(first)
    before = desk.everything()
    again = replace(first, id="f" * 32, now_ms=NOW + 5, priority=Priority.HIGH)
    assert desk.admission.accept(again) == Acceptance(Accept.DUPLICATE, first.id, "queued")
    assert desk.everything() == before


@pytest.mark.parametrize("status", sorted(Status))
def test_a_repeat_is_told_what_the_message_has_come_to(desk: Desk, status: Status) -> None:
    message = desk.at(status)
    number = int(message.id[:32], 16)
    again = desk.new(identity=f"identity-{number}", content=f"content-{number}")
    assert desk.admission.accept(again) == Acceptance(Accept.DUPLICATE, message.id, status)


def test_a_settled_message_is_not_sent_again_by_a_repeat(desk: Desk) -> None:
    message = desk.at(Status.FAILED)
    number = int(message.id[:32], 16)
    desk.admission.accept(desk.new(identity=f"identity-{number}", content=f"content-{number}"))
    assert desk.queued() == []
    assert desk.ledger.open_count() == 0


def test_the_same_key_with_another_content_is_a_conflict_and_changes_nothing(desk: Desk) -> None:
    first = desk.new()
    desk.admission.accept(first)
    before = desk.everything()
    outcome = desk.admission.accept(replace(first, id="f" * 32, content="other", text="other"))
    assert outcome == Acceptance(Accept.CONFLICT, first.id, "")
    assert desk.everything() == before


def test_when_the_window_has_passed_the_same_content_is_a_new_message(desk: Desk) -> None:
    first = desk.new(window_ms=40)
    desk.admission.accept(first)
    claim = desk.keys.identity(first.identity)
    assert 0 < desk.ttl(claim) <= 40
    while desk.ttl(claim) != -2:  # Redis's own clock
        threading.Event().wait(0.005)
    second = replace(first, id="f" * 32, now_ms=NOW + 41)
    assert desk.admission.accept(second).outcome == "accepted"
    assert desk.queued() == [first.id, second.id]
    assert desk.get(first.id).created_ms == NOW


def test_a_used_signature_is_refused_whatever_it_signs(desk: Desk) -> None:
    desk.accept(nonce="n", nonce_ttl_ms=5000)
    assert 0 < desk.ttl(keys.nonce("n")) <= 5000
    before = desk.everything()
    assert desk.admission.accept(desk.new(nonce="n", nonce_ttl_ms=5000)) == Acceptance(
        Accept.REPLAYED, "", ""
    )
    assert desk.everything() == before


def test_without_a_nonce_nothing_is_remembered_of_signatures(desk: Desk) -> None:
    desk.accept()
    desk.accept()
    assert not desk.database.texts("KEYS", "wa:nonce:*")


def test_a_message_to_a_phone_that_opted_out_is_refused_and_only_the_signature_is_used_up(desk: Desk) -> None:
    OptOuts(desk.database).add("+4915112345678")
    before = desk.everything()
    outcome = desk.admission.accept(desk.new(nonce="n", nonce_ttl_ms=5000))
    assert outcome == Acceptance(Accept.OPTED_OUT, "", "")
    after = desk.everything()
    assert after.pop(keys.nonce("n")) == "1"
    assert after == before


@pytest.mark.parametrize(("listed", "phone"), PAIRS)
def test_a_message_to_another_form_of_a_listed_number_is_refused_issue_12_row_5(
    desk: Desk, listed: str, phone: str
) -> None:
    OptOuts(desk.database).add(listed)
    assert desk.admission.accept(desk.new(phone=phone)).outcome == "opted_out"


def test_an_unknown_account_is_refused_and_not_even_the_signature_is_used_up(database: Database) -> None:
    admission = Admission(database, "nobody")
    new = Desk(database).new(nonce="n", nonce_ttl_ms=5000)
    before = database.number("DBSIZE")
    assert admission.accept(new).outcome == "account_unknown"
    assert database.number("DBSIZE") == before


def test_a_message_for_later_waits_in_the_schedule_and_not_on_the_queue(desk: Desk) -> None:
    message = desk.accept(send_at_ms=NOW + 1)
    assert desk.queued() == []
    assert desk.indexes(message) == {"schedule"}
    assert desk.score(desk.keys.schedule, message) == NOW + 1
    assert message.send_at_ms == NOW + 1


@pytest.mark.parametrize("send_at_ms", [NOW, NOW - 1, 0])
def test_a_time_that_has_come_means_now(desk: Desk, send_at_ms: int) -> None:
    message = desk.accept(send_at_ms=send_at_ms)
    assert desk.queued() == [message.id]
    assert desk.indexes(message) == {"open"}


def test_an_expiry_is_indexed(desk: Desk) -> None:
    message = desk.accept(expires_at_ms=NOW + 10)
    assert desk.indexes(message) == {"open", "expiring"}
    assert desk.queue.due_to_expire(NOW + 9) == []
    assert desk.queue.due_to_expire(NOW + 10) == [message.id]


def test_an_open_record_lives_for_ever(desk: Desk) -> None:
    assert desk.ttl(desk.keys.message(desk.accept().id)) == -1


def test_accounts_do_not_see_each_other(desk: Desk) -> None:
    other = Desk(desk.database, "other")
    message = desk.accept()
    assert other.ledger.get(message.id) is None
    assert other.admission.accept(replace(other.new(), identity="identity-1")).outcome == "accepted"
    assert desk.queued() == [message.id]


def test_two_hundred_callers_with_one_content_make_one_message(desk: Desk) -> None:
    first = desk.new()
    answers: list[Any] = []
    start = threading.Barrier(200)

    def call(number: int) -> None:
        new = replace(first, id=f"{number:032x}", now_ms=NOW + number)
        start.wait()
        try:
            answers.append(desk.admission.accept(new))
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
    assert desk.queued() == [answers[0].id]
    assert len(desk.database.texts("KEYS", desk.keys.message("*"))) == 1
    assert desk.database.number("ZCARD", desk.keys.log) == desk.ledger.open_count() == 1


def test_accepting_survives_that_redis_forgot_its_scripts(desk: Desk) -> None:
    desk.accept()
    desk.database.do("SCRIPT", "FLUSH")
    desk.accept()
    assert len(desk.queued()) == 2
