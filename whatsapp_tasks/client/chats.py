"""Calls about chats: what was read in them (docs/receiving.md)."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from whatsapp_tasks.client.calls import Calls, path_of
from whatsapp_tasks.client.views import Chat, ChatMessage


class ChatCalls(Calls):
    """The chats of accounts that read them in full."""

    def chats(self, account: str = "default", *, kind: str | None = None) -> Iterator[Chat]:
        """All chats of the account that were opened, or those of one kind (person, group, channel), the last
        seen first, fetched as they are read.
        """
        for page in self._pages("/chats", {"limit": "200", "account": account, "kind": kind}):
            yield from page["chats"]

    def chat(self, chat_id: str) -> Chat:
        """One chat."""
        return cast(Chat, self.call("GET", path_of("chats", chat_id)))

    def chat_messages(self, chat_id: str, *, before: str | None = None) -> Iterator[ChatMessage]:
        """What was read in the chat, of both sides, newest first, older than the message ``before``."""
        while True:
            query = {"limit": "200"} if before is None else {"limit": "200", "before": before}
            page = self.call("GET", path_of("chats", chat_id, "messages"), query=query)
            yield from page["messages"]
            before = page["next_before"]
            if before is None:
                return

    def save_media(self, chat_id: str, message_id: str, target: str | Path) -> None:
        """Writes the stored file of a received message to ``target``, which is replaced; it is never in
        memory as a whole. Raises RequestRefused (``media_not_stored``, for one), and OSError.
        """
        path = path_of("chats", chat_id, "messages", message_id, "media")
        self._transport.save(path, Path(target))
