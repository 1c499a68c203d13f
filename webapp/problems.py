"""Every refusal and failure in one shape: RFC 9457 problem details with a stable code."""

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, request
from flask_limiter import RateLimitExceeded
from limits.errors import StorageError
from werkzeug.exceptions import HTTPException

from webapp.problem_codes import title_of
from webapp.rate_limits import RateLimited, of_limiter
from webapp.request_ids import request_id
from whatsapp_tasks.errors import RequestRefused, StoreUnavailable

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
STORE_RETRY_SECONDS = 2
"""What callers are told while Redis is away. A restart takes about a second; more callers at once than
necessary are worse than one that waits a little longer."""

AUTHENTICATE = 'WhatsAppTasks-HMAC-SHA256 realm="whatsapp-tasks"'


@dataclass(frozen=True)
class Problem:
    """What one answer says; ``extra`` are members of this code's own."""

    status: int
    code: str
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """The members of the problem document, without those of the request."""
        fields: dict[str, object] = {
            "type": f"/docs#{self.code}",
            "title": title_of(self.code, self.status),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.errors:
            fields["errors"] = list(self.errors)
        return {**self.extra, **fields}


def of_refusal(error: RequestRefused) -> Problem:
    headers = {}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_seconds)))
    if error.http_status == 401:
        headers["WWW-Authenticate"] = AUTHENTICATE
    return Problem(error.http_status, error.code, str(error), error.errors, headers, error.extra)


def _of_store(_error: Exception) -> Problem:
    return Problem(
        503,
        "store_unavailable",
        "Redis cannot be reached, so nothing is accepted or told now. Repeat the request, newly signed and "
        "with the same idempotency key.",
        headers={"Retry-After": str(STORE_RETRY_SECONDS)},
    )


def _of_rate_limited(error: RateLimited) -> Problem:
    problem = of_refusal(error)
    return replace(problem, headers={**problem.headers, **error.headers})


def _of_limiter(error: RateLimitExceeded) -> Problem:
    return problem_of(of_limiter(error))


_HTTP_CODES = {
    400: ("bad_request", "The request is not well-formed HTTP."),
    404: ("not_found", "There is nothing at this path. See /docs for what there is."),
    405: (
        "method_not_allowed",
        "This path does not take this method; the header Allow names those it takes.",
    ),
    413: ("body_too_large", ""),  # the detail names the limit
    415: ("content_type_unsupported", "Send the body as JSON, with Content-Type: application/json."),
}


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    code, detail = _HTTP_CODES.get(status, (f"http_{status}", error.description or error.name))
    if status == 413:
        detail = f"The body is larger than {request.max_content_length} bytes, the most that is taken here."
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(status, code, detail, headers=kept)


def _of_anything(error: Exception) -> Problem:
    # Without the arguments of the exception in the answer: they may hold a phone number or a text.
    log.error(
        "Unexpected error in a request",
        exc_info=error,
        extra={"method": request.method, "endpoint": request.endpoint},
    )
    return Problem(500, "internal_error", "Something went wrong here; the request id leads to it in the log.")


PROBLEMS: dict[type[Exception], Callable[[Any], Problem]] = {
    RequestRefused: of_refusal,
    StoreUnavailable: _of_store,
    StorageError: _of_store,  # the rate limiter's word for the same
    RateLimited: _of_rate_limited,
    RateLimitExceeded: _of_limiter,
    HTTPException: _of_http,
    Exception: _of_anything,
}
"""The one table from errors to answers; the nearest class counts."""


def problem_of(error: Exception) -> Problem:
    """What the table says of an error."""
    nearest = next(kind for kind in type(error).__mro__ if kind in PROBLEMS)
    return PROBLEMS[nearest](error)


def problem_response(problem: Problem) -> Response:
    """The answer to this request that tells ``problem``."""
    fields = {**problem.body(), "instance": quote(request.path), "request_id": request_id()}
    return Response(
        json.dumps(fields, separators=(",", ":")),
        problem.status,
        dict(problem.headers),
        content_type=CONTENT_TYPE,
    )


def install(app: Flask) -> None:
    """Answers every error of the application by the table."""
    for kind in PROBLEMS:
        app.register_error_handler(kind, answer_error)


def answer_error(error: Exception) -> Response:
    """The answer to this request that tells ``error``."""
    problem = problem_of(error)
    if problem.status < 500:
        log.info("Request refused", extra={"code": problem.code, "status": problem.status})
    elif problem.code != "internal_error":
        log.warning("Request failed", extra={"code": problem.code, "status": problem.status})
    return problem_response(problem)
