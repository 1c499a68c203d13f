"""The ASGI application: ``POST /send``, ``POST /files`` and streams of events on the event loop, the rest by
Flask, in threads.

The scripts of concurrent messages, and those that read their templates, share round trips to Redis.
Everything else that needs Redis (a key or a cap that this process has not cached, the count of a refused
request) runs in a thread. Events are read over a connection of their own.
"""

from collections.abc import Mapping
from functools import partial

from flask import Flask

from webapp import event_text, listening
from webapp.answers import Answer
from webapp.console import events as console_events
from webapp.event_hub import Hub
from webapp.event_stream import EventStreams
from webapp.listening import ListenAttempt
from webapp.proxies import settle
from webapp.rate_limits import request_limits
from webapp.request_ids import HEADER, chosen
from webapp.security_headers import ALWAYS, UNLESS_SET
from webapp.sends import SendAttempt
from webapp.services import EXTENSION, AskRedisFirst, ReadTemplateFirst, Services
from webapp.streamed import is_streamed
from webapp.threads import Receive, Scope, Send, Threads, environ_of, has_body, read_body
from webapp.upload_stream import UploadStream
from whatsapp_tasks.dispatch import Prepared
from whatsapp_tasks.stores.connection import Pipeline
from whatsapp_tasks.stores.event_tail import EventTail
from whatsapp_tasks.stores.templates import Found

_HEADERS = [(name.lower().encode(), value.encode()) for name, value in {**ALWAYS, **UNLESS_SET}.items()]
_REQUEST_ID = HEADER.lower().encode()
_LISTEN: dict[bytes, type[ListenAttempt]] = {
    listening.PATH.encode(): ListenAttempt,
    console_events.PATH.encode(): console_events.ConsoleAttempt,
}
"""The paths of streams, and who may listen there."""


class Gateway:
    """The application that the server calls. ``pipeline`` is for messages, ``events`` for reading events."""

    def __init__(self, app: Flask, pipeline: Pipeline, events: Pipeline) -> None:
        self._parts: Services = app.extensions[EXTENSION]
        self._limits = request_limits(app)
        self._pipeline = pipeline
        self._uploads = UploadStream(self._parts, self._limits)
        self._threads = Threads(app.wsgi_app, most_body_bytes=self._parts.settings.max_body_bytes)
        settings = self._parts.settings
        self.listeners = Hub(
            EventTail(events), most=settings.events_listeners, most_of_key=settings.events_listeners_per_key
        )
        self._streams = EventStreams(
            self._parts.database, self.listeners, heartbeat_seconds=settings.events_heartbeat_seconds
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["raw_path"] == b"/send":
            await self._send(scope, receive, send)
        elif is_streamed(scope):
            await self._upload(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "GET" and scope["raw_path"] in _LISTEN:
            await self._listen(scope, receive, send)
        else:
            await self._threads(scope, receive, send)

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive, self._parts.settings.max_body_bytes)
        if body is None:
            return
        environ = environ_of(scope, body)
        settle(environ, self._parts.settings.trusted_proxies)
        attempt = SendAttempt(
            self._parts, self._limits, environ, body, chosen(environ.get("HTTP_X_REQUEST_ID", ""))
        )
        try:
            message = await self._prepared(attempt)
            answer = attempt.accepted(await message.accept_through(self._pipeline))
        except Exception as error:  # noqa: BLE001 - the table of problems decides, as for every view
            answer = await self._threads.run(partial(attempt.refused, error))
        await _write(send, answer, attempt.request_id)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environ_of(scope, b"")
        settle(environ, self._parts.settings.trusted_proxies)
        request_id = chosen(environ.get("HTTP_X_REQUEST_ID", ""))
        answer = await self._uploads.answer(environ, receive, request_id)
        if answer is not None:
            await _write(send, answer, request_id)

    async def _listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive, self._parts.settings.max_body_bytes) if has_body(scope) else b""
        if body is None:
            return
        environ = environ_of(scope, body)
        settle(environ, self._parts.settings.trusted_proxies)
        request_id = chosen(environ.get("HTTP_X_REQUEST_ID", ""))
        attempt = _LISTEN[scope["raw_path"]](self._parts, self._limits, environ, body, request_id)
        headers = _head(event_text.CONTENT_TYPE, event_text.HEADERS, request_id)
        answer = await self._streams.answer(attempt, headers, receive, send)
        if answer is not None:
            await _write(send, answer, request_id)

    async def _prepared(self, attempt: SendAttempt, found: Found | None = None) -> Prepared:
        try:
            return attempt.prepared(may_ask_redis=False, found=found)
        except ReadTemplateFirst as first:
            found = await self._parts.dispatcher.template_through(self._pipeline, first.wanted)
            return await self._prepared(attempt, found)
        except AskRedisFirst:
            return await self._threads.run(partial(attempt.prepared, may_ask_redis=True, found=found))


def _head(content_type: str, headers: Mapping[str, str], request_id: str) -> list[tuple[bytes, bytes]]:
    return [
        *_HEADERS,
        (b"content-type", content_type.encode()),
        *((name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()),
        (_REQUEST_ID, request_id.encode()),
    ]


async def _write(send: Send, answer: Answer, request_id: str) -> None:
    headers = [
        *_head(answer.content_type, answer.headers, request_id),
        (b"content-length", b"%d" % len(answer.body)),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
