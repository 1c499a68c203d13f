"""The messages to pages when chats and messages change."""

from dataclasses import dataclass
from typing import Any

from ..settings import SettingsInForce
from .chat_json import chat_json, message_json
from .memory import Memory
from .messages import Chat, Message
from .pages import Page, Pages


@dataclass(frozen=True)
class ChatNews:
    settings: SettingsInForce
    pages: Pages
    memory: Memory

    def chat(self, phone: str, **signs: bool) -> dict[str, Any]:
        """The message to a page that a chat has changed; `signs`: refresh, synced."""
        chat = self.memory.mailbox.chat(phone)
        return {"type": "chat", "chat": chat_json(chat, self.settings.now), **signs}

    def tell_chat(self, phone: str, **signs: bool) -> Chat:
        self.pages.post_to_linked(self.chat(phone, **signs))
        return self.memory.mailbox.chat(phone)

    def tell_message(self, message: Message, *, origin: Page | None = None) -> None:
        """The page it came from has the bubble already, and waits for the tick."""
        chat = chat_json(self.memory.mailbox.chat(message.chat), self.settings.now)
        news = {"type": "message", "chat": chat, "message": message_json(message)}
        self.pages.post_to_linked(news, but=origin)
