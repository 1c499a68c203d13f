"""Issue 16, points 2 and 3: a worker that is killed while it reads, or stores the file of a message; each
message is received once, in order, and each file stored once and told once.
"""

import hashlib
from collections.abc import Iterator

import pytest

from tests.support.pictures import PDF
from tests.support.stack import Stack, eventually
from whatsapp_tasks.crash_points import MEDIA_POINTS, READING_POINTS
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.session.arriving import arriving_folder
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.events import EventLog

SHORT_POINT = "before_inbox_written"
SHORT_MEDIA_POINT = "media_kept"
MEDIA = [p if p == SHORT_MEDIA_POINT else pytest.param(p, marks=pytest.mark.long) for p in MEDIA_POINTS]
POINTS = [p if p == SHORT_POINT else pytest.param(p, marks=pytest.mark.long) for p in READING_POINTS]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("reading")).start("worker")
    try:
        running.link(flushed=True)
        Accounts(running.database).set_receive("default", "full")
        Accounts(running.database).set_receive_media("default", "document")
        stores = AccountStores(running.database, running.settings, "default")
        eventually(lambda: stores.incoming.known() is not None, "a first look")
        yield running
    finally:
        running.stop()


def told(stack: Stack, chat: str) -> list[str]:
    """WhatsApp's ids of the messages of a chat that events tell, in their order."""
    inbox = AccountStores(stack.database, stack.settings, "default").inbox
    events = [event for _, event in EventLog(stack.database, "default").after("0-0", 1000) if event]
    received = [event for event in events if event.type is EventType.RECEIVED]
    messages = inbox.get_many([e.details["message"] for e in received if e.details.get("message")])
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


@pytest.mark.parametrize("point", MEDIA)
def test_a_worker_killed_while_it_stores_a_file_stores_and_tells_it_once(stack: Stack, point: str) -> None:
    """ "Must show": byte for byte."""
    chat = f"49151112346{MEDIA_POINTS.index(point):02}"
    content = PDF + point.encode()
    stack.hold(point)
    stack.simulator.incoming(chat, "", file={"kind": "document", "name": "a.pdf", "content": content})
    stack.await_held(point)
    stack.kill("worker")
    stack.let_go(point)
    stack.run("worker")
    stores = AccountStores(stack.database, stack.settings, "default")

    def ends() -> list[tuple[str, str]]:
        """Of this chat's file."""
        events = [event for _, event in stores.events.after("0-0", 1000) if event]
        media = [event.details for event in events if event.type is EventType.MEDIA]
        ids = [m.id for m in stores.inbox.get_many([e["message"] for e in media]) if m.phone == f"+{chat}"]
        return [(each["state"], each["reason"]) for each in media if each["message"] in ids]

    eventually(lambda: bool(ends()), "the end of the file")
    assert ends() == [("stored", "")]
    assert not stores.inbox_media.waiting(10)
    contents = Contents.from_settings(stack.database, stack.settings)
    [name] = [n for n in contents._store.names("files") if hashlib.sha256(content).hexdigest() in n]
    assert contents._store.get(name) == content
    assert not list(arriving_folder(stack.settings, "default").rglob("*"))
