"""At each named point of the send path something is killed; the message arrives exactly once all the same.

A short form of the matrix in ``bench/faults.py``: every point, one kind of death each, in turn.
"""

from collections.abc import Iterator

import pytest

from tests.support.crash import crash_at
from tests.support.stack import Stack, eventually
from whatsapp_tasks.crash_points import OF_REPLY, POINTS, WITH_FILE
from whatsapp_tasks.domain.message_request import MessageRequest

WORKER_POINTS = [
    point for point in POINTS if not point.endswith("_accept") and point not in (*WITH_FILE, *OF_REPLY)
]
SHORT_POINTS = {"before_enter", "after_enter", "before_recording"}
"""Around Enter; the others are left to `make test-crashes`."""
LONG = pytest.mark.long
PAIRS = [
    *(pytest.param(point, "worker", marks=[] if point in SHORT_POINTS else LONG) for point in WORKER_POINTS),
    ("after_typing", "browser"),
    pytest.param("after_enter", "browser", marks=LONG),
    ("after_enter", "driver"),
    pytest.param("before_enter", "redis", marks=LONG),
    ("before_recording", "redis"),
    ("after_claim", "redis connections"),
]


@pytest.fixture(scope="module")
def crash_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("crash")).start("worker", "web")
    try:
        stack.link(flushed=True)
        yield stack
    finally:
        stack.stop()


@pytest.mark.parametrize(("point", "killed"), PAIRS, ids=lambda value: value.replace(" ", "-"))
def test_a_death_at_any_place_neither_loses_nor_doubles(crash_stack: Stack, point: str, killed: str) -> None:
    outcome = crash_at(crash_stack, point, killed)
    assert outcome.received == 1
    assert outcome.status in ("sent", "delivered", "read")


FILE_CELLS = [
    ("document", "preview_open", "worker"),
    pytest.param("document", "after_enter", "worker", marks=LONG),
    pytest.param("document", "before_enter", "redis", marks=LONG),
    ("document", "uploading", "browser"),
    pytest.param("picture", "uploaded", "worker", marks=LONG),
    ("picture", "after_enter", "worker"),
    pytest.param("document", "chooser_open", "worker", marks=LONG),
    pytest.param("document", "after_typing", "worker", marks=LONG),
    pytest.param("picture", "before_bubble_noted", "browser", marks=LONG),
    ("picture", "before_bubble_noted", "redis"),
    pytest.param("picture", "before_enter", "redis frozen", marks=LONG),
    pytest.param("picture", "after_enter", "worker stopped", marks=LONG),
]
"""Issue 15, "Must show" 2; all of it in `make crash-matrix`."""


@pytest.mark.parametrize(("content", "point", "killed"), FILE_CELLS)
def test_a_death_on_the_way_of_a_file_neither_loses_nor_doubles(
    crash_stack: Stack, content: str, point: str, killed: str
) -> None:
    outcome = crash_at(crash_stack, point, killed, content=content)
    if outcome.may_be_unknown and outcome.status == "unknown":
        assert outcome.received <= 1
        return
    assert outcome.received == 1
    assert outcome.status in ("sent", "delivered", "read")


REPLY_CELLS = [
    ("after_arming", "worker"),
    ("after_enter", "worker"),
    pytest.param("before_arming", "worker", marks=LONG),
    pytest.param("after_arming", "browser", marks=LONG),
    pytest.param("after_typing", "worker", marks=LONG),
    pytest.param("before_bubble_noted", "worker", marks=LONG),
]


@pytest.mark.parametrize(("point", "killed"), REPLY_CELLS)
def test_a_death_on_the_way_of_a_reply_neither_loses_nor_doubles_nor_unquotes(
    crash_stack: Stack, point: str, killed: str
) -> None:
    """Issue 16, point 4."""
    outcome = crash_at(crash_stack, point, killed, content="reply")
    assert (outcome.received, outcome.quoting) == (1, True)
    assert outcome.status in ("sent", "delivered", "read")


GROUP_CELLS = [
    ("after_enter", "worker"),
    pytest.param("before_enter", "worker", marks=LONG),
    pytest.param("after_typing", "browser", marks=LONG),
    pytest.param("before_bubble_noted", "browser", marks=LONG),
    pytest.param("before_recording", "redis", marks=LONG),
]


@pytest.mark.parametrize(("point", "killed"), GROUP_CELLS)
def test_a_death_on_the_way_to_a_group_neither_loses_nor_doubles(
    crash_stack: Stack, point: str, killed: str
) -> None:
    """Issue 16, build 5: the group is found, and proved to be it, by the next worker too."""
    outcome = crash_at(crash_stack, point, killed, content="group")
    assert outcome.received == 1
    assert outcome.status in ("sent", "delivered", "read")


@pytest.mark.parametrize("point", ["before_accept", "after_accept"])
def test_a_web_process_that_dies_during_a_request_neither_loses_nor_doubles(
    crash_stack: Stack, point: str
) -> None:
    outcome = crash_at(crash_stack, point, "web")
    assert outcome.received == 1
    assert outcome.status in ("sent", "delivered", "read")


def test_an_attempt_that_cannot_be_looked_at_yet_is_not_typed_again(crash_stack: Stack) -> None:
    """Enter was pressed, the worker died, and its successor finds the page offline: found by the campaign."""
    text = "sent before the network went"
    crash_stack.hold("before_recording")
    message_id = crash_stack.dispatcher.send(MessageRequest("+4915112345999", text)).id
    crash_stack.await_held("before_recording")
    crash_stack.kill("worker")
    crash_stack.let_go("before_recording")
    crash_stack.simulator.scenario("query_error", phone="+4915112345999")
    try:
        crash_stack.run("worker")
        eventually(lambda: '"action": "settle"' in crash_stack.log("worker"), "a look that tells nothing")
        assert crash_stack.dispatcher.get(message_id).status == "sending"
    finally:
        crash_stack.simulator.clear_scenarios()
    crash_stack.await_status(message_id, "sent", "delivered", "read", seconds=90)
    assert [m.text for m in crash_stack.simulator.messages()].count(text) == 1


def test_a_message_that_the_page_shows_late_after_a_crash_is_not_typed_again(crash_stack: Stack) -> None:
    """Found by a reader: the chat was quiet, but its newest messages were still being loaded."""
    phone, text = "+4915112345998", "sent, and shown late"
    crash_stack.simulator.chat(phone, messages=[{"text": "hello", "mine": False}])
    crash_stack.hold("before_recording")
    message_id = crash_stack.dispatcher.send(MessageRequest(phone, text)).id
    crash_stack.await_held("before_recording")
    crash_stack.kill("worker")
    crash_stack.let_go("before_recording")
    crash_stack.simulator.scenario("stale_history", ms=12000, newest=1, sign=True, phone=phone)
    try:
        crash_stack.run("worker")
        eventually(lambda: '"action": "settle"' in crash_stack.log("worker"), "a look that tells nothing")
        crash_stack.await_status(message_id, "sent", "delivered", "read", "unknown", seconds=90)
    finally:
        crash_stack.simulator.clear_scenarios()
    assert [m.text for m in crash_stack.simulator.messages()].count(text) == 1


@pytest.mark.long
def test_an_old_message_with_the_same_text_is_not_taken_for_ours(crash_stack: Stack) -> None:
    """Found by a reader: Enter was ignored, and the history with an equal text came late."""
    phone, text = "+4915112345997", "Hi, the same as before"
    history = [{"text": "hello", "mine": False}, {"text": text, "mine": True, "status": "read"}]
    crash_stack.simulator.chat(phone, messages=history)
    received = len(crash_stack.simulator.messages(phone[1:]))
    crash_stack.simulator.scenario("stale_history", ms=6000, newest=2, sign=True, phone=phone)
    crash_stack.simulator.scenario("enter_ignored", count=1, phone=phone)
    try:
        message_id = crash_stack.dispatcher.send(MessageRequest(phone, text)).id
        status = crash_stack.await_status(
            message_id, "sent", "delivered", "read", "unknown", "failed", seconds=120
        )
    finally:
        crash_stack.simulator.clear_scenarios()
    now = len(crash_stack.simulator.messages(phone[1:])) - received
    assert now == int(status in ("sent", "delivered", "read"))
