"""Issue 12, rows 16 and 17: what an entry of a queue may be, and what of it is passed on."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.errors import EntryRefused
from whatsapp_tasks.queues import SEND_TASK, WEBHOOK_TASK, read_entry, task_envelope

PHONE, TEXT = "+4915112345678", "Your code is 482 913"
TASK_ID = "0123456789abcdef0123456789abcdef"


def by_name(**headers: Any) -> dict[str, Any]:
    """An entry as Celery's own ``send_task`` writes it."""
    entry = json.loads(task_envelope(SEND_TASK, TASK_ID, [PHONE, TEXT], {"account": "a"}, "q", 3))
    entry["headers"] |= {
        "argsrepr": repr((PHONE, TEXT)),
        "kwargsrepr": repr({"account": "a"}),
        "shadow": TEXT,
        "origin": "gen1@host",
        "stamps": {"who": PHONE},
        "timelimit": [None, None],
        "expires": None,
        "eta": None,
        **headers,
    }
    return dict(entry)


def raw(entry: object) -> bytes:
    return json.dumps(entry).encode()


def body(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def test_what_is_passed_on_shows_arguments_in_the_body_alone() -> None:
    entry = read_entry(raw(by_name()))
    assert (entry.args, entry.kwargs, entry.priority) == ([PHONE, TEXT], {"account": "a"}, 3)
    passed = json.loads(entry.envelope("q"))
    assert json.loads(base64.b64decode(passed.pop("body")))[:2] == [[PHONE, TEXT], {"account": "a"}]
    assert PHONE not in json.dumps(passed)
    assert TEXT not in json.dumps(passed)
    assert set(passed["headers"]) == set(json.loads(task_envelope("t", "i", [], {}, "q", 0))["headers"])


def test_an_entry_of_our_own_is_passed_on_as_it_was() -> None:
    own = task_envelope(WEBHOOK_TASK, "endpoint:a/b:token", ["endpoint", "a/b", "token"], {}, "q", 0)
    assert json.loads(read_entry(own.encode()).envelope("q")) == json.loads(own)


@pytest.mark.parametrize("task_id", [PHONE, PHONE.strip("+"), TEXT, "ü" * 40, "\ud800"])
def test_an_id_that_a_caller_chose_is_replaced(task_id: str) -> None:
    entry = read_entry(raw(by_name(id=task_id)))
    assert len(entry.task_id) == 64
    assert task_id not in entry.envelope("q")


def test_expiry_and_delivery_tag_stay() -> None:
    text = by_name(expires="2026-01-02T03:04:05+00:00")
    text["properties"]["delivery_tag"] = "a tag"
    passed = json.loads(read_entry(raw(text)).envelope("q"))
    assert passed["headers"]["expires"] == "2026-01-02T03:04:05+00:00"
    assert passed["properties"]["delivery_tag"] == "a tag"


@pytest.mark.parametrize("eta", ["2030-01-01T00:00:00+00:00", 0, "", "soon"])
def test_an_eta_is_refused(eta: object) -> None:
    with pytest.raises(EntryRefused) as refused:
        read_entry(raw(by_name(eta=eta)))
    assert refused.value.reason == "eta"
    assert "send_at" in str(refused.value)


def _without(part: str, name: str) -> Callable[[], bytes]:
    def make() -> bytes:
        entry = by_name()
        del entry[part][name]
        return raw(entry)

    return make


def _nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def _with(name: str, value: object) -> Callable[[], bytes]:
    return lambda: raw({**by_name(), name: value})


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "not_json"),
    "no json": (lambda: b"{", "not_json"),
    "no text": (lambda: b"\xff\xfe", "not_json"),
    "depth": (lambda: b"[" * 100_000, "not_json"),
    "null": (lambda: b"null", "no_task"),
    "arguments that another stack could not bear": (
        lambda: raw({**by_name(), "body": body([[[]], {"metadata": _nested(80)}, {}])}),
        "body",
    ),
    "half a character as delivery tag": (
        lambda: raw({**by_name(), "properties": {**by_name()["properties"], "delivery_tag": "\ud800"}}),
        "no_task",
    ),
    "a number": (lambda: b"1", "no_task"),
    "a list": (lambda: b"[]", "no_task"),
    "an empty object": (lambda: b"{}", "no_task"),
    "headers null": (_with("headers", None), "no_task"),
    "headers a text": (_with("headers", "x"), "no_task"),
    "properties null": (_with("properties", None), "no_task"),
    "no task": (_without("headers", "task"), "no_task"),
    "no id": (_without("headers", "id"), "no_task"),
    "id a number": (lambda: raw(by_name(id=1)), "no_task"),
    "task a list": (lambda: raw(by_name(task=["x"])), "no_task"),
    "no delivery tag": (_without("properties", "delivery_tag"), "no_task"),
    "expiry no time": (lambda: raw(by_name(expires="soon")), "no_task"),
    "expiry a number": (lambda: raw(by_name(expires=5)), "no_task"),
    "body null": (_with("body", None), "body"),
    "body no base64": (_with("body", "%"), "body"),
    "body no json": (_with("body", base64.b64encode(b"{").decode()), "body"),
    "body no text": (_with("body", base64.b64encode(b"\xff").decode()), "body"),
    "body deep": (_with("body", base64.b64encode(b"[" * 100_000).decode()), "body"),
    "body of null": (_with("body", body(None)), "body"),
    "body too short": (_with("body", body([[], {}])), "body"),
    "arguments an object": (_with("body", body([{}, {}, {}])), "body"),
    "named arguments a list": (_with("body", body([[], [], {}])), "body"),
    "options null": (_with("body", body([[], {}, None])), "body"),
    "pickle": (_with("content-type", "application/x-python-serialize"), "body"),
}


@pytest.mark.parametrize(("make", "reason"), BAD.values(), ids=BAD)
def test_an_entry_that_is_no_task_is_refused_with_a_reason(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(EntryRefused) as refused:
        read_entry(make())
    assert refused.value.reason == reason
    assert PHONE not in str(refused.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["headers", "properties", None]), st.data())
def test_whatever_stands_in_an_entry_it_is_refused_or_sound(part: str | None, data: st.DataObject) -> None:
    entry = by_name()
    place = entry if part is None else entry[part]
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(_JSON)
    try:
        passed = json.loads(read_entry(raw(entry)).envelope("q"))
    except EntryRefused:
        return
    assert isinstance(passed["properties"]["delivery_tag"], str)
    assert passed["properties"]["delivery_info"] == {"exchange": "", "routing_key": "q"}
    assert isinstance(passed["properties"]["priority"], int)
    assert passed["headers"]["argsrepr"] == "(…)"


@given(st.binary(max_size=50))
def test_any_bytes_are_refused_or_sound(text: bytes) -> None:
    with pytest.raises(EntryRefused):
        read_entry(text)
