"""Issue 12, rows 16 and 17: what others put on the queues, with real workers, Celery events and Flower."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from celery import Celery

from tests.support.stack import Stack, eventually, log_lines
from tests.unit.whatsapp_tasks.test_queue_entries import BAD
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.queues import (
    DELIVER_TASK,
    PAIRING_CODE_TASK,
    SEND_TASK,
    WEBHOOK_TASK,
    WEBHOOKS_QUEUE,
    control_queue,
    messages_queue,
)
from whatsapp_tasks.stores.metrics import Metrics

PHONE, TEXT = "+4915112345678", "Your code is 482 913"
LOGIN = ("operator", "secret")


@pytest.fixture
def stack(new_stack: Callable[..., Stack]) -> Stack:
    flower = {"FLOWER_BASIC_AUTH": ":".join(LOGIN), "WHATSAPP_FLOWER_PORT": str(free_port())}
    stack = new_stack(environment=flower).start("worker", "web")
    stack.link()
    return stack


def stranger(stack: Stack) -> Celery:
    """An application that knows nothing of this service but the names of its tasks."""
    return Celery(broker=stack.redis.url, set_as_current=False)


@contextmanager
def events_of(app: Celery) -> Iterator[list[dict[str, Any]]]:
    """What a monitor hears meanwhile."""
    heard: list[dict[str, Any]] = []
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": heard.append})
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    receiver.capture(limit=None, timeout=0.5, wakeup=False)
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            stop.set()
            thread.join()


def dropped(stack: Stack) -> dict[str, int]:
    return Metrics(stack.database, "default").read().by("queue_entries_dropped", "reason")


def texts(stack: Stack) -> dict[str, str]:
    return {m.text: m.status for m in stack.dispatcher.page(limit=100)[0]}


def test_a_task_by_name_shows_neither_phone_nor_text_anywhere(stack: Stack) -> None:
    """Row 16: events, Flower and its file, the worker's log; an ETA is refused at once."""
    stack.run("flower")
    flower = f"http://127.0.0.1:{stack.environment['WHATSAPP_FLOWER_PORT']}"
    eventually(lambda: _listed(f"{flower}/workers?json=1"), "Flower has heard an event of the worker")
    app = stranger(stack)
    with events_of(app) as heard:
        queue = messages_queue("default")
        app.send_task(SEND_TASK, [PHONE, TEXT], queue=queue, shadow=TEXT, task_id=PHONE)
        app.send_task(SEND_TASK, kwargs={"phone": PHONE, "message": TEXT + "!"}, queue=queue, argsrepr=TEXT)
        app.send_task(SEND_TASK, [PHONE, TEXT], {"nonsense": TEXT}, queue=queue)
        app.send_task(SEND_TASK, ["no phone", TEXT], {"account": TEXT}, queue=queue)
        app.send_task(DELIVER_TASK, [TEXT], queue=queue)
        app.send_task(SEND_TASK, [PHONE, "later"], queue=queue, countdown=3600)
        control = {"account": "default", "phone": PHONE, "request_id": "x"}
        app.send_task(PAIRING_CODE_TASK, kwargs=control, queue=control_queue("default"))
        eventually(lambda: {TEXT, TEXT + "!"} <= set(texts(stack)), "both are in the ledger")
        eventually(lambda: dropped(stack) == {"eta": 1, "arguments": 2}, "what is refused is counted")
        eventually(lambda: _ended(heard) >= 4, "the events are heard")
    assert "later" not in texts(stack)
    eventually(lambda: stack.database.number("HLEN", "wa:{default}:unacked") == 0, "nothing stays in hand")
    tasks = eventually(lambda: _listed(f"{flower}/api/tasks"), "Flower knows tasks")
    stack.terminate("flower")
    kept = b"".join(file.read_bytes() for file in (stack.folder / "data").glob("flower*")).decode("latin-1")
    assert SEND_TASK in kept
    for told in (json.dumps(heard), json.dumps(tasks), kept, stack.log("worker"), stack.log("flower")):
        for secret in (TEXT, PHONE, PHONE[1:]):
            assert secret not in told
    lines = [line for line in log_lines(stack.log("worker")) if "was dropped" in line["event"]]
    (eta,) = [line for line in lines if line["reason"] == "eta"]
    assert "send_at" in eta["detail"]


def _listed(url: str) -> Any:
    """What Flower lists there; None if it does not answer yet, or lists nothing."""
    try:
        answer = requests.get(url, auth=LOGIN, timeout=5)
    except requests.RequestException:
        return None
    if not answer.ok:
        return None
    listed = answer.json()
    return listed.get("data", listed) or None


def _ended(heard: list[dict[str, Any]]) -> int:
    return sum(event["type"] in ("task-succeeded", "task-failed") for event in heard)


def test_bad_entries_on_either_queue_are_dropped_counted_and_reported_and_the_worker_lives(
    stack: Stack,
) -> None:
    """Row 17, both queues of an account."""
    worker = stack.process("worker")
    for queue in (messages_queue("default"), control_queue("default")):
        for make, _ in BAD.values():
            stack.database.client.lpush(queue, make())
    stranger(stack).send_task("somebody.elses", [PHONE, TEXT], queue=messages_queue("default"))
    stack.database.client.publish("/0.celery.pidbox", "null")
    stack.database.client.publish("/0.celery.pidbox", b"\xff{")
    stranger(stack).send_task(SEND_TASK, [PHONE, TEXT], queue=messages_queue("default"))
    eventually(lambda: TEXT in texts(stack), "the good one behind them is in the ledger")
    eventually(lambda: sum(dropped(stack).values()) == 2 * len(BAD) + 1, "all are counted")
    assert dropped(stack)["task_unknown"] == 1
    assert worker.is_running()
    assert PHONE not in stack.log("worker")
    lines = [line for line in log_lines(stack.log("worker")) if line["event"].startswith("An entry")]
    assert len(lines) == 2 * len(BAD) + 1


def _await_heartbeat(stack: Stack) -> None:
    before = stack.database.text("GET", "wa:{default}:heartbeat")
    eventually(lambda: stack.database.text("GET", "wa:{default}:heartbeat") != before, "a heartbeat")


def test_what_the_rescue_of_lost_messages_reads_of_a_queue_may_be_no_text(stack: Stack) -> None:
    """Row 17's sibling: the worker looks at the next entry of each list while it is paused, too."""
    worker = stack.process("worker")
    stack.client("admin", "send", "read").pause("default")
    eventually(lambda: stack.database.number("HLEN", "wa:{default}:pauses") == 1, "the pause")
    stack.database.client.lpush(messages_queue("default"), b"\xff\xfe", b"[" * 100_000)
    for _ in range(3):
        _await_heartbeat(stack)
    assert worker.is_running()
    stack.client("admin", "send", "read").resume("default")
    eventually(lambda: dropped(stack) == {"not_json": 2}, "they are dropped")


def test_bad_entries_for_the_webhooks_worker_are_dropped(new_stack: Callable[..., Stack]) -> None:
    """Row 17, the sibling queue."""
    stack = new_stack().start("webhooks")
    for make, _ in BAD.values():
        stack.database.client.lpush(WEBHOOKS_QUEUE, make())
    stranger(stack).send_task(SEND_TASK, [PHONE, TEXT], queue=WEBHOOKS_QUEUE)
    stranger(stack).send_task(WEBHOOK_TASK, ["endpoint", "a/b", "token"], queue=WEBHOOKS_QUEUE)
    counted = Metrics.of_webhooks_worker(stack.database)
    eventually(
        lambda: sum(counted.read().by("queue_entries_dropped", "reason").values()) == len(BAD) + 1,
        "all are counted",
    )
    eventually(lambda: "succeeded" in stack.log("webhooks"), "the good one is worked on")
    assert stack.running("webhooks")
    assert PHONE not in stack.log("webhooks")
    assert TEXT not in stack.log("webhooks")
