"""Messages that do not come from our pages: others write to us, and there is history from before."""

from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from ..environment import Environment
from ..journal import Event
from .chat_news import ChatNews
from .memory import Memory
from .messages import Attachment, Chat, Message, Special


def _new_id(random: Random, *, mine: bool) -> str:
    return ("3EB0" if mine else "3A") + f"{random.getrandbits(72):018X}"


@dataclass(frozen=True)
class Incoming:
    memory: Memory
    news: ChatNews
    environment: Environment
    contents: dict[str, bytes] = field(default_factory=dict)
    """Of files that others sent, by the message's id, as long as the server runs; of another the server has
    nothing any more.
    """

    def receive(
        self,
        phone: str,
        text: str,
        *,
        name: str | None = None,
        quoted: dict[str, Any] | None = None,
        author: str | None = None,
        file: Attachment | None = None,
        content: bytes | None = None,
        special: Special | None = None,
    ) -> Message:
        """Someone writes to us."""
        if name is not None:
            self.memory.name(phone, name)
        message_id = _new_id(self.environment.random, mine=False)
        if content is not None:
            self.contents[message_id] = content
        self.memory.keep(
            {
                "event": "incoming",
                "id": message_id,
                "phone": phone,
                "text": text,
                "at": self.environment.clock(),
                "quoted": quoted,
                "author": author,
                "attachments": [asdict(file)] if file else [],
                "special": special,
            }
        )
        message = self.memory.mailbox.find(message_id)
        assert message is not None
        self.news.tell_message(message)
        return message

    def seed(self, phone: str, name: str | None, messages: list[dict[str, Any]]) -> Chat:
        """History from before the test. A message: `{text, mine?, status?, at?, id?, quoted?, author?}`."""
        if name is not None:
            self.memory.name(phone, name)
        start = self.environment.clock() - len(messages)
        for index, each in enumerate(messages):
            self.memory.keep(self._seeded(phone, each, start + index))
        return self.news.tell_chat(phone, refresh=True)

    def clear(self) -> None:
        self.contents.clear()

    def _seeded(self, phone: str, message: dict[str, Any], at: float) -> Event:
        mine = bool(message.get("mine", False))
        return {
            "event": "seed",
            "id": message.get("id") or _new_id(self.environment.random, mine=mine),
            "phone": phone,
            "text": str(message.get("text", "")),
            "at": float(message.get("at", at)),
            "mine": mine,
            "status": message.get("status"),
            "quoted": message.get("quoted"),
            "author": message.get("author"),
        }
