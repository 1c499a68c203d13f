"""What the protection tests ask of a stack, and say to it."""

import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.support.stack import Stack, eventually
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.sessions import SessionRecord, Sessions

SENT = ("sent", "delivered", "read")


@dataclass
class Scene:
    """One account in a stack."""

    stack: Stack
    account: str = "default"
    texts: list[str] = field(default_factory=list)
    """What was handed in by ``send``; each text is another."""

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.stack.database, self.account)

    @property
    def session(self) -> SessionRecord:
        return self.sessions.get()

    @property
    def pauses(self) -> Pauses:
        return Pauses(self.stack.database, self.account)

    def send(self, phone: str = "+4915112345678") -> str:
        """A message to a phone; its id."""
        text = f"text {uuid.uuid4().hex}"
        self.texts.append(text)
        return self.stack.dispatcher.send(MessageRequest(phone, text, account=self.account)).id

    def status(self, message_id: str) -> str:
        return str(self.stack.dispatcher.get(message_id).status)

    def await_sent(self, *message_ids: str, seconds: float = 60.0) -> None:
        for message_id in message_ids:
            self.stack.await_status(message_id, *SENT, seconds=seconds)

    def await_state(self, state: str, reason: str | None = None, seconds: float = 60.0) -> None:
        eventually(
            lambda: self.session.state == state and reason in (None, self.session.reason),
            f"state {state} ({reason}); it is {self.session}",
            seconds,
        )

    def await_worker(self) -> None:
        """Waits until the worker that runs now is at work: data in Redis may be of the one before it."""
        name = f"process {self.stack.process('worker').pid} on"
        eventually(
            lambda: name in (self.sessions.heartbeat() or {}).get("worker", ""), "the worker's heartbeat"
        )
        eventually(lambda: any(p.get("screen") == "main" for p in self.stack.simulator.pages()), "its page")
        self.await_state("AUTHENTICATED")

    def await_pause(self, reason: str, seconds: float = 60.0) -> dict[str, Any]:
        return eventually(lambda: self.pauses.all().get(reason), f"pause {reason}", seconds)

    def stays_unsent(self, message_id: str, seconds: float) -> None:
        """Watches for a while that the message is not even begun."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.status(message_id) == "queued"
            time.sleep(0.1)

    def states(self) -> list[str]:
        """The states the session came to, oldest first, repeats left out."""
        walked: list[str] = []
        for entry in reversed(self.sessions.history(200)):
            if not walked or walked[-1] != entry["to"]:
                walked.append(entry["to"])
        return walked

    def received_once_each(self) -> None:
        """WhatsApp's side has every text of ours exactly once."""
        received = [message.text for message in self.stack.simulator.messages()]
        assert {text: received.count(text) for text in self.texts} == dict.fromkeys(self.texts, 1)

    def cli(self, *arguments: str) -> str:
        """Runs ``whatsapp-tasks``; its output. Fails the test when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "whatsapp_tasks.cli.main", *arguments],
            env=self.stack.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
