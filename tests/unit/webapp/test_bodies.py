"""Reading JSON strictly."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.batches import BatchRequest
from webapp.bodies import MOST_PROBLEMS, parse, validated
from webapp.sends import SendRequest
from whatsapp_tasks.errors import RequestRefused

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def attempt(do: Callable[[], Any]) -> tuple[Any, RequestRefused | None]:
    try:
        return do(), None
    except RequestRefused as refusal:
        return None, refusal


@given(st.dictionaries(st.text(), JSON_VALUES))
def test_any_object_is_read_as_json_reads_it(fields: dict[str, Any]) -> None:
    assert parse(json.dumps(fields).encode()) == fields
    assert parse(json.dumps(fields, ensure_ascii=False).encode()) == fields


@given(st.binary())
def test_any_bytes_are_an_object_or_one_problem(body: bytes) -> None:
    value, refusal = attempt(lambda: parse(body))
    if refusal is None:
        assert isinstance(value, dict)
    else:
        assert (refusal.code, refusal.http_status) == ("json_malformed", 400)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', '"c" twice'),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": -1e400}', "too large"),
        (b'{"a": "\\udc00"}', "surrogate"),
        (b'{"\\ud800": 1}', "surrogate"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"[" * 50_000, "nested"),
        (b'"text"', "an object"),
    ],
)
def test_what_is_wrong_is_said(body: bytes, says: str) -> None:
    with pytest.raises(RequestRefused, match=says):
        parse(body)


def test_a_whole_pair_of_escapes_is_one_character() -> None:
    assert parse(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


@given(st.dictionaries(st.sampled_from(list(SendRequest.model_fields)) | st.text(), JSON_VALUES))
def test_any_fields_are_a_request_or_one_problem_that_names_them(fields: dict[str, Any]) -> None:
    request, refusal = attempt(lambda: validated(SendRequest, fields))
    if refusal is None:
        assert isinstance(request, SendRequest)
    else:
        assert refusal.code == "request_invalid"
        assert refusal.errors
        assert all(set(error) == {"field", "message"} for error in refusal.errors)


def test_a_problem_does_not_repeat_what_was_given() -> None:
    with pytest.raises(RequestRefused) as caught:
        validated(SendRequest, {"phone": ["+4915112345678"], "message": {"secret": 1}})
    told = str(caught.value) + json.dumps(caught.value.errors)
    assert "4915112345678" not in told
    assert "secret" not in told


def test_the_name_of_an_unknown_field_is_reported_in_part() -> None:
    with pytest.raises(RequestRefused) as caught:
        validated(SendRequest, {"k" * 100_000: 1})
    assert len(str(caught.value) + json.dumps(caught.value.errors)) < 1000


def test_a_body_with_a_byte_order_mark_is_told_so() -> None:
    with pytest.raises(RequestRefused, match="begins with a byte order mark"):
        parse(b'\xef\xbb\xbf{"a": 1}')


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"messages": []}, "messages should have at least 1 item."),
        (
            {"messages": [{"phone": "+49", "message": "a", "account": 1}]},
            "messages.0.account must be a string.",
        ),
    ],
)
def test_a_wrong_field_is_reported_in_our_words(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        validated(BatchRequest, fields)
    assert str(caught.value) == says


@pytest.mark.parametrize(("wrong", "named"), [(MOST_PROBLEMS, MOST_PROBLEMS), (MOST_PROBLEMS + 1, 1)])
def test_an_answer_names_only_so_many_wrong_fields(wrong: int, named: int) -> None:
    """500 KB of unknown fields were an answer of 2 MB, made on the event loop in a second."""
    fields = {"message": "Hi", **{f"k{n}": 0 for n in range(wrong)}}
    _, refusal = attempt(lambda: validated(SendRequest, fields))
    assert refusal is not None
    assert len(refusal.errors) == named
