"""Batches: many messages in one request."""

import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.integration.webapp.conftest import PHONE, Caller, problem
from webapp.services import EXTENSION
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Accepted, Dispatcher
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.queues import messages_list
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.opt_outs import OptOuts

OTHER = "+4915112345679"


def item(text: str, **fields: Any) -> dict[str, Any]:
    return {"phone": PHONE, "message": text, **fields}


def create(caller: Caller, *items: dict[str, Any], key: str | None = None) -> dict[str, Any]:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = caller.post("/messages:batch", {"messages": list(items)}, headers)
    assert answer.status_code == 202, answer.text
    assert answer.json is not None
    return dict(answer.json)


def test_each_item_is_accepted_or_refused_on_its_own(caller: Caller, database: Database) -> None:
    OptOuts(database).add(OTHER)
    caller.send(message="before")

    batch = create(
        caller,
        item("one"),
        item("before"),
        item("two", phone=OTHER),
        item("three", phone="0151"),
        item("", account="default"),
        item("four", account="nobody"),
    )

    assert [i["outcome"] for i in batch["items"]] == ["accepted", "duplicate"] + ["refused"] * 4
    codes = [i["problem"]["code"] for i in batch["items"][2:]]
    assert codes == ["recipient_opted_out", "phone_invalid", "message_empty", "account_unknown"]
    assert (batch["total"], batch["accepted"], batch["duplicates"], batch["refused"]) == (6, 1, 1, 4)
    assert batch["by_status"] == {"queued": 2}
    assert database.number("LLEN", messages_list("default", Priority.NORMAL)) == 2


def test_a_thousand_items_are_taken_and_not_one_more(caller: Caller) -> None:
    batch = create(caller, *(item(f"Text {n}") for n in range(1000)))
    assert batch["accepted"] == 1000

    answer = caller.post("/messages:batch", {"messages": [item(f"{n}") for n in range(1001)]})
    assert problem(answer, 422) == "request_invalid"
    assert problem(caller.post("/messages:batch", {"messages": []}), 422) == "request_invalid"


def test_an_item_of_a_wrong_shape_refuses_the_whole_batch_and_is_named(
    caller: Caller, database: Database
) -> None:
    answer = caller.post("/messages:batch", {"messages": [item("one"), item("two", colour="red")]})

    assert problem(answer, 422) == "request_invalid"
    assert answer.json is not None
    assert answer.json["errors"] == [{"field": "messages.1.colour", "message": "is unknown"}]
    assert database.number("LLEN", messages_list("default", Priority.NORMAL)) == 0


def test_a_batch_is_followed_by_status_and_progress(caller: Caller, database: Database) -> None:
    batch = create(caller, *(item(f"Text {n}") for n in range(4)))
    ledger = Ledger(database, "default", retention_ms=100_000, follow_ms=100_000)
    for number, status in enumerate([Status.SENT, Status.FAILED]):
        message = ledger.get(batch["items"][number]["id"])
        assert message is not None
        ledger.advance(message, Status.SENDING, 1)
        ledger.advance(message, status, 2)

    now = caller.get(batch["links"]["self"]).json

    assert now is not None
    assert now["by_status"] == {"sent": 1, "failed": 1, "queued": 2}
    assert now["progress"] == 0.5
    assert [i["status"] for i in now["items"]] == ["sent", "failed", "queued", "queued"]


def test_the_rest_is_cancelled_but_not_what_was_accepted_before(caller: Caller, database: Database) -> None:
    before = caller.send(message="before").json
    batch = create(caller, item("before"), item("one"), item("two"), item("three"))
    ledger = Ledger(database, "default", retention_ms=100_000, follow_ms=100_000)
    message = ledger.get(batch["items"][1]["id"])
    assert message is not None
    ledger.advance(message, Status.SENDING, 1)

    now = caller.call("DELETE", batch["links"]["self"]).json

    assert now is not None
    assert now["cancelled_now"] == 2
    assert now["by_status"] == {"queued": 1, "sending": 1, "cancelled": 2}
    assert before is not None
    kept = caller.get(before["links"]["self"]).json
    assert kept is not None
    assert kept["status"] == "queued"


def test_the_same_key_and_content_is_the_same_batch(caller: Caller, database: Database) -> None:
    first = create(caller, item("one"), item("two"), key="monday")
    again = create(caller, item("one"), item("two"), key="monday")

    assert again["id"] == first["id"]
    assert again["created_at"] == first["created_at"]
    assert [i["id"] for i in again["items"]] == [i["id"] for i in first["items"]]
    assert database.number("LLEN", messages_list("default", Priority.NORMAL)) == 2
    assert caller.call("DELETE", first["links"]["self"]).json["cancelled_now"] == 2  # type: ignore[index]


def test_the_same_key_with_other_content_is_a_conflict(caller: Caller) -> None:
    create(caller, item("one"), key="monday")
    fields = {"messages": [item("two")]}
    answer = caller.post("/messages:batch", fields, {"Idempotency-Key": "monday"})

    assert problem(answer, 409) == "idempotency_conflict"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_batch_is_a_404(method: str, caller: Caller) -> None:
    assert problem(caller.call(method, "/batches/0123"), 404) == "batch_not_found"


class Interrupted(Dispatcher):
    """Redis goes away before the third message of a batch."""

    left = 2

    def send(self, *args: Any, **fields: Any) -> Accepted:
        if not self.left:
            raise StoreUnavailable
        self.left -= 1
        return super().send(*args, **fields)


def test_a_batch_that_was_interrupted_is_completed_by_repeating_it(
    app: Flask, settings: Settings, caller: Caller, database: Database
) -> None:
    whole = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(whole, dispatcher=Interrupted(database, settings))
    items = [item(f"Text {n}") for n in range(4)]
    answer = caller.post("/messages:batch", {"messages": items}, {"Idempotency-Key": "monday"})
    assert problem(answer, 503) == "store_unavailable"

    app.extensions[EXTENSION] = whole
    batch = create(caller, *items, key="monday")

    assert [i["outcome"] for i in batch["items"]] == ["duplicate", "duplicate", "accepted", "accepted"]
    assert database.number("LLEN", messages_list("default", Priority.NORMAL)) == 4
    cancelled = caller.call("DELETE", batch["links"]["self"]).json
    assert cancelled is not None
    assert cancelled["cancelled_now"] == 4  # also what the first request brought in


def test_a_batch_is_kept_until_after_its_last_message_is_sent(caller: Caller, database: Database) -> None:
    month = 30 * 24 * 3600
    now = time.time()
    batch = create(
        caller,
        item("soon", send_at=now + 60),
        item("in a month", send_at=now + month),
        item("refused", send_at=now + 400 * 24 * 3600),
    )
    kept = database.number("TTL", keys.batch(batch["id"]))
    last = now + month + caller.settings.record_seconds
    assert last <= time.time() + kept + 1 < last + 100 * 24 * 3600
