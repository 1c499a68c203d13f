"""POST /send on a real Redis."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.integration.webapp.conftest import PHONE, Caller, problem
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.queues import messages_list, messages_lists
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.opt_outs import OptOuts


def queued(database: Database) -> int:
    return sum(database.number("LLEN", name) for name in messages_lists("default"))


def test_a_signed_message_is_accepted_and_can_be_looked_at(caller: Caller, database: Database) -> None:
    answer = caller.send(metadata={"order": 7})

    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["status"] == "queued"
    assert answer.json["duplicate"] is False
    assert answer.headers["Location"] == answer.json["links"]["self"]
    shown = caller.get(answer.json["links"]["self"]).json
    assert shown is not None
    assert (shown["phone"], shown["message"], shown["metadata"]) == (PHONE, "Hello", {"order": 7})
    assert [entry["status"] for entry in shown["timeline"]] == ["queued"]
    assert database.number("LLEN", messages_list("default", Priority.NORMAL)) == 1


def test_the_same_message_again_is_answered_with_the_first_id(caller: Caller, database: Database) -> None:
    first = caller.send().json
    again = caller.send().json

    assert first is not None
    assert again is not None
    assert again["id"] == first["id"]
    assert again["duplicate"] is True
    assert queued(database) == 1


def test_the_header_and_the_field_name_the_same_key(caller: Caller) -> None:
    body = {"phone": PHONE, "message": "Hello"}
    by_header = caller.post("/send", body, headers={"Idempotency-Key": "order-1"}).json
    by_field = caller.post("/send", {**body, "idempotency_key": "order-1"}).json

    assert by_header is not None
    assert by_field is not None
    assert by_header["id"] == by_field["id"]


def test_a_key_that_comes_with_another_text_is_a_conflict_naming_the_message(caller: Caller) -> None:
    first = caller.send(idempotency_key="k").json
    answer = caller.send(idempotency_key="k", message="Something else")

    assert problem(answer, 409) == "idempotency_conflict"
    assert first is not None
    assert answer.json is not None
    assert answer.json["message_id"] == first["id"]


def test_header_and_field_that_differ_are_refused(caller: Caller, database: Database) -> None:
    fields = {"phone": PHONE, "message": "Hello", "idempotency_key": "a"}
    answer = caller.post("/send", fields, headers={"Idempotency-Key": "b"})

    assert problem(answer, 422) == "idempotency_key_ambiguous"
    assert queued(database) == 0


def test_after_the_window_the_same_text_is_a_new_message(
    make_app: Callable[..., Flask], caller: Caller
) -> None:
    caller.client = make_app(idempotency_window_seconds=0.2).test_client()

    first = caller.send().json
    time.sleep(0.25)
    second = caller.send().json

    assert first is not None
    assert second is not None
    assert second["duplicate"] is False
    assert second["id"] != first["id"]


@pytest.mark.parametrize("form", ["number", "text"])
def test_a_time_to_send_may_be_unix_seconds_or_rfc_3339(
    form: str, caller: Caller, database: Database
) -> None:
    at = time.strftime("%Y-12-31T23:00:00+01:00", time.gmtime())
    moment = time.mktime(time.strptime(at[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone - 3600
    accepted = caller.send(send_at=moment if form == "number" else at).json

    assert accepted is not None
    shown = caller.get(accepted["links"]["self"]).json
    assert shown is not None
    assert shown["send_at"] == time.strftime("%Y-12-31T22:00:00.000Z", time.gmtime())
    assert queued(database) == 0


def test_an_opted_out_recipient_is_refused_before_anything_is_queued(
    caller: Caller, database: Database
) -> None:
    OptOuts(database).add(PHONE)

    assert problem(caller.send(), 422) == "recipient_opted_out"
    assert queued(database) == 0


def test_over_the_daily_cap_the_answer_says_when_there_is_a_place(
    make_app: Callable[..., Flask], caller: Caller, database: Database
) -> None:
    caller.client = make_app(cap_policy="reject", cap_base=2, cap_new_chats_share=1).test_client()
    assert [caller.send(message=f"Text {n}").status_code for n in range(2)] == [202, 202]

    answer = caller.send(message="One more")

    assert problem(answer, 429) == "daily_cap_reached"
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json is not None
    assert answer.json["next_place_at"].endswith("Z")
    assert queued(database) == 2
    account = caller.get("/accounts/default").json
    assert account is not None
    assert (account["cap"]["cap"], account["cap"]["used"], account["cap"]["left"]) == (2, 2, 0)


BAD_FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"phone": "015112345678"}, "phone_invalid", "phone"),
    ({"phone": "+49"}, "phone_invalid", "phone"),
    ({"phone": ""}, "phone_invalid", "phone"),
    ({"phone": 4915112345678}, "request_invalid", "phone"),
    ({"phone": None}, "recipient_missing", "phone"),
    ({"message": ""}, "message_empty", "message"),
    ({"message": " \n\t "}, "message_empty", "message"),
    ({"message": "\u200b\u0007"}, "message_empty", "message"),
    ({"message": "bell\u0007"}, "message_invalid", "message"),
    ({"message": "x" * 65_537}, "message_too_long", "message"),
    ({"message": "😀" * 32_769}, "message_too_long", "message"),
    ({"message": ["Hello"]}, "request_invalid", "message"),
    ({"account": "NO"}, "account_invalid", "account"),
    ({"account": "a\u0006\u0016b"}, "account_invalid", "account"),
    ({"idempotency_key": ""}, "idempotency_key_invalid", "idempotency_key"),
    ({"idempotency_key": " "}, "idempotency_key_invalid", "idempotency_key"),
    ({"idempotency_key": "order-1 "}, "idempotency_key_invalid", "idempotency_key"),
    ({"idempotency_key": "é"}, "idempotency_key_invalid", "idempotency_key"),
    ({"priority": "urgent"}, "request_invalid", "priority"),
    ({"send_at": "tomorrow"}, "request_invalid", "send_at"),
    ({"send_at": "2026-01-31T09:00:00"}, "request_invalid", "send_at"),
    ({"send_at": "2026-02-30T09:00:00Z"}, "request_invalid", "send_at"),
    ({"send_at": True}, "request_invalid", "send_at"),
    ({"send_at": -1}, "request_invalid", "send_at"),
    ({"send_at": 10**400}, "request_invalid", "send_at"),
    ({"send_at": 253_402_300_799}, "send_at_invalid", "send_at"),
    ({"expires_at": 1}, "expires_at_invalid", "expires_at"),
    ({"metadata": "text"}, "request_invalid", "metadata"),
    ({"metadata": {"a": "x" * 5000}}, "metadata_too_large", "metadata"),
    ({"colour": "red"}, "request_invalid", "colour"),
]


@pytest.mark.parametrize(("fields", "code", "field"), BAD_FIELDS, ids=[f"{f}-{c}" for _, c, f in BAD_FIELDS])
def test_a_bad_field_is_named_and_nothing_is_queued(
    fields: dict[str, Any], code: str, field: str, caller: Caller, database: Database
) -> None:
    answer = caller.send(**fields)

    assert problem(answer, 422) == code
    assert answer.json is not None
    assert [e["field"] for e in answer.json["errors"]] == [field]
    assert queued(database) == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "json_malformed"),
        (b"{", 400, "json_malformed"),
        (b"[]", 400, "json_malformed"),
        (b"null", 400, "json_malformed"),
        (b"\xff\xfe{\x00}\x00", 400, "json_malformed"),
        (b'{"phone": "+4915112345678", "phone": "+4915112345679", "message": "x"}', 400, "json_malformed"),
        (b'{"phone": "+4915112345678", "message": "x", "send_at": NaN}', 400, "json_malformed"),
        (b'{"phone": "+4915112345678", "message": "x", "metadata": {"a": 1e999}}', 400, "json_malformed"),
        (
            b'{"phone": "+4915112345678", "message": "x", "send_at": ' + b"9" * 5000 + b"}",
            400,
            "json_malformed",
        ),
        (b'{"a":' * 100_000, 400, "json_malformed"),
        (b'{"phone": "+4915112345678", "message": "\\ud83d"}', 400, "json_malformed"),
        (b'{"message": "x"}', 422, "recipient_missing"),
        (b"{}" + b" " * 600_000, 413, "body_too_large"),
    ],
)
def test_a_bad_body_is_one_clear_problem(
    body: bytes, status: int, code: str, caller: Caller, database: Database
) -> None:
    headers = {**caller.headers("POST", "/send", body), "Content-Type": "application/json"}
    answer = caller.client.post("/send", data=body, headers=headers)

    assert problem(answer, status) == code
    assert status != 413 or "524288 bytes" in answer.get_data(as_text=True)
    assert queued(database) == 0


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
        "application/json; charset=latin-1",
    ],
)
def test_a_body_of_another_type_is_refused(content_type: str, caller: Caller) -> None:
    body = b'{"phone": "+4915112345678", "message": "x"}'
    headers = {**caller.headers("POST", "/send", body), "Content-Type": content_type}

    assert problem(caller.client.post("/send", data=body, headers=headers), 415) == "content_type_unsupported"


def test_an_unknown_account_is_told_how_to_add_one(caller: Caller) -> None:
    answer = caller.send(account="sales")

    assert problem(answer, 404) == "account_unknown"
    assert answer.json is not None
    assert "accounts add" in answer.json["detail"]


@pytest.mark.parametrize(
    "text", ["é " * 20 + "x", "👩‍👩‍👧‍👦\nשלום\n  indented", "a\u0301\u0323 \u202bمرحبا\u202c"]
)
def test_a_text_is_kept_to_the_letter(text: str, caller: Caller, database: Database) -> None:
    accepted = caller.send(message=text).json

    assert accepted is not None
    shown = caller.get(accepted["links"]["self"]).json
    assert shown is not None
    assert shown["message"] == text
    kept = Ledger(database, "default", retention_ms=1, follow_ms=1).get(accepted["id"])
    assert kept is not None
    assert kept.text == text
