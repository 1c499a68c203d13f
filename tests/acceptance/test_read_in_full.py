"""Issue 16, point 3: a worker that is killed while it reads; each message is received once, in order."""

from collections.abc import Iterator

import pytest

from tests.support.stack import Stack, eventually
from whatsapp_tasks.crash_points import READING_POINTS
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.events import EventLog

SHORT_POINT = "before_inbox_written"
POINTS = [p if p == SHORT_POINT else pytest.param(p, marks=pytest.mark.long) for p in READING_POINTS]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("reading")).start("worker")
    try:
        running.link(flushed=True)
        Accounts(running.database).set_receive("default", "full")
        stores = AccountStores(running.database, running.settings, "default")
        eventually(lambda: stores.incoming.known() is not None, "a first look")
        yield running
    finally:
        running.stop()


def told(stack: Stack, chat: str) -> list[str]:
    """WhatsApp's ids of the messages of a chat that events tell, in their order."""
    inbox = AccountStores(stack.database, stack.settings, "default").inbox
    events = [event for _, event in EventLog(stack.database, "default").after("0-0", 1000) if event]
    messages = inbox.get_many([e.details["message"] for e in events if e.details.get("message")])
    return [m.bubble_id for m in messages if m.phone == f"+{chat}"]


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_while_it_reads_neither_loses_nor_doubles(stack: Stack, point: str) -> None:
    chat = f"49151112345{READING_POINTS.index(point):02}"
    stack.hold(point)
    stack.simulator.incoming(chat, "one")
    stack.simulator.incoming(chat, "two\nlines 🎈")
    stack.await_held(point)
    stack.kill("worker")
    stack.let_go(point)
    stack.simulator.incoming(chat, "three")
    stack.run("worker")
    truth = [message["id"] for message in stack.simulator.in_chat(chat)]
    eventually(lambda: len(told(stack, chat)) >= len(truth), "the messages")
    stack.simulator.incoming(chat, "four")
    truth = [message["id"] for message in stack.simulator.in_chat(chat)]
    eventually(lambda: len(told(stack, chat)) >= len(truth), "the next message")
    assert told(stack, chat) == truth
