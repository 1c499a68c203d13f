"""``POST /send`` before Flask: the usual request takes the short way, every other one goes through Flask.

The short way runs on the event loop, where the scripts of all requests that are under way share round trips
to Redis; Flask runs in threads. It has no rules of its own: it calls the functions that the view calls, in
the view's order. When one of them refuses before anything was changed, or when something must be looked up
first (the caller's key, the account's cap: once in seconds), the request goes to Flask from the start, to the
same end. What dispatch refuses cannot be asked again: Flask is handed the error and tells it. Only the
answer that a message was accepted is written here; a test compares it with Flask's byte for byte.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, g, request
from pydantic_core import to_json

from webapp import bodies
from webapp.authentication import key_id, proven, require_scope
from webapp.proxies import TrustedProxies, caller_of
from webapp.rate_limits import request_limits
from webapp.request_ids import HEADER, chosen
from webapp.security_headers import ALWAYS, UNLESS_SET
from webapp.sends import SendRequest, accepted_view, message_path, prepared
from webapp.services import EXTENSION, Services
from webapp.targets import RAW_TARGET
from webapp.threads import Receive, Scope, Send, Threads, raw_target, read_body
from webapp.well_formed import check
from whatsapp_tasks.dispatch import Accepted, Prepared, WindowFull
from whatsapp_tasks.errors import RequestRefused, StoreUnavailable
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Pipeline
from whatsapp_tasks.stores.ledger import Window

_TOLD = "whatsapp-tasks.told"
"""In the environ: the error that this request has come to, and whose it is."""

_HEADERS = [
    (name.lower().encode(), value.encode())
    for name, value in (("Content-Type", "application/json"), *ALWAYS.items(), *UNLESS_SET.items())
]
_REQUEST_ID = HEADER.lower().encode()
_ENVIRON = {
    b"content-type": "CONTENT_TYPE",
    b"content-length": "CONTENT_LENGTH",
    b"x-api-key": "HTTP_X_API_KEY",
    b"x-timestamp": "HTTP_X_TIMESTAMP",
    b"x-signature": "HTTP_X_SIGNATURE",
    b"idempotency-key": "HTTP_IDEMPOTENCY_KEY",
    b"x-request-id": "HTTP_X_REQUEST_ID",
    b"host": "HTTP_HOST",
    b"x-forwarded-for": "HTTP_X_FORWARDED_FOR",
    b"transfer-encoding": "HTTP_TRANSFER_ENCODING",
}
"""The headers that the short way looks at, as WSGI names them."""


class ShortWay:
    """The ASGI application: the short way, and Flask for everything else."""

    def __init__(self, app: Flask, pipeline: Pipeline) -> None:
        self._parts: Services = app.extensions[EXTENSION]
        self._limits = request_limits(app)
        self._pipeline = pipeline
        self._proxies = TrustedProxies(app.wsgi_app, self._parts.settings.trusted_proxies)
        self.flask = Threads(app.wsgi_app, most_body_bytes=self._parts.settings.max_body_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = self._usual(scope)
        if environ is None:
            await self.flask(scope, receive, send)
            return
        body = await read_body(receive, self._parts.settings.max_body_bytes)
        if body is None:
            return
        ready = self._ready(environ, body)
        if ready is None:
            await self.flask.answer(scope, body, send)
            return
        key, message = ready
        try:
            accepted = await message.accept_through(self._pipeline)
        except Exception as error:  # noqa: BLE001 - Flask's table decides, as it does for a view
            await self.flask.answer(scope, body, send, **{_TOLD: (error, key)})
            return
        await _answer(accepted, environ, send)

    def _usual(self, scope: Scope) -> dict[str, Any] | None:
        """The request as WSGI tells it, when nothing about it asks for what only Flask knows."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["raw_path"] != b"/send":
            return None
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/send",
            "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
            "QUERY_STRING": scope["query_string"].decode("latin-1"),
            RAW_TARGET: raw_target(scope),
        }
        for name, value in scope["headers"]:
            wsgi_name = _ENVIRON.get(name)
            if wsgi_name is not None:
                if wsgi_name in environ:
                    return None
                environ[wsgi_name] = value.decode("latin-1")
        if scope["client"]:
            environ["REMOTE_ADDR"] = scope["client"][0]
        length = environ.get("CONTENT_LENGTH", "")
        if (
            environ.get("CONTENT_TYPE") == "application/json"
            and "HTTP_TRANSFER_ENCODING" not in environ
            and length.isascii()
            and length.isdigit()
            and int(length) <= self._parts.settings.max_body_bytes
        ):
            return environ
        return None

    def _ready(self, environ: dict[str, Any], body: bytes) -> tuple[ApiKey, Prepared] | None:
        """Whose message, and the message; what the view does, and its guard before it. None where one of
        them refuses, or would have to ask Redis first.
        """
        parts = self._parts
        try:
            self._proxies.settle(environ)
            check(environ)
            known = parts.keys.known(key_id(environ))
            key, signature = proven(parts, known, environ, "POST", lambda: body)
            require_scope(key, "send")
            wanted = bodies.validated(SendRequest, bodies.parse(body))
            if not parts.dispatcher.asks_nothing_first(wanted.account):
                return None

            def windows() -> Sequence[Window]:
                return self._limits.windows(caller_of(environ), key.id)

            return key, prepared(parts, wanted, environ.get("HTTP_IDEMPOTENCY_KEY"), signature, windows)
        except (RequestRefused, StoreUnavailable):
            return None


def install(app: Flask) -> None:
    """Lets Flask tell what a request came to on the short way."""

    @app.before_request
    def _tell() -> None:
        told: tuple[Exception, ApiKey] | None = request.environ.get(_TOLD)
        if told is None:
            return
        error, g.api_key = told
        g.counted = True
        if isinstance(error, WindowFull):
            raise request_limits().full(error.window) from None
        raise error


async def _answer(accepted: Accepted, environ: Mapping[str, str], send: Send) -> None:
    text = to_json(accepted_view(accepted))
    headers = [
        *_HEADERS,
        (b"content-length", b"%d" % len(text)),
        (b"location", message_path(accepted.id).encode()),
        (_REQUEST_ID, chosen(environ.get("HTTP_X_REQUEST_ID", "")).encode()),
    ]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": text})
