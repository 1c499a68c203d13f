"""Chats as they are made, named and marked away from our pages: on the phone, or by the others."""

from dataclasses import dataclass

from .chat_news import ChatNews
from .memory import Memory
from .messages import Chat


@dataclass(frozen=True)
class Chats:
    memory: Memory
    news: ChatNews

    def group(self, phone: str, name: str, members: list[str], *, channel: bool = False) -> Chat:
        """A group or channel; `phone` is its id, more than 15 digits."""
        about = {"phone": phone, "name": name, "members": members, "channel": channel}
        self.memory.keep({"event": "group", **about})
        return self.news.tell_chat(phone)

    def hidden_person(self, number: str, name: str) -> Chat:
        """Somebody who hides the phone: `number` is WhatsApp's own of them, `name` a name or @username."""
        self.memory.keep({"event": "hidden", "phone": number, "name": name})
        return self.news.tell_chat(number)

    def mark_unread(self, phone: str, *, marked: bool) -> Chat:
        """By hand on the phone: a badge without a number."""
        self.memory.keep({"event": "marked_unread", "phone": phone, "marked": marked})
        return self.news.tell_chat(phone)

    def rename(self, phone: str, name: str | None) -> Chat:
        """The contact or our address book calls the chat something else; None: its number."""
        self.memory.name(phone, name)
        return self.news.tell_chat(phone)
