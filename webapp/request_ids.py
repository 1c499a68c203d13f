"""One id per request: in the answer, in each problem and in each log record."""

import random
import re

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, unbind_contextvars

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)


def request_id() -> str:
    """The id of this request: the caller's if it is harmless, else a new one."""
    known: str | None = g.get("request_id")
    if known is None:
        known = g.request_id = chosen(request.headers.get(HEADER, ""))
    return known


def chosen(given: str) -> str:
    """The caller's id if it is harmless, else a new one."""
    return given if _SANE.fullmatch(given) else f"{random.getrandbits(96):024x}"


def install(app: Flask) -> None:
    """Gives each request its id, before anything else handles it."""

    @app.before_request
    def _bind() -> None:
        bind_contextvars(request_id=request_id())

    @app.after_request
    def _answer(response: Response) -> Response:
        response.headers[HEADER] = request_id()
        return response

    @app.teardown_request
    def _unbind(_error: BaseException | None) -> None:
        unbind_contextvars("request_id")
