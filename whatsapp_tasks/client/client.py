"""The client's calls, one method each."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar, Unpack, cast
from urllib.parse import quote

from whatsapp_tasks.client.live_events import live_events
from whatsapp_tasks.client.transport import Transport, answer_of
from whatsapp_tasks.client.views import (
    AcceptedMessage,
    Account,
    Batch,
    CancelledBatch,
    FileToSend,
    LiveEvent,
    Message,
    NewMessage,
    NumberCheck,
    Pauses,
    PutTemplate,
    SendOptions,
    Template,
    TemplateToSend,
    UploadedFile,
)
from whatsapp_tasks.domain import statuses
from whatsapp_tasks.errors import WaitTimeout

T = TypeVar("T")

FINAL = frozenset({"read", "failed", "unknown", "cancelled", "expired"})
"""These do not change by themselves. ``read`` may never come: recipients can turn read receipts off."""

AT_WHATSAPP = frozenset(str(status) for status in statuses.AT_WHATSAPP)
"""Statuses of a message that was sent."""


class Client:
    """Calls ``base_url`` with one API key. A repeated request has a new signature and the same idempotency
    key, so a lost answer never becomes a second message.

    Raises RequestRefused with the API's ``code`` for every answer that is a problem, and ApiUnreachable if no
    answer comes for ``patience_seconds``. Do not share it between threads.
    """

    def __init__(
        self,
        base_url: str,
        key_id: str,
        secret: str,
        *,
        timeout_seconds: float = 15.0,
        patience_seconds: float = 30.0,
    ) -> None:
        self._transport = Transport(
            base_url, key_id, secret, timeout_seconds=timeout_seconds, patience_seconds=patience_seconds
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connections."""
        self._transport.close()

    # messages

    def send(
        self,
        phone: str,
        message: str = "",
        *,
        file: Path | FileToSend | None = None,
        template: TemplateToSend | None = None,
        idempotency_key: str | None = None,
        **options: Unpack[SendOptions],
    ) -> AcceptedMessage:
        """Submits one message. Without ``idempotency_key`` a new key is made for each call: the same text to
        the same phone is then a new message each time.

        ``file``: a path is uploaded first; else ``{"id": …}`` of an upload, or ``{"url": …}``, with ``as``
        and ``name`` if they matter. ``message`` is then its caption, and may be empty. ``template`` makes the
        text or the caption, instead of ``message``.
        """
        body: dict[str, Any] = {"phone": phone, **options}
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
        return cast(UploadedFile, self.call("GET", _path("files", file_id)))

    def message(self, message_id: str) -> Message:
        """The message with its timeline."""
        return cast(Message, self.call("GET", _path("messages", message_id)))

    def messages(
        self, *, status: str | None = None, phone: str | None = None, account: str | None = None
    ) -> Iterator[Message]:
        """All matching messages, newest first, fetched as they are read."""
        query = {"limit": "200", "status": status, "phone": phone, "account": account}
        for page in self._pages("/messages", query):
            yield from page["messages"]

    def cancel(self, message_id: str) -> Message:
        """Cancels a queued message; doing it again changes nothing."""
        return cast(Message, self.call("DELETE", _path("messages", message_id)))

    def resolve(self, message_id: str, status: str, note: str = "") -> Message:
        """Settles an ``unknown`` message as ``sent`` or ``failed``."""
        body = {"status": status, "note": note}
        return cast(Message, self.call("POST", _path("messages", message_id) + "/resolve", body))

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

    # batches

    def send_batch(self, messages: Iterable[NewMessage], *, idempotency_key: str | None = None) -> Batch:
        """Submits up to 1000 messages; each is accepted or refused separately. ``idempotency_key`` identifies
        the batch, so that a repeated batch is recognised. Messages without a key of their own are the same
        message if account, phone, text (or template with variables) and file are equal.
        """
        body = {"messages": list(messages)}
        return cast(
            Batch,
            self.call("POST", "/messages:batch", body, idempotency_key=idempotency_key or uuid.uuid4().hex),
        )

    def batch(self, batch_id: str) -> Batch:
        """The current state of a batch."""
        return cast(Batch, self.call("GET", _path("batches", batch_id)))

    def cancel_batch(self, batch_id: str) -> CancelledBatch:
        """Cancels the batch's messages that are still queued."""
        return cast(CancelledBatch, self.call("DELETE", _path("batches", batch_id)))

    def wait_batch(
        self, batch_id: str, *, timeout_seconds: float = 3600.0, pause_seconds: float = 2.0
    ) -> Iterator[Batch]:
        """Yields the batch repeatedly, until all its messages are settled; raises WaitTimeout."""
        deadline = time.monotonic() + timeout_seconds
        for batch in _again_and_again(lambda: self.batch(batch_id), deadline, pause_seconds):
            yield batch
            if batch["progress"] >= 1:
                return
        part = f"{batch['progress']:.0%}"
        raise WaitTimeout(f"Only {part} of the batch is settled after {timeout_seconds:.0f} s.")

    # templates

    def templates(self) -> Iterator[Template]:
        """All templates in all their languages, by name and language."""
        for page in self._pages("/templates", {"limit": "200"}):
            yield from page["templates"]

    def template(self, name: str, language: str) -> Template:
        """One template in one language."""
        return cast(Template, self.call("GET", _path("templates", name, language)))

    def put_template(self, name: str, language: str, text: str) -> PutTemplate:
        """Adds a template in one language, or replaces its text; doing it again changes nothing."""
        return cast(PutTemplate, self.call("PUT", _path("templates", name, language), {"text": text}))

    def remove_template(self, name: str, language: str) -> bool:
        """Removes a template in one language; whether it was there."""
        return bool(self.call("DELETE", _path("templates", name, language))["removed"])

    def preview_template(
        self, name: str, language: str, variables: Mapping[str, str], *, as_caption: bool = False
    ) -> str:
        """The text that a message would have; nothing is sent."""
        body = {"variables": dict(variables), "as_caption": as_caption}
        return str(self.call("POST", _path("templates", name, language) + "/preview", body)["text"])

    # checks of numbers

    def check_numbers(self, phones: Iterable[str], *, account: str = "default") -> NumberCheck:
        """Asks which of up to 1000 numbers are on WhatsApp. What is known is answered at once; the account
        looks up the rest, a few on a day. Nothing is sent to them.
        """
        body = {"account": account, "phones": list(phones)}
        return cast(NumberCheck, self.call("POST", "/contacts/check", body))

    def number_check(self, check_id: str) -> NumberCheck:
        """What is known by now."""
        return cast(NumberCheck, self.call("GET", _path("contacts", "checks", check_id)))

    def cancel_number_check(self, check_id: str) -> NumberCheck:
        """No further number of it is looked up."""
        return cast(NumberCheck, self.call("DELETE", _path("contacts", "checks", check_id)))

    def wait_number_check(
        self, check_id: str, *, timeout_seconds: float = 3600.0, pause_seconds: float = 2.0
    ) -> Iterator[NumberCheck]:
        """Yields the check repeatedly, until it is over; raises WaitTimeout."""
        deadline = time.monotonic() + timeout_seconds
        for check in _again_and_again(lambda: self.number_check(check_id), deadline, pause_seconds):
            yield check
            if check["status"] != "waiting":
                return
        raise WaitTimeout(f"{check['left']} numbers have no answer after {timeout_seconds:.0f} s.")

    # opt-outs

    def opted_out(self, phone: str) -> bool:
        """Whether the phone is on the opt-out list."""
        return bool(self.call("GET", _path("opt-outs", phone))["opted_out"])

    def add_opt_out(self, phone: str) -> str:
        """Adds the phone to the list; returns it as E.164."""
        return str(self.call("PUT", _path("opt-outs", phone))["phone"])

    def remove_opt_out(self, phone: str) -> str:
        """Removes the phone from the list; returns it as E.164."""
        return str(self.call("DELETE", _path("opt-outs", phone))["phone"])

    def opt_outs(self) -> Iterator[str]:
        """All phones on the list, unordered, each once."""
        seen: set[str] = set()
        for page in self._pages("/opt-outs", {"limit": "1000"}):
            new = set(page["phones"]) - seen
            seen |= new
            yield from sorted(new)

    # accounts

    def accounts(self) -> list[Account]:
        """All accounts."""
        return cast(list[Account], self.call("GET", "/accounts")["accounts"])

    def account(self, account: str = "default") -> Account:
        """One account: state, pauses, queue and worker."""
        return cast(Account, self.call("GET", _path("accounts", account)))

    def pause(self, account: str = "default", note: str = "") -> Pauses:
        """Stops sending until ``resume``."""
        return cast(Pauses, self.call("POST", _path("accounts", account) + "/pause", {"note": note}))

    def resume(self, account: str = "default") -> Pauses:
        """Ends the pause; other reasons stay and are reported."""
        return cast(Pauses, self.call("POST", _path("accounts", account) + "/resume"))

    # events

    def events(
        self, *, account: str | None = None, type: str | None = None, after: str | None = None
    ) -> Iterator[LiveEvent]:
        """What happens from now on, or after a ``place``, for as long as it is read; never ends by itself.

        ``account`` and ``type`` may name several, separated by commas; ``message.*`` is a whole kind. When
        the connection breaks, another one goes on after the last event. Raises what every call raises.
        """
        given = {"account": account, "type": type}
        query = {name: value for name, value in given.items() if value is not None}
        return live_events(self._transport, query, after)

    # anything else

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Sends any signed request, repeated like all others; returns the JSON of the answer."""
        return answer_of(
            self._transport.request(method, path, body, query=query, idempotency_key=idempotency_key)
        )

    def download(self, path: str, accept: str = "image/*") -> bytes:
        """For answers that are not JSON: a QR code, a screenshot."""
        return self._transport.request("GET", path, accept=accept).content

    def _pages(self, path: str, query: Mapping[str, str | None]) -> Iterator[dict[str, Any]]:
        given = {name: value for name, value in query.items() if value is not None}
        cursor: str | None = None
        while True:
            page = self.call("GET", path, query=given if cursor is None else {**given, "cursor": cursor})
            yield page
            cursor = page["next_cursor"]
            if cursor is None:
                return


def _again_and_again(ask: Callable[[], T], deadline: float, pause_seconds: float) -> Iterator[T]:
    """What ``ask`` returns, once at least, until the deadline of the monotonic clock."""
    while True:
        yield ask()
        if time.monotonic() > deadline:
            return
        time.sleep(pause_seconds)


def _path(*parts: str) -> str:
    """A path from parts with any characters; a part of only dots would mean a parent folder."""
    return "".join("/" + (quote(part, safe="+") if part.strip(".") else "%2E" * len(part)) for part in parts)
