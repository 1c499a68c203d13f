"""The contract with kombu: what dispatch writes is what Celery itself would have written, and reads.

Fails when a new kombu or Celery changes the format: then `queues.py` follows, before the pin is moved.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import kombu
import pytest
from celery import Celery

from tests.support.ledger_rig import LedgerRig
from whatsapp_tasks.domain.priorities import BROKER_PRIORITY, Priority
from whatsapp_tasks.queues import DELIVER_TASK, PRIORITY_STEPS, messages_list, messages_queue
from whatsapp_tasks.stores.connection import Database

ID = "0af1" * 8

LEFT_OUT = {
    # Celery's defaults when absent, or what only a result backend, a group, or a retry by Celery needs.
    "headers": {
        "shadow",
        "eta",
        "expires",
        "group_index",
        "retries",
        "timelimit",
        "origin",
        "replaced_task_nesting",
        "stamped_headers",
        "stamps",
    },
    "properties": {"reply_to"},
}
OUR_OWN = {
    # Hidden: they would show the message's id and, for other tasks, numbers and texts in events and Flower.
    "headers": {"argsrepr", "kwargsrepr"},
    # A random one in kombu; ours is the task's id, so that copies of one message share an entry in `unacked`.
    "properties": {"delivery_tag"},
}


@pytest.fixture
def app(redis_url: str, database: Database) -> Iterator[Celery]:
    app = Celery(broker=redis_url, set_as_current=False)
    app.conf.broker_transport_options = {"priority_steps": PRIORITY_STEPS}
    yield app
    app.close()


def written_by_celery(app: Celery, database: Database, priority: Priority) -> dict[str, Any]:
    app.send_task(
        DELIVER_TASK,
        args=[ID],
        task_id=ID,
        queue=messages_queue("default"),
        priority=BROKER_PRIORITY[priority],
        ignore_result=True,
    )
    entry = database.text("RPOP", messages_list("default", priority))
    assert entry is not None, "kombu keeps this priority in a list of another name"
    return dict(json.loads(entry))


def written_by_us(rig: LedgerRig, priority: Priority) -> dict[str, Any]:
    rig.accept(id=ID, priority=priority)
    entry = rig.database.text("RPOP", messages_list("default", priority))
    assert entry is not None
    return dict(json.loads(entry))


@pytest.mark.parametrize("priority", list(Priority))
def test_our_envelope_is_celerys_own_but_for_what_is_named_here(
    app: Celery, database: Database, priority: Priority
) -> None:
    theirs, ours = (
        written_by_celery(app, database, priority),
        written_by_us(LedgerRig(database), priority),
    )
    for part in ("headers", "properties"):
        assert set(theirs[part]) - set(ours[part]) == LEFT_OUT[part]
        assert set(ours[part]) - set(theirs[part]) == set()
        for name in set(ours[part]) - OUR_OWN[part]:
            assert ours[part][name] == theirs[part][name], name
    for each in (theirs, ours):
        each.pop("headers"), each.pop("properties")
        each["body"] = json.loads(base64.b64decode(each["body"]))
    assert ours == theirs


def test_kombu_decodes_what_we_write(redis_url: str, rig: LedgerRig) -> None:
    message = rig.accept()
    with kombu.Connection(redis_url, transport_options={"priority_steps": PRIORITY_STEPS}) as connection:
        queue = kombu.Queue(messages_queue("default"))
        got = queue(connection.default_channel).get(accept=["json"])
        assert got is not None
        args, kwargs, embed = got.decode()
        assert (args, kwargs, embed["chain"]) == ([message.id], {}, None)
        assert got.headers["task"] == DELIVER_TASK
        assert got.properties["correlation_id"] == message.id
        assert got.delivery_info["routing_key"] == messages_queue("default")
        got.ack()
        assert queue(connection.default_channel).get() is None
    assert rig.database.number("EXISTS", "unacked") == 0


def test_kombu_puts_a_refused_entry_back_into_the_same_list(redis_url: str, rig: LedgerRig) -> None:
    message = rig.accept(priority=Priority.LOW)
    with kombu.Connection(redis_url, transport_options={"priority_steps": PRIORITY_STEPS}) as connection:
        got = kombu.Queue(messages_queue("default"))(connection.default_channel).get(accept=["json"])
        assert got is not None
        got.requeue()
    assert rig.queued(Priority.LOW) == [message.id]
    assert rig.queue.requeue_lost() == 0
