"""Chats and messages as WhatsApp's server has them. Pure: time reaches it as an argument.

`Mailbox.received` is the ground truth: one entry for every message of ours that really reached the server, in
the order of arrival. A message transmitted again under its id is the same message.
"""

from collections.abc import Iterator

from .messages import ORDER, Attachment, Chat, Message, Quotation, Special, Status


class Mailbox:
    def __init__(self) -> None:
        self.chats: dict[str, Chat] = {}
        self.received: list[Message] = []
        self._by_id: dict[str, Message] = {}

    def chat(self, phone: str) -> Chat:
        """The chat with `phone`, made if there is none."""
        return self.chats.setdefault(phone, Chat(phone))

    def by_activity(self) -> list[Chat]:
        """Chats with messages, the latest first: the order of the chat list."""
        active = [chat for chat in self.chats.values() if chat.messages]
        return sorted(active, key=lambda chat: chat.messages[-1].at, reverse=True)

    def find(self, message_id: str) -> Message | None:
        return self._by_id.get(message_id)

    def receive(
        self,
        message_id: str,
        phone: str,
        text: str,
        at: float,
        *,
        attachments: list[Attachment] | None = None,
        device: str | None = None,
        quoted: Quotation | None = None,
    ) -> tuple[Message, bool]:
        """A message of ours arrived. Returns it, and whether it is new (not a repeated transmission)."""
        known = self._by_id.get(message_id)
        if known is not None:
            return known, False
        message = Message(
            message_id,
            phone,
            text,
            at,
            mine=True,
            status="sent",
            times={"sent": at},
            attachments=attachments or [],
            seq=len(self.received) + 1,
            device=device,
            quoted=quoted,
        )
        self.received.append(message)
        self._add(message)
        return message, True

    def incoming(
        self,
        message_id: str,
        phone: str,
        text: str,
        at: float,
        *,
        quoted: Quotation | None = None,
        author: str | None = None,
        attachments: list[Attachment] | None = None,
        special: Special | None = None,
    ) -> Message:
        """A message of someone else arrived."""
        message = Message(
            message_id,
            phone,
            text,
            at,
            mine=False,
            quoted=quoted,
            author=author,
            attachments=attachments or [],
            special=special,
        )
        self._add(message)
        self.chat(phone).unread += 1
        return message

    def edit(self, message_id: str, text: str) -> Message | None:
        """A message of ours gets another text. None if there is no such message."""
        message = self._by_id.get(message_id)
        if message is None or not message.mine:
            return None
        message.text, message.edited = text, True
        return message

    def seed(
        self,
        message_id: str,
        phone: str,
        text: str,
        at: float,
        *,
        mine: bool,
        status: Status | None,
        quoted: Quotation | None = None,
        author: str | None = None,
    ) -> Message:
        """History from before the test: in the chat, not in the ground truth."""
        shown: Status | None = (status or "read") if mine else None
        message = Message(message_id, phone, text, at, mine=mine, status=shown, quoted=quoted, author=author)
        self._add(message)
        return message

    def advance(self, message_id: str, status: Status, at: float) -> bool:
        """Moves a message of ours on; never backwards. Returns whether anything changed."""
        message = self._by_id.get(message_id)
        if message is None or not message.mine:
            return False
        if message.status is not None and ORDER.index(status) <= ORDER.index(message.status):
            return False
        message.status = status
        message.times[status] = at
        return True

    def seen(self, phone: str) -> bool:
        """The chat was opened. Returns whether it had unread messages."""
        chat = self.chats.get(phone)
        if chat is None or not (chat.unread or chat.marked_unread):
            return False
        chat.unread, chat.marked_unread = 0, False
        return True

    def history(self, phone: str, before: str | None, limit: int) -> tuple[list[Message], bool]:
        """Up to `limit` messages older than the message `before` (None: the newest), oldest first, and
        whether there are older ones still."""
        messages = self.chats[phone].messages if phone in self.chats else []
        end = len(messages)
        if before is not None:
            end = next((index for index, message in enumerate(messages) if message.id == before), end)
        start = max(0, end - limit)
        return messages[start:end], start > 0

    def open_messages(self) -> Iterator[Message]:
        """Messages of ours that may still move on."""
        return (message for message in self.received if message.status != "read")

    def _add(self, message: Message) -> None:
        self._by_id[message.id] = message
        messages = self.chat(message.chat).messages
        index = len(messages)
        while index and messages[index - 1].at > message.at:
            index -= 1
        messages.insert(index, message)
