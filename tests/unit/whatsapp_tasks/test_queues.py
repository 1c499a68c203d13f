"""Queues: names and the message format, which integration/stores/test_queue_format.py holds to kombu's."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks import queues
from whatsapp_tasks.domain.priorities import Priority


def test_every_account_has_queues_of_its_own() -> None:
    names = [f(account) for f in (queues.messages_queue, queues.control_queue) for account in ("a", "b")]
    assert len(set(names)) == 4


def test_the_lists_of_an_account_go_from_the_most_urgent_to_the_least() -> None:
    expected = [queues.messages_list("a", p) for p in (Priority.HIGH, Priority.NORMAL, Priority.LOW)]
    assert queues.messages_lists("a") == expected
    assert expected[0] == queues.messages_queue("a")


@pytest.mark.parametrize(
    ("task", "kwargs", "queue"),
    [
        (queues.SEND_TASK, {}, "whatsapp-messages.default"),
        (queues.SEND_TASK, {"account": None}, "whatsapp-messages.default"),
        (queues.SEND_TASK, {"account": "a"}, "whatsapp-messages.a"),
        (queues.HEARTBEAT_TASK, {"account": "a"}, "whatsapp-control.a"),
    ],
)
def test_the_account_among_the_arguments_decides_the_queue(
    task: str, kwargs: dict[str, str], queue: str
) -> None:
    assert queues.route_task(task, [], kwargs, {}) == {"queue": queue}


def test_tasks_of_others_are_left_to_celery() -> None:
    assert queues.route_task("celery.ping", [], {}, {}) is None


@given(st.lists(st.text(), max_size=3), st.dictionaries(st.text(), st.text(), max_size=3))
def test_arguments_come_out_of_an_envelope_as_they_went_in(args: list[str], kwargs: dict[str, str]) -> None:
    message = json.loads(queues.task_envelope("t", "id", args, kwargs, "q", 3))
    assert message["properties"]["body_encoding"] == "base64"
    assert json.loads(base64.b64decode(message["body"]))[:2] == [args, kwargs]


@pytest.mark.parametrize("message_id", ["0f" * 16, f"{'0f' * 16}-default", f"{'0f' * 16}-a-2"])
def test_the_id_of_a_message_is_that_of_its_task_in_logs_and_flower(message_id: str) -> None:
    envelope = queues.deliver_envelope(message_id, "default", Priority.NORMAL)
    assert queues.read_entry(envelope.encode()).task_id == message_id


def test_the_queue_message_of_a_delivery_holds_an_id_and_no_number_or_text() -> None:
    message = json.loads(queues.deliver_envelope("0af", "a", Priority.LOW))
    assert json.loads(base64.b64decode(message["body"]))[:2] == [["0af"], {}]
    assert message["headers"]["id"] == message["properties"]["correlation_id"] == "0af"
    assert message["properties"]["priority"] == 6
    assert message["properties"]["delivery_info"]["routing_key"] == "whatsapp-messages.a"


def test_arguments_do_not_show_in_events_or_flower() -> None:
    headers = json.loads(queues.task_envelope("t", "id", ["secret"], {"a": "secret"}, "q", 0))["headers"]
    assert "secret" not in json.dumps(headers)
