"""``POST /send`` below Flask: the usual request takes the short way, every other one goes through Flask.

The short way has no rules of its own. It calls the functions that the view calls, in the view's order; when
one of them refuses before anything was changed, the request goes to Flask from the start, to the same end.
What dispatch refuses cannot be asked again, and is told by Flask's table of problems. Only the answer that a
message was accepted is written here; a test compares it with Flask's byte for byte.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Flask, g
from structlog.contextvars import bind_contextvars

from webapp import bodies
from webapp.authentication import proven, require_scope
from webapp.rate_limits import RequestLimits, address_of, request_limits
from webapp.request_ids import HEADER, chosen, request_id
from webapp.security_headers import ALWAYS, UNLESS_SET
from webapp.sends import SendRequest, accepted_view, message_path, take_in
from webapp.services import EXTENSION, Services
from whatsapp_tasks.dispatch import Accepted, WindowFull
from whatsapp_tasks.errors import RequestRefused, StoreUnavailable
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.ledger import Window

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_HEADERS = [("Content-Type", "application/json"), *ALWAYS.items(), *UNLESS_SET.items()]


class ShortWay:
    """A WSGI application around Flask's."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._flask = app.wsgi_app
        self._parts: Services = app.extensions[EXTENSION]
        self._limits = request_limits(app)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not self._is_usual(environ):
            return self._flask(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = BytesIO(body)
        attempt = _Attempt(self._parts, self._limits, environ, body)
        try:
            accepted = attempt.make()
        except RequestRefused as error:
            if attempt.counted:
                return self._told(environ, start_response, attempt, error)
            return self._flask(environ, start_response)  # nothing was changed
        except StoreUnavailable as error:
            return self._told(environ, start_response, attempt, error)
        text = bodies.compact(accepted_view(accepted)).encode()
        start_response(
            "202 ACCEPTED",
            [
                *_HEADERS,
                ("Content-Length", str(len(text))),
                ("Location", message_path(accepted.id)),
                (HEADER, chosen(environ.get("HTTP_X_REQUEST_ID", ""))),
            ],
        )
        return (text,)

    def _is_usual(self, environ: "WSGIEnvironment") -> bool:
        """Whether nothing about the request asks for what only Flask knows."""
        length = environ.get("CONTENT_LENGTH", "")
        return (
            environ["REQUEST_METHOD"] == "POST"
            and environ.get("PATH_INFO") == "/send"
            and not environ.get("SCRIPT_NAME")
            and environ.get("CONTENT_TYPE") == "application/json"
            and "HTTP_TRANSFER_ENCODING" not in environ
            and length.isascii()
            and length.isdigit()
            and int(length) <= self._parts.settings.max_body_bytes
        )

    def _told(
        self,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        attempt: "_Attempt",
        error: RequestRefused | StoreUnavailable,
    ) -> Iterable[bytes]:
        """Flask's answer to an error of this request."""
        with self._app.request_context(environ):
            bind_contextvars(request_id=request_id())
            if attempt.key is not None:
                g.api_key = attempt.key
            if attempt.counted:
                g.counted = True
            try:
                if isinstance(error, WindowFull):
                    raise self._limits.full(error.window) from None
                raise error
            except Exception as told:  # noqa: BLE001 - the table decides, as it does for a view
                response = self._app.make_response(self._app.handle_user_exception(told))
            return self._app.process_response(response)(environ, start_response)


class _Attempt:
    """One request on the short way, and how far it came."""

    def __init__(
        self, parts: Services, limits: RequestLimits, environ: "WSGIEnvironment", body: bytes
    ) -> None:
        self._parts = parts
        self._limits = limits
        self._environ = environ
        self._body = body
        self.key: ApiKey | None = None
        self.counted = False
        """The script that accepts was called, or is about to be: what comes of it is the last word."""

    def make(self) -> Accepted:
        """What the view does, and its guard before it."""
        self.key, signature = proven(self._parts, self._environ, "POST", lambda: self._body)
        require_scope(self.key, "send")
        wanted = bodies.validated(SendRequest, bodies.parse(self._body))
        header = self._environ.get("HTTP_IDEMPOTENCY_KEY")
        return take_in(self._parts, wanted, header, signature, self._windows)

    def _windows(self) -> Sequence[Window]:
        assert self.key is not None
        self.counted = True
        return self._limits.windows(address_of(self._environ), self.key.id)
