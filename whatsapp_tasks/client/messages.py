"""Calls about messages, their files, and batches of them."""

import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Unpack, cast

from whatsapp_tasks.client.calls import Calls, again_and_again, path_of
from whatsapp_tasks.client.transport import answer_of
from whatsapp_tasks.client.views import (
    AcceptedMessage,
    Batch,
    CancelledBatch,
    FileToSend,
    Message,
    NewMessage,
    SendOptions,
    TemplateToSend,
    UploadedFile,
)
from whatsapp_tasks.domain import statuses
from whatsapp_tasks.errors import WaitTimeout

FINAL = frozenset({"read", "failed", "unknown", "cancelled", "expired"})
"""These do not change by themselves. ``read`` may never come: recipients can turn read receipts off."""

AT_WHATSAPP = frozenset(str(status) for status in statuses.AT_WHATSAPP)
"""Statuses of a message that was sent."""


class MessageCalls(Calls):
    """One message at a time."""

    def send(
        self,
        phone: str | None = None,
        message: str = "",
        *,
        chat: str | None = None,
        file: Path | FileToSend | None = None,
        template: TemplateToSend | None = None,
        idempotency_key: str | None = None,
        **options: Unpack[SendOptions],
    ) -> AcceptedMessage:
        """Submits one message. Without ``idempotency_key`` a new key is made for each call: the same text to
        the same recipient is then a new message each time.

        ``chat`` is the id of a chat without a phone, instead of ``phone``: a group, or somebody who hides it.

        ``file``: a path is uploaded first; else ``{"id": …}`` of an upload, or ``{"url": …}``, with ``as``
        and ``name`` if they matter. ``message`` is then its caption, and may be empty. ``template`` makes the
        text or the caption, instead of ``message``.
        """
        body: dict[str, Any] = {**options}
        if phone is not None:
            body["phone"] = phone
        if chat is not None:
            body["to"] = {"chat": chat}
        if message or (file is None and template is None):
            body["message"] = message
        if template is not None:
            body["template"] = template
        if file is not None:
            body["file"] = {"id": self.upload(file)["id"]} if isinstance(file, Path) else file
        body["idempotency_key"] = uuid.uuid4().hex if idempotency_key is None else idempotency_key
        return cast(AcceptedMessage, self.call("POST", "/send", body))

    def upload(self, path: Path, *, name: str | None = None, media_type: str | None = None) -> UploadedFile:
        """Uploads a file, to be sent by messages of the same key; ``id`` names it there. ``name`` is what
        recipients see, by default the path's. Doing it again changes nothing.
        """
        return cast(UploadedFile, answer_of(self._transport.upload(path, name or path.name, media_type)))

    def uploaded(self, file_id: str) -> UploadedFile:
        """What was uploaded."""
        return cast(UploadedFile, self.call("GET", path_of("files", file_id)))

    def message(self, message_id: str) -> Message:
        """The message with its timeline."""
        return cast(Message, self.call("GET", path_of("messages", message_id)))

    def messages(
        self, *, status: str | None = None, phone: str | None = None, account: str | None = None
    ) -> Iterator[Message]:
        """All matching messages, newest first, fetched as they are read."""
        query = {"limit": "200", "status": status, "phone": phone, "account": account}
        for page in self._pages("/messages", query):
            yield from page["messages"]

    def cancel(self, message_id: str) -> Message:
        """Cancels a queued message; doing it again changes nothing."""
        return cast(Message, self.call("DELETE", path_of("messages", message_id)))

    def resolve(self, message_id: str, status: str, note: str = "") -> Message:
        """Settles an ``unknown`` message as ``sent`` or ``failed``."""
        body = {"status": status, "note": note}
        return cast(Message, self.call("POST", path_of("messages", message_id) + "/resolve", body))

    def wait(
        self,
        message_id: str,
        until: Iterable[str] = FINAL,
        *,
        timeout_seconds: float = 120.0,
        pause_seconds: float = 0.5,
    ) -> Message:
        """Waits until the status is one of ``until`` or ``FINAL``; returns the message; raises
        WaitTimeout.
        """
        *_, message = self.watch(
            message_id, until, timeout_seconds=timeout_seconds, pause_seconds=pause_seconds
        )
        return message

    def watch(
        self,
        message_id: str,
        until: Iterable[str] = FINAL,
        *,
        timeout_seconds: float = 120.0,
        pause_seconds: float = 0.5,
    ) -> Iterator[Message]:
        """Yields the message now, and after each change; see ``wait``."""
        ends = FINAL | frozenset(until)
        deadline = time.monotonic() + timeout_seconds
        last: Message | None = None
        while True:
            message = self.message(message_id)
            if message != last:
                last = message
                yield message
            if message["status"] in ends:
                return
            if time.monotonic() > deadline:
                raise WaitTimeout(f"The message is still {message['status']} after {timeout_seconds:.0f} s.")
            time.sleep(pause_seconds)


class BatchCalls(Calls):
    """Up to 1000 messages at a time."""

    def send_batch(self, messages: Iterable[NewMessage], *, idempotency_key: str | None = None) -> Batch:
        """Submits up to 1000 messages; each is accepted or refused separately. ``idempotency_key`` identifies
        the batch, so that a repeated batch is recognised. Messages without a key of their own are the same
        message if account, phone, text (or template with variables) and file are equal.
        """
        body = {"messages": list(messages)}
        key = uuid.uuid4().hex if idempotency_key is None else idempotency_key
        return cast(Batch, self.call("POST", "/messages:batch", body, idempotency_key=key))

    def batch(self, batch_id: str) -> Batch:
        """The current state of a batch."""
        return cast(Batch, self.call("GET", path_of("batches", batch_id)))

    def cancel_batch(self, batch_id: str) -> CancelledBatch:
        """Cancels the batch's messages that are still queued."""
        return cast(CancelledBatch, self.call("DELETE", path_of("batches", batch_id)))

    def wait_batch(
        self, batch_id: str, *, timeout_seconds: float = 3600.0, pause_seconds: float = 2.0
    ) -> Iterator[Batch]:
        """Yields the batch repeatedly, until all its messages are settled; raises WaitTimeout."""
        deadline = time.monotonic() + timeout_seconds
        for batch in again_and_again(lambda: self.batch(batch_id), deadline, pause_seconds):
            yield batch
            if batch["progress"] >= 1:
                return
        part = f"{batch['progress']:.0%}"
        raise WaitTimeout(f"Only {part} of the batch is settled after {timeout_seconds:.0f} s.")
