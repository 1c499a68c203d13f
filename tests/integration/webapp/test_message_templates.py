"""Templates over the API, on a real Redis: issue 16, part 9."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.webapp.conftest import PHONE, Caller, problem
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores import templates as store
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog

PATH = "/templates/order_ready/en"
TEXT = "Hi {{name}}, your order {{order}} is ready."
VALUES = {"name": "Ana", "order": "1041"}
READY = {"name": "order_ready", "language": "en", "variables": VALUES}
FILLED = "Hi Ana, your order 1041 is ready."


@pytest.fixture
def ready(caller: Caller) -> Caller:
    """A caller, and the template ``order_ready``."""
    assert put(caller)["outcome"] == "created"
    return caller


def put(caller: Caller, text: str = TEXT, path: str = PATH) -> dict[str, Any]:
    answer = caller.call("PUT", path, {"text": text})
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def send(caller: Caller, **fields: Any) -> dict[str, Any]:
    answer = caller.post("/send", {"phone": PHONE, "template": READY, **fields})
    assert answer.status_code == 202, answer.text
    return dict(answer.json or {})


def text_of(caller: Caller, accepted: dict[str, Any]) -> str:
    shown = caller.get(accepted["links"]["self"]).json
    assert shown is not None
    return str(shown["message"])


# managed


def test_a_template_is_added_changed_shown_and_removed(caller: Caller) -> None:
    first = put(caller)
    assert (first["outcome"], first["text"], first["variables"]) == ("created", TEXT, ["name", "order"])
    assert first["updated_by"] == "test"
    again = put(caller)
    assert again == {**first, "outcome": "unchanged"}
    changed = put(caller, "Hi {{name}}")
    assert (changed["outcome"], changed["variables"]) == ("changed", ["name"])
    del changed["outcome"]
    assert caller.get(PATH).json == changed
    assert caller.get(changed["links"]["self"]).json == changed
    removed = {"name": "order_ready", "language": "en", "removed": True}
    assert caller.call("DELETE", PATH).json == removed
    assert caller.call("DELETE", PATH).json == {**removed, "removed": False}
    assert problem(caller.get(PATH), 404) == "template_unknown"


def test_the_list_is_sorted_and_comes_in_pages(caller: Caller) -> None:
    places = [("b", "pt_BR"), ("a", "fil"), ("b", "en"), ("ab", "en"), ("a", "en")]
    for name, language in places:
        put(caller, "Hi", f"/templates/{name}/{language}")
    found, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"/templates?limit=2{cursor and '&cursor=' + cursor}").json
        assert page is not None
        found += [(each["name"], each["language"]) for each in page["templates"]]
        cursor = page["next_cursor"]
    assert found == sorted(places)
    assert problem(caller.get("/templates?cursor=x"), 422) == "query_invalid"


@pytest.mark.parametrize(
    ("method", "scopes"),
    [("GET", {"read"}), ("PUT", set()), ("DELETE", set()), ("POST", {"send"})],
)
def test_who_may_what(
    method: str, scopes: set[str], ready: Caller, make_caller: Callable[..., Caller]
) -> None:
    target = f"{PATH}/preview" if method == "POST" else PATH
    body = {"PUT": {"text": "Hi"}, "POST": {"variables": VALUES}}.get(method)
    for scope in ("send", "read"):
        answer = make_caller(scope).call(method, target, body)
        if scope in scopes:
            assert answer.status_code == 200
        else:
            assert problem(answer, 403) == "scope_missing"
    assert ready.call(method, target, body).status_code == 200


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("/templates/Order/en", "Hi", "template_invalid"),
        ("/templates/order_ready/pt-BR", "Hi", "template_invalid"),
        (PATH, "Hi {{ name }}", "template_invalid"),
        (PATH, "Hi {{1}} {{name}}", "template_invalid"),
        (PATH, " ", "message_empty"),
        (PATH, "Hi \x07", "message_invalid"),
        (PATH, "x" * 65_537, "message_too_long"),
    ],
)
def test_what_is_no_template_is_not_kept(path: str, text: str, code: str, caller: Caller) -> None:
    answer = caller.call("PUT", path, {"text": text})
    assert problem(answer, 422) == code
    assert answer.json is not None
    assert answer.json["errors"][0]["field"] in ("name", "language", "text")
    assert caller.get("/templates").json == {"templates": [], "next_cursor": None}


def test_there_is_a_most_and_what_is_there_can_still_be_changed(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_TEMPLATES", 1)
    put(caller)
    assert problem(caller.call("PUT", "/templates/other/en", {"text": "Hi"}), 409) == "templates_full"
    assert put(caller, "Hi {{name}}")["outcome"] == "changed"


def test_a_preview_is_what_would_be_sent_and_sends_nothing(ready: Caller) -> None:
    answer = ready.post(f"{PATH}/preview", {"variables": VALUES})
    assert answer.json == {"text": FILLED}
    assert ready.get("/messages").json == {"messages": [], "next_cursor": None}
    long = {"variables": {**VALUES, "name": "x" * 1024}}
    assert ready.post(f"{PATH}/preview", long).status_code == 200
    assert problem(ready.post(f"{PATH}/preview", {**long, "as_caption": True}), 422) == "message_too_long"
    assert problem(ready.post(f"{PATH}/preview", {}), 422) == "template_variables_wrong"
    assert problem(ready.post("/templates/order_ready/de/preview", {}), 404) == "template_unknown"


# sent


def test_the_filled_text_is_what_is_queued(ready: Caller) -> None:
    assert text_of(ready, send(ready)) == FILLED


def test_values_are_put_in_as_they_are(ready: Caller) -> None:
    values = {"name": "{{order}} {{{{ *x* \u202e", "order": " 1\r\n2"}
    accepted = send(ready, template={**READY, "variables": values})
    assert text_of(ready, accepted) == "Hi {{order}} {{{{ *x* \u202e, your order  1\n2 is ready."


def test_a_template_makes_the_caption_of_a_file(ready: Caller) -> None:
    file = {"url": "https://example.com/a.pdf"}
    assert text_of(ready, send(ready, file=file)) == FILLED
    long = {**READY, "variables": {**VALUES, "name": "x" * 1024}}
    answer = ready.post("/send", {"phone": PHONE, "template": long, "file": file})
    assert problem(answer, 422) == "message_too_long"
    sound = {"phone": PHONE, "template": READY, "file": {**file, "as": "audio"}}
    assert problem(ready.post("/send", sound), 422) == "file_kind_impossible"


@pytest.mark.parametrize(
    ("template", "status", "code", "field"),
    [
        ({**READY, "name": "order"}, 404, "template_unknown", "template.name"),
        ({**READY, "language": "pt_BR"}, 404, "template_unknown", "template.language"),
        ({**READY, "language": "en_US"}, 404, "template_unknown", "template.language"),
        ({**READY, "language": "EN"}, 422, "template_invalid", "template.language"),
        (
            {**READY, "variables": {"name": "Ana"}},
            422,
            "template_variables_wrong",
            "template.variables.order",
        ),
        (
            {**READY, "variables": {**VALUES, "x": "y"}},
            422,
            "template_variables_wrong",
            "template.variables.x",
        ),
        (
            {**READY, "variables": {**VALUES, "name": " "}},
            422,
            "template_variables_wrong",
            "template.variables.name",
        ),
        ({**READY, "variables": {**VALUES, "name": "\x07"}}, 422, "message_invalid", "template"),
        ({**READY, "variables": {**VALUES, "name": "x" * 65_536}}, 422, "message_too_long", "template"),
        ({**READY, "variables": {"name": 7}}, 422, "request_invalid", "template.variables.name"),
        ({"name": "order_ready"}, 422, "request_invalid", "template.language"),
        ({**READY, "text": "Hi"}, 422, "request_invalid", "template.text"),
    ],
)
def test_a_message_whose_template_does_not_fit_is_refused(
    template: dict[str, Any], status: int, code: str, field: str, ready: Caller
) -> None:
    answer = ready.post("/send", {"phone": PHONE, "template": template})
    assert problem(answer, status) == code
    assert answer.json is not None
    assert answer.json["errors"][0]["field"] == field
    assert ready.get("/messages").json == {"messages": [], "next_cursor": None}


def test_the_refusal_names_what_there_is(ready: Caller) -> None:
    put(ready, "Oi {{name}} {{order}}", "/templates/order_ready/pt_BR")
    answer = ready.post("/send", {"phone": PHONE, "template": {**READY, "language": "pt"}})
    assert answer.json is not None
    assert answer.json["languages"] == ["en", "pt_BR"]
    answer = ready.post("/send", {"phone": PHONE, "template": {**READY, "variables": {}}})
    assert answer.json is not None
    assert answer.json["variables"] == ["name", "order"]


def test_a_text_beside_a_template_is_refused(ready: Caller) -> None:
    answer = ready.post("/send", {"phone": PHONE, "message": "Hi", "template": READY})
    assert problem(answer, 422) == "template_invalid"
    assert text_of(ready, send(ready, message="")) == FILLED


# changed meanwhile


def test_a_later_change_changes_no_message(ready: Caller) -> None:
    accepted = send(ready, send_at="2027-01-01T00:00:00Z")
    put(ready, "Other {{name}} {{order}}")
    assert text_of(ready, accepted) == FILLED
    ready.call("DELETE", PATH)
    assert text_of(ready, accepted) == FILLED


@pytest.mark.parametrize("key", [None, "order-1041"])
@pytest.mark.parametrize("change", ["text", "variables", "deleted"])
def test_a_repeat_is_the_same_message_whatever_became_of_the_template(
    key: str | None, change: str, ready: Caller
) -> None:
    """The answer may have been lost: never a second message, never a refusal of what was accepted."""
    named = {} if key is None else {"idempotency_key": key}
    first = send(ready, **named)
    if change == "deleted":
        ready.call("DELETE", PATH)
    else:
        put(ready, "Other {{name}} {{order}}" if change == "text" else "Other {{first_name}}")
    again = send(ready, **named)
    assert (again["id"], again["duplicate"]) == (first["id"], True)
    assert text_of(ready, again) == FILLED


def test_a_changed_template_is_used_by_a_new_key(ready: Caller) -> None:
    first = send(ready, idempotency_key="a")
    put(ready, "Other {{name}} {{order}}")
    second = send(ready, idempotency_key="b")
    assert first["id"] != second["id"]
    assert text_of(ready, second) == "Other Ana 1041"


@pytest.mark.parametrize(
    "other",
    [
        {"template": {**READY, "variables": {**VALUES, "order": "1042"}}},
        {"template": {**READY, "name": "order_there"}},
        {"template": {**READY, "name": "not_there"}},
        {"template": None, "message": FILLED},
        {"file": {"url": "https://example.com/a.pdf"}},
    ],
)
def test_the_same_key_with_another_template_or_values_is_a_conflict(
    other: dict[str, Any], ready: Caller
) -> None:
    put(ready, TEXT, "/templates/order_there/en")
    first = send(ready, idempotency_key="k")
    answer = ready.post("/send", {"phone": PHONE, "template": READY, "idempotency_key": "k", **other})
    assert problem(answer, 409) == "idempotency_conflict"
    assert answer.json is not None
    assert answer.json["message_id"] == first["id"]


def test_a_refused_template_uses_up_no_key(caller: Caller) -> None:
    fields = {"phone": PHONE, "template": READY, "idempotency_key": "k"}
    assert problem(caller.post("/send", fields), 404) == "template_unknown"
    put(caller)
    assert send(caller, idempotency_key="k")["duplicate"] is False


# in batches


def test_a_batch_has_messages_with_and_without_templates(ready: Caller) -> None:
    items = [
        {"phone": PHONE, "template": READY},
        {"phone": PHONE, "message": "Hi"},
        {"phone": PHONE, "template": {**READY, "variables": {}}},
        {"phone": PHONE, "template": {**READY, "language": "de"}},
        {"phone": PHONE, "template": READY},
    ]
    batch = ready.post("/messages:batch", {"messages": items}).json
    assert batch is not None
    assert [item["outcome"] for item in batch["items"]] == [
        *("accepted", "accepted", "refused", "refused", "duplicate"),
    ]
    codes = [item["problem"]["code"] for item in batch["items"] if item["problem"]]
    assert codes == ["template_variables_wrong", "template_unknown"]
    shown = ready.get(f"/messages/{batch['items'][0]['id']}").json
    assert shown is not None
    assert shown["message"] == FILLED


# private


def test_values_are_in_no_log_and_no_event(ready: Caller, database: Database, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "Anastasia7"
    send(ready, template={**READY, "variables": {**VALUES, "name": secret}})
    for values in ({"name": secret}, {**VALUES, "name": f"{secret}\x07"}):
        ready.post("/send", {"phone": PHONE, "template": {**READY, "variables": values}})
    events = EventLog(database, "default").latest(100)
    assert events
    assert secret not in caplog.text
    assert secret not in repr(events)
    assert secret not in json.dumps(database.record(keys.AccountKeys("default").metrics))
    assert secret not in ready.get("/metrics").text
