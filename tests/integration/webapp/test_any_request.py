"""Any signature, phone, text and time: accepted as the rules say, or one clear problem, and never a 5xx."""

import itertools
import json
import time
from typing import Any

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.integration.webapp.conftest import PHONE, Caller, problem
from webapp.times import LATEST
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.domain.texts import normalise_message
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.queues import messages_lists
from whatsapp_tasks.stores.connection import Database

on_one_redis = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
_numbers = itertools.count()


def send(caller: Caller, **fields: Any) -> TestResponse:
    """A request that is like no other, so that nothing is a replay or a duplicate."""
    return caller.send(**{"idempotency_key": f"any-{next(_numbers)}", **fields})


def queued(database: Database) -> int:
    return sum(database.number("LLEN", name) for name in messages_lists("default"))


def normalised(text: str) -> str | None:
    try:
        return normalise_message(text)
    except RequestRefused:
        return None


@on_one_redis
@given(st.text(max_size=200))
@example("\ufeff")
@example("a\u2028b\r\nc\rd")
@example("e\u0301 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u202eabc\u202c")
def test_any_text_is_kept_as_the_rules_say_or_refused(caller: Caller, database: Database, text: str) -> None:
    before = queued(database)
    answer = send(caller, message=text)
    expected = normalised(text)

    if expected is None:
        assert problem(answer, 422) in ("message_empty", "message_invalid")
        assert queued(database) == before
    else:
        assert answer.status_code == 202
        assert answer.json is not None
        shown = caller.get(answer.json["links"]["self"]).json
        assert shown is not None
        assert shown["message"] == expected


@on_one_redis
@given(st.text(max_size=30) | st.from_regex(r"\+?[0-9 ()./-]{0,20}", fullmatch=True))
@example("+49 1511 2345678")
@example("+٤٩١٥١١٢٣٤٥٦٧٨")
@example("+4915112345678;ext=1")
def test_any_phone_is_one_in_e164_or_refused(caller: Caller, database: Database, phone: str) -> None:
    before = queued(database)
    answer = send(caller, phone=phone)
    try:
        e164 = parse_phone(phone)
    except RequestRefused:
        assert problem(answer, 422) == "phone_invalid"
        assert queued(database) == before
        return
    assert answer.status_code == 202
    assert answer.json is not None
    shown = caller.get(answer.json["links"]["self"]).json
    assert shown is not None
    assert shown["phone"] == e164


any_time = (
    st.integers() | st.floats() | st.datetimes().map(lambda t: t.isoformat() + "Z") | st.text(max_size=30)
)


@on_one_redis
@given(any_time, any_time)
def test_any_times_are_accepted_or_named(caller: Caller, send_at: Any, expires_at: Any) -> None:
    body = json.dumps({"phone": PHONE, "message": "Hello", "send_at": send_at, "expires_at": expires_at})
    headers = {**caller.headers("POST", "/send", body.encode()), "Content-Type": "application/json"}
    answer = caller.client.post(
        "/send", data=body, headers={**headers, "Idempotency-Key": f"t-{next(_numbers)}"}
    )

    if answer.status_code == 202:
        now = time.time()
        assert answer.json is not None
        shown = caller.get(answer.json["links"]["self"]).json
        assert shown is not None
        assert isinstance(expires_at, str) or now - 5 <= expires_at <= LATEST
    else:
        assert answer.status_code in (400, 422)
        problem(answer, answer.status_code)


@on_one_redis
@given(
    part=st.sampled_from(["secret", "stamp", "method", "target", "body", "signature"]),
    position=st.integers(0, 200),
    change=st.integers(1, 127),
)
def test_one_changed_character_anywhere_makes_a_signature_worthless(
    caller: Caller, database: Database, part: str, position: int, change: int
) -> None:
    before = queued(database)
    body = json.dumps({"phone": PHONE, "message": f"Text {next(_numbers)}"})
    stamp = str(int(time.time()) - 10)
    signed = {
        "secret": caller.key.secrets[0],
        "stamp": stamp,
        "method": "POST",
        "target": "/send",
        "body": body,
    }
    wrong = dict(signed)
    if part != "signature":
        wrong[part] = changed(signed[part], position, change)
    signature = sign(
        wrong["secret"], wrong["stamp"], wrong["method"], wrong["target"], wrong["body"].encode()
    )
    if part == "signature":
        signature = changed(signature, position, change)
    # Method in small letters, and the like, are the same for the MAC; headers cannot hold control characters.
    assume(part != "method" or wrong["method"].upper() != "POST")
    assume(signature.isprintable() and signature.strip() == signature)

    answer = caller.client.post(
        "/send",
        data=body,
        headers={
            "X-Api-Key": caller.key.id,
            "X-Timestamp": stamp,
            "X-Signature": signature,
            "Content-Type": "application/json",
        },
    )

    assert problem(answer, 401) in ("signature_invalid", "signature_missing")
    assert queued(database) == before


def changed(text: str, position: int, change: int) -> str:
    position %= len(text)
    return text[:position] + chr((ord(text[position]) + change) % 128) + text[position + 1 :]


@on_one_redis
@given(
    st.dictionaries(
        st.sampled_from(
            ["X-Api-Key", "X-Timestamp", "X-Signature", "Idempotency-Key", "X-Request-Id", "Accept"]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
    )
)
def test_any_headers_are_one_clear_refusal(caller: Caller, headers: dict[str, str]) -> None:
    body = b'{"phone": "+4915112345678", "message": "Hello"}'
    answer = caller.client.post("/send", data=body, headers={"Content-Type": "application/json", **headers})
    problem(answer, 401)
