"""Dispatch: the one way in, from a caller's words to ledger and queue, or to a refusal that helps."""

import json
import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Accepted, Dispatcher
from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.files import FileFacts
from whatsapp_tasks.domain.identity import MAX_KEY_LENGTH
from whatsapp_tasks.domain.message_fields import METADATA_LIMIT_BYTES
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.files import Content, FileRecords, Upload, new_object
from whatsapp_tasks.stores.keys import file_content
from whatsapp_tasks.stores.keys import upload as upload_key
from whatsapp_tasks.stores.nonces import nonce_ttl_ms
from whatsapp_tasks.stores.opt_outs import OptOuts

PHONE = "+4915112345678"
SECOND = 1000


class Clock:
    def __init__(self) -> None:
        self.now = NOW / SECOND

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dispatcher(rig: LedgerRig, settings: Settings, clock: Clock) -> Dispatcher:
    return Dispatcher(rig.database, settings, clock)


def refusal(call: Callable[[], object]) -> RequestRefused:
    with pytest.raises(RequestRefused) as refused:
        call()
    return refused.value


# in


def test_a_message_comes_through_whole(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    accepted = dispatcher.send(
        MessageRequest("+49 151 1234-5678", "  Hi\r\nthere 👋 ", metadata={"order": 7}), source="cli"
    )
    assert accepted == Accepted(accepted.id, "queued", duplicate=False)
    message = dispatcher.get(accepted.id)
    assert (message.phone, message.text, message.account) == (PHONE, "Hi\nthere 👋", "default")
    assert (message.status, message.priority, message.created_ms) == (Status.QUEUED, Priority.NORMAL, NOW)
    assert message.metadata == {"order": 7}
    assert rig.queued() == [accepted.id]


@pytest.mark.parametrize("priority", ["high", "normal", "low", Priority.HIGH])
def test_a_priority_leads_to_its_list(rig: LedgerRig, dispatcher: Dispatcher, priority: str) -> None:
    accepted = dispatcher.send(MessageRequest(PHONE, "x", priority=priority))
    assert rig.queued(Priority(priority)) == [accepted.id]


def test_a_named_account_has_its_own_queue(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    support = LedgerRig(rig.database, "support")
    accepted = dispatcher.send(MessageRequest(PHONE, "x", account="support"))
    assert rig.queued() == []
    assert support.queued() == [accepted.id]
    assert dispatcher.get(accepted.id).account == "support"


def test_both_ways_of_writing_one_message_are_one_message(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    first = dispatcher.send(MessageRequest(PHONE, "Hi\nthere"))
    again = dispatcher.send(MessageRequest(" +49 (0)151 12345678", "Hi\r\nthere\n"))
    assert again == Accepted(first.id, "queued", duplicate=True)
    assert rig.queued() == [first.id]


@pytest.mark.parametrize("other", [{"phone": "+4915112345679"}, {"message": "Hi "}, {"message": "hi"}])
def test_another_phone_or_text_is_another_message(dispatcher: Dispatcher, other: dict[str, str]) -> None:
    first = dispatcher.send(MessageRequest(PHONE, "Hi"))
    again = dispatcher.send(MessageRequest(other.get("phone", PHONE), other.get("message", "Hi")))
    assert again.duplicate is (other.get("message") == "Hi ")  # only white space around it
    assert (again.id == first.id) is again.duplicate


def test_a_key_makes_equal_texts_two_messages_and_a_repeat_one(
    rig: LedgerRig, dispatcher: Dispatcher
) -> None:
    one, two = (dispatcher.send(MessageRequest(PHONE, "x", idempotency_key=key)) for key in "ab")
    assert one.id != two.id
    assert dispatcher.send(MessageRequest(PHONE, "x", idempotency_key="a")) == Accepted(
        one.id, "queued", duplicate=True
    )
    assert rig.queued() == [one.id, two.id]


def test_the_same_key_of_two_accounts_is_two_keys(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    Accounts(rig.database).add("other", NOW)
    first = dispatcher.send(MessageRequest(PHONE, "x", idempotency_key="a"))
    assert not dispatcher.send(MessageRequest(PHONE, "y", account="other", idempotency_key="a")).duplicate
    assert dispatcher.send(MessageRequest(PHONE, "x", idempotency_key="a")).id == first.id


def test_a_repeat_is_told_what_the_message_has_come_to(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    accepted = dispatcher.send(MessageRequest(PHONE, "x"))
    rig.claim(dispatcher.get(accepted.id))
    assert dispatcher.send(MessageRequest(PHONE, "x")).status == "sending"


def test_two_hundred_requests_at_once_are_one_message(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    start, answers = threading.Barrier(200), []

    def send() -> None:
        start.wait()
        answers.append(dispatcher.send(MessageRequest(PHONE, "x", idempotency_key="k")))

    threads = [threading.Thread(target=send) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 200
    assert len({answer.id for answer in answers}) == 1
    assert sum(not answer.duplicate for answer in answers) == 1
    assert rig.queued() == [answers[0].id]


# times


def test_a_message_for_later_waits(rig: LedgerRig, dispatcher: Dispatcher, clock: Clock) -> None:
    accepted = dispatcher.send(
        MessageRequest(PHONE, "x", send_at=clock.now + 60.5, expires_at=clock.now + 61)
    )
    message = dispatcher.get(accepted.id)
    assert (message.send_at_ms, message.expires_at_ms) == (NOW + 60_500, NOW + 61_000)
    assert rig.queued() == []
    assert rig.queue.release_due(NOW + 60_499) == 0
    assert rig.queue.release_due(NOW + 60_500) == 1


def test_a_time_gone_by_means_now(rig: LedgerRig, dispatcher: Dispatcher, clock: Clock) -> None:
    accepted = dispatcher.send(MessageRequest(PHONE, "x", send_at=clock.now - 5))
    assert rig.queued() == [accepted.id]


DAY = 24 * 3600
NAN = math.nan


@pytest.mark.parametrize(
    ("field", "times"),
    [
        ("send_at", {"send_at": 366 * DAY}),
        ("expires_at", {"expires_at": 0}),
        ("expires_at", {"expires_at": -1}),
        ("expires_at", {"send_at": 60, "expires_at": 60}),
        ("expires_at", {"send_at": 60, "expires_at": 30}),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(
    rig: LedgerRig, dispatcher: Dispatcher, clock: Clock, field: str, times: dict[str, float]
) -> None:
    before = rig.everything()
    absolute: Any = {name: clock.now + seconds for name, seconds in times.items()}
    refused = refusal(lambda: dispatcher.send(MessageRequest(PHONE, "x", **absolute)))
    assert refused.code == f"{field}_invalid"
    assert refused.errors[0]["field"] == field
    assert rig.everything() == before


def test_a_key_is_held_until_its_window_has_passed_since_the_time_of_sending(
    rig: LedgerRig, dispatcher: Dispatcher, clock: Clock, settings: Settings
) -> None:
    window = settings.idempotency_window_seconds
    dispatcher.send(MessageRequest(PHONE, "x", idempotency_key="k", send_at=clock.now + 3 * DAY))
    (claim,) = rig.database.texts("KEYS", rig.keys.identity("*"))
    assert (3 * DAY + window - 60) * SECOND < rig.ttl(claim) <= (3 * DAY + window) * SECOND


def test_a_text_without_a_key_is_held_for_the_window(
    rig: LedgerRig, dispatcher: Dispatcher, clock: Clock, settings: Settings
) -> None:
    dispatcher.send(MessageRequest(PHONE, "x", send_at=clock.now + 3 * DAY))
    (claim,) = rig.database.texts("KEYS", rig.keys.identity("*"))
    assert rig.ttl(claim) <= settings.idempotency_window_seconds * SECOND


def test_a_record_outlives_the_claim_of_its_identity(
    rig: LedgerRig, settings: Settings, clock: Clock
) -> None:
    short = settings.model_copy(update={"retention_seconds": 1.0})
    dispatcher = Dispatcher(rig.database, short, clock)
    accepted = dispatcher.send(MessageRequest(PHONE, "x"))
    dispatcher.cancel(accepted.id)
    (claim,) = rig.database.texts("KEYS", rig.keys.identity("*"))
    assert rig.ttl(rig.keys.message(accepted.id)) >= rig.ttl(claim)


# refused


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"phone": "0151"}, "phone_invalid", "phone"),
        ({"phone": 4915112345678}, "phone_invalid", "phone"),
        ({"phone": None}, "recipient_missing", "phone"),
        ({"message": " \n"}, "message_empty", "message"),
        ({"message": "a\x00"}, "message_invalid", "message"),
        ({"message": "x" * 70_000}, "message_too_long", "message"),
        ({"message": 7}, "message_invalid", "message"),
        ({"message": b"x"}, "message_invalid", "message"),
        ({"account": "A B"}, "account_invalid", "account"),
        ({"account": None}, "account_invalid", "account"),
        ({"account": ["default"]}, "account_invalid", "account"),
        ({"idempotency_key": ""}, "idempotency_key_invalid", "idempotency_key"),
        ({"idempotency_key": "x" * (MAX_KEY_LENGTH + 1)}, "idempotency_key_invalid", "idempotency_key"),
        ({"idempotency_key": 7}, "idempotency_key_invalid", "idempotency_key"),
        ({"priority": "urgent"}, "priority_invalid", "priority"),
        ({"priority": []}, "priority_invalid", "priority"),
        ({"metadata": {"a": "x" * METADATA_LIMIT_BYTES}}, "metadata_too_large", "metadata"),
        ({"metadata": ["a"]}, "metadata_invalid", "metadata"),
        ({"metadata": {"a": object()}}, "metadata_invalid", "metadata"),
        ({"metadata": {"a": NAN}}, "metadata_invalid", "metadata"),
        ({"metadata": {"a": json.loads("[" * 900 + "]" * 900)}}, "metadata_invalid", "metadata"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_kept(
    rig: LedgerRig, dispatcher: Dispatcher, fields: dict[str, Any], code: str, field: str
) -> None:
    before = rig.everything()
    call: Any = {"phone": PHONE, "message": "x", **fields}
    refused = refusal(lambda: dispatcher.prepare(MessageRequest(**call), signature="sha256=00").accept())
    assert (refused.code, refused.http_status) == (code, 422)
    assert refused.errors[0]["field"] == field
    assert field.replace("_", " ") in str(refused) or field in str(refused)
    assert rig.everything() == before


def test_an_unknown_account_is_answered_with_how_to_add_it(dispatcher: Dispatcher) -> None:
    refused = refusal(lambda: dispatcher.send(MessageRequest(PHONE, "x", account="nobody")))
    assert (refused.code, refused.http_status) == ("account_unknown", 404)
    assert "accounts add" in str(refused)


def test_a_key_used_for_something_else_is_a_conflict_that_names_the_first_message(
    rig: LedgerRig, dispatcher: Dispatcher
) -> None:
    first = dispatcher.send(MessageRequest(PHONE, "x", idempotency_key="k"))
    refused = refusal(lambda: dispatcher.send(MessageRequest(PHONE, "y", idempotency_key="k")))
    assert (refused.code, refused.http_status) == ("idempotency_conflict", 409)
    assert refused.extra == {"message_id": first.id}
    assert rig.queued() == [first.id]


def test_a_recipient_who_opted_out_is_not_written_to(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    OptOuts(rig.database).add(PHONE)
    refused = refusal(lambda: dispatcher.send(MessageRequest("+49 151 12345678", "x")))
    assert refused.code == "recipient_opted_out"
    assert "consent" in str(refused)
    assert rig.queued() == []


def test_a_signature_is_used_up_with_its_message(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    dispatcher.prepare(MessageRequest(PHONE, "x"), signature="sha256=00").accept()
    for text in ("x", "y"):
        refused = refusal(dispatcher.prepare(MessageRequest(PHONE, text), signature="sha256=00").accept)
        assert (refused.code, refused.http_status) == ("signature_replayed", 401)
    assert dispatcher.prepare(MessageRequest(PHONE, "x"), signature="sha256=01").accept().duplicate
    assert len(rig.queued()) == 1


def test_a_signature_is_remembered_as_long_as_it_could_be_accepted(settings: Settings) -> None:
    assert (
        nonce_ttl_ms(settings)
        > (settings.signature_past_seconds + settings.signature_future_seconds) * SECOND
    )


# get and cancel


def test_a_message_nobody_knows_is_not_found(dispatcher: Dispatcher) -> None:
    for call in (dispatcher.get, dispatcher.cancel):
        refused = refusal(partial(call, "0" * 32))
        assert (refused.code, refused.http_status) == ("message_not_found", 404)


@pytest.mark.parametrize("message_id", ["", "*", "../x", "ü", "a" * 10_000])
def test_an_id_of_any_shape_is_just_not_found(dispatcher: Dispatcher, message_id: str) -> None:
    assert refusal(lambda: dispatcher.get(message_id)).code == "message_not_found"


def test_a_queued_message_can_be_cancelled_and_is_then_not_sent(
    rig: LedgerRig, dispatcher: Dispatcher
) -> None:
    accepted = dispatcher.send(MessageRequest(PHONE, "x"))
    assert dispatcher.cancel(accepted.id).status is Status.CANCELLED
    message = dispatcher.get(accepted.id)
    assert rig.queued() == [accepted.id]  # the entry is let through
    assert rig.claim(message) == "done"
    assert rig.indexes(message) == set()


def test_a_scheduled_message_can_be_cancelled(rig: LedgerRig, dispatcher: Dispatcher, clock: Clock) -> None:
    accepted = dispatcher.send(MessageRequest(PHONE, "x", send_at=clock.now + 60))
    dispatcher.cancel(accepted.id)
    assert rig.queue.release_due(NOW + 120_000) == 0
    assert rig.queued() == []


def test_cancelling_twice_is_no_fault(dispatcher: Dispatcher) -> None:
    accepted = dispatcher.send(MessageRequest(PHONE, "x"))
    first = dispatcher.cancel(accepted.id)
    assert dispatcher.cancel(accepted.id) == first


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.QUEUED, Status.CANCELLED}))
def test_anything_further_along_cannot_be_cancelled_and_is_told_where_it_is(
    rig: LedgerRig, dispatcher: Dispatcher, status: Status
) -> None:
    message = rig.at(status)
    refused = refusal(lambda: dispatcher.cancel(message.id))
    assert (refused.code, refused.http_status) == ("not_cancellable", 409)
    assert status in str(refused)
    assert rig.status(message) is status


def test_of_a_claim_and_a_cancellation_at_once_one_wins(rig: LedgerRig, dispatcher: Dispatcher) -> None:
    for _ in range(20):
        message = rig.accept()
        outcomes: dict[str, object] = {}

        def cancel(message_id: str = message.id, outcomes: dict[str, object] = outcomes) -> None:
            try:
                outcomes["cancel"] = dispatcher.cancel(message_id).status
            except RequestRefused as refused:
                outcomes["cancel"] = refused.code

        thread = threading.Thread(target=cancel)
        thread.start()
        outcomes["claim"] = rig.claim(message)
        thread.join()
        assert outcomes in (
            {"cancel": Status.CANCELLED, "claim": "done"},
            {"cancel": "not_cancellable", "claim": "claimed"},
        )
        rig.advance(message, Status.FAILED)  # one attempt at a time


# resolve


@pytest.mark.parametrize("to", [Status.SENT, Status.FAILED])
def test_a_person_settles_what_is_unknown(rig: LedgerRig, dispatcher: Dispatcher, to: Status) -> None:
    message = rig.at(Status.UNKNOWN)
    resolved = dispatcher.resolve(message.id, to, author="ada", note="saw it; on the phone @ 9")
    assert resolved.status is to
    assert (resolved.resolved_by, resolved.resolution_note) == ("ada", "saw it; on the phone @ 9")
    assert "unknown" not in rig.indexes(resolved)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.UNKNOWN}))
def test_nothing_but_the_unknown_is_settled_by_a_person(
    rig: LedgerRig, dispatcher: Dispatcher, status: Status
) -> None:
    message = rig.at(status)
    refused = refusal(lambda: dispatcher.resolve(message.id, Status.FAILED, author="ada", note=""))
    assert (refused.code, refused.http_status) == ("not_resolvable", 409)
    assert rig.status(message) is status


# files (issue 15)


def test_an_upload_that_expires_between_check_and_acceptance_is_unknown(
    rig: LedgerRig, dispatcher: Dispatcher
) -> None:
    """The script decides: a message never holds bytes that are gone."""
    records, digest = FileRecords(rig.database), "ab" * 32
    content = Content(digest, new_object(digest, NOW), 7, FileFacts("application/pdf"))
    records.keep(content, "u:1", NOW + SECOND, NOW)
    records.add_upload(Upload("1" * 32, "key", "a.pdf", content, NOW, 4_000_000_000_000))
    prepared = dispatcher.prepare(MessageRequest(PHONE, file=FileRequest(id="1" * 32)))
    assert records.let_go(digest, NOW + 2 * SECOND) == content.object
    before = rig.everything()
    assert refusal(prepared.accept).code == "file_unknown"
    assert rig.everything() == before


@pytest.mark.parametrize("key", ["order 1", None])
def test_a_repeat_is_a_duplicate_although_its_upload_has_expired(
    rig: LedgerRig, dispatcher: Dispatcher, key: str | None
) -> None:
    """Identity is decided first; only a new message needs the upload."""
    records, digest, kept_ms = FileRecords(rig.database), "ef" * 32, 4_000_000_000_000
    content = Content(digest, new_object(digest, NOW), 7, FileFacts("application/pdf"))
    records.keep(content, "u:3", NOW + SECOND, NOW)
    records.add_upload(Upload("3" * 32, "key", "a.pdf", content, NOW, kept_ms))
    request = MessageRequest(
        PHONE, file=FileRequest(id="3" * 32, owner="key", name="b.pdf"), idempotency_key=key
    )
    first = dispatcher.send(request)
    rig.database.do("HSET", upload_key("3" * 32), "expires_ms", rig.now)
    for content_is_gone in (False, True):
        if content_is_gone:
            rig.database.do("DEL", file_content(digest))
        assert dispatcher.send(request) == Accepted(first.id, "queued", duplicate=True)
        new = replace(request, message="Another", idempotency_key="order 2")
        assert refusal(partial(dispatcher.send, new)).code == "file_unknown"
        assert refusal(partial(dispatcher.upload, "3" * 32, "key")).code == "file_unknown"
    if key is not None:
        other = replace(request, file=FileRequest(id="3" * 32, owner="key", name="c.pdf"))
        assert refusal(partial(dispatcher.send, other)).code == "idempotency_conflict"


def test_a_repeat_is_a_duplicate_although_its_time_is_over(
    rig: LedgerRig, dispatcher: Dispatcher, clock: Clock
) -> None:
    request = MessageRequest(PHONE, "Hi", idempotency_key="order 1", expires_at=clock.now + 60)
    first = dispatcher.send(request)
    clock.now += 61
    assert dispatcher.send(request) == Accepted(first.id, "queued", duplicate=True)
    before = rig.everything()
    new = replace(request, idempotency_key="order 2")
    assert refusal(partial(dispatcher.send, new)).code == "expires_at_invalid"
    assert rig.everything() == before


def test_an_upload_is_remembered_for_as_long_as_a_message_with_it_may_be_repeated(
    rig: LedgerRig, dispatcher: Dispatcher
) -> None:
    records, digest, name = FileRecords(rig.database), "ef" * 32, upload_key("4" * 32)
    content = Content(digest, new_object(digest, NOW), 7, FileFacts("application/pdf"))
    records.keep(content, "u:4", NOW + SECOND, NOW)
    until_ms = int(time.time() * 1000) + 60 * SECOND
    upload = Upload("4" * 32, "key", "a.pdf", content, NOW, until_ms)
    records.add_upload(upload)
    assert rig.database.number("PTTL", name) <= 60 * SECOND
    dispatcher.send(MessageRequest(PHONE, file=FileRequest(id="4" * 32)))
    assert rig.database.number("PTTL", name) > 3600 * SECOND
    records.add_upload(upload)  # the same again makes it no shorter
    assert rig.database.number("PTTL", name) > 3600 * SECOND


def test_an_app_on_the_same_redis_may_send_any_upload_and_a_caller_only_its_own(
    rig: LedgerRig, dispatcher: Dispatcher
) -> None:
    records, digest = FileRecords(rig.database), "cd" * 32
    content = Content(digest, new_object(digest, NOW), 7, FileFacts("application/pdf"))
    records.keep(content, "u:1", NOW + SECOND, NOW)
    records.add_upload(Upload("2" * 32, "key", "", content, NOW, 4_000_000_000_000))
    for owner in (None, "key"):
        request = MessageRequest(PHONE, str(owner), file=FileRequest(id="2" * 32, owner=owner))
        file = rig.get(dispatcher.send(request).id).file
        assert file is not None
        assert file.name == "document.pdf"
    other = MessageRequest(PHONE, "other", file=FileRequest(id="2" * 32, owner="another"))
    assert refusal(partial(dispatcher.send, other)).code == "file_unknown"
