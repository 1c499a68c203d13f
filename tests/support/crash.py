"""One crash: hold a process at a point, kill something, see what became of the message."""

import signal
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import redis

from tests.support.files import DOCUMENT, PDF, PNG, Sample
from tests.support.stack import Stack, eventually
from tests.support.uploads import send_file
from whatsapp_simulator.testing import ReceivedMessage
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.accounts import Accounts

GROUP = "120363000000000001"
PHONES = [f"+4915112345{number:03d}" for number in range(40)]


@dataclass(frozen=True)
class Outcome:
    """``received``: how often WhatsApp's side has the message. ``seconds``: from the kill to the tick."""

    point: str
    killed: str
    status: str
    received: int
    seconds: float
    content: str = "text"
    quoting: bool = False
    """Whether what was received quotes another message."""

    @property
    def may_be_unknown(self) -> bool:
        """Whether its chat cannot tell: a picture without a word, whose watcher or page died between the
        press and the note of its bubble (docs/reliability.md, "A message with a file").
        """
        died = self.killed in ("worker", "browser", "driver")
        return died and self.content == "picture" and self.point in ("after_enter", "before_bubble_noted")


CONTENTS: dict[str, Sample | None] = {
    "text": None,
    "reply": None,
    "group": None,
    "document": Sample("invoice.pdf", PDF, DOCUMENT, "application/pdf"),
    "picture": Sample("a.png", PNG, FileKind.IMAGE, "image/png"),
}
"""What a message may be: a reply is to a text that was sent before it, a group gets a text, the document
has a caption of its own, the picture has none.
"""
UPLOAD_MS = 800
"""Long enough to be seen, and for a process to be killed in."""


def crash_at(
    stack: Stack, point: str, killed: str, *, content: str = "text", seconds: float = 90.0
) -> Outcome:
    """Sends one message of its own, and kills ``killed`` when its path comes to ``point``."""
    text = f"crash {uuid.uuid4().hex}"
    phone = PHONES[hash(text) % len(PHONES)]
    sample = CONTENTS[content]
    chat = _group(stack) if content == "group" else None
    if sample is not None:
        stack.simulator.set(upload_ms=UPLOAD_MS)
    before = len(_with_files(stack, phone))
    if killed == "web":
        stack.hold(point)
        message_id = _through_dying_web(stack, point, phone, text)
        began = time.monotonic()
    else:
        reply_to = _sent_before(stack, phone) if content == "reply" else None
        stack.hold(point)
        to = (phone, None) if chat is None else (None, chat)
        message_id = _accept(stack, to, text, sample, reply_to)
        stack.await_held(point)
        began = time.monotonic()
        KILLS[killed](stack, point)
    stack.let_go(point)
    status = stack.await_status(message_id, "sent", "delivered", "read", "failed", "unknown", seconds=seconds)
    took = time.monotonic() - began
    # A second copy would follow at once; a later message in the queue shows that the worker went on.
    behind = stack.dispatcher.send(MessageRequest(phone, text + " behind")).id
    stack.await_status(behind, "sent", "delivered", "read", "failed", "unknown", seconds=seconds)
    arrived = [message for message in stack.simulator.messages() if message.text == text]
    assert {message.chat for message in arrived} <= {phone[1:] if chat is None else GROUP}
    received = len(arrived) if sample is None else len(_with_files(stack, phone)) - before
    quoting = any(message.quoted is not None for message in arrived)
    return Outcome(point, killed, status, received, took, content, quoting)


def _sent_before(stack: Stack, phone: str) -> str:
    """The id of a message that is in the chat."""
    message_id = stack.dispatcher.send(MessageRequest(phone, f"before {uuid.uuid4().hex}")).id
    stack.await_status(message_id, "sent", "delivered", "read", seconds=90.0)
    return message_id


def _group(stack: Stack) -> str:
    """The id of the chat of a group, which the worker has read."""
    chats = AccountStores(stack.database, stack.settings, "default").chats

    def found() -> str | None:
        return next((chat.id for chat in chats.page(None, 100)[0] if chat.title == "Choir"), None)

    if found() is None:
        accounts = Accounts(stack.database)
        accounts.set_receive("default", "full")
        stack.simulator.group(GROUP, "Choir", ["Dora"])
        stack.simulator.incoming(GROUP, "who comes?", author="Dora")
        eventually(lambda: found() is not None, "the group was read")
        accounts.set_receive("default", "notice")
    return found() or ""


def _accept(
    stack: Stack, to: tuple[str | None, str | None], text: str, sample: Sample | None, reply_to: str | None
) -> str:
    phone, chat = to
    if sample is None or phone is None:
        return stack.dispatcher.send(MessageRequest(phone, text, chat=chat, reply_to=reply_to)).id
    caption = text if sample.kind is DOCUMENT else ""
    return send_file(stack.database, stack.settings, phone, sample, caption, key=text)


def _with_files(stack: Stack, phone: str) -> list[ReceivedMessage]:
    return [message for message in stack.simulator.messages(phone[1:]) if message.attachments]


def _worker(stack: Stack, point: str) -> None:
    stack.kill("worker")
    stack.let_go(point)
    stack.run("worker")


def _browser(stack: Stack, point: str) -> None:
    for process in stack.browsers():
        if "driver" not in process.name():
            process.kill()


def _driver(stack: Stack, point: str) -> None:
    for process in stack.browsers():
        if "driver" in process.name():
            process.kill()


def _redis(stack: Stack, point: str) -> None:
    stack.redis.kill()
    stack.let_go(point)
    time.sleep(1.0)  # the worker meets the absence, not only the return
    stack.redis.start()


def _connections(stack: Stack, point: str) -> None:
    with redis.Redis.from_url(stack.redis.url) as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


def _freeze(stack: Stack, point: str) -> None:
    stack.redis.freeze()
    stack.let_go(point)
    time.sleep(4.0)  # longer than our clients wait
    stack.redis.thaw()


def _pause_worker(stack: Stack, point: str) -> None:
    worker = stack.process("worker")
    worker.send_signal(signal.SIGSTOP)
    time.sleep(12.0)  # longer than the lease
    stack.let_go(point)
    worker.send_signal(signal.SIGCONT)


KILLS: dict[str, Callable[[Stack, str], None]] = {
    "worker": _worker,
    "browser": _browser,
    "driver": _driver,
    "redis": _redis,
    "redis connections": _connections,
    "redis frozen": _freeze,
    "worker stopped": _pause_worker,
}


def _through_dying_web(stack: Stack, point: str, phone: str, text: str) -> str:
    """The client repeats with the same key while the web process is killed under it and started again."""
    client = stack.client()
    answers: list[str] = []
    caller = threading.Thread(
        target=lambda: answers.append(client.send(phone, text, idempotency_key=text)["id"])
    )
    caller.start()
    stack.await_held(point)
    stack.kill("web")
    stack.let_go(point)
    stack.run("web")
    caller.join(60)
    return eventually(lambda: answers[0] if answers else None, "the repeated request was answered")
