"""Every refusal and failure in one shape: RFC 9457 problem details with a stable code."""

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from limits.errors import StorageError
from werkzeug.exceptions import HTTPException

from webapp.answers import Answer
from webapp.problem_codes import title_of
from webapp.rate_limits import RateLimited
from whatsapp_tasks.domain.refusals import file_unknown
from whatsapp_tasks.errors import (
    ArchiveRefused,
    FileGone,
    FileUnreadable,
    ObjectStoreFailed,
    ObjectStoreFull,
    RequestRefused,
    StoreUnavailable,
)

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
STORE_RETRY_SECONDS = 2
"""Retry-After while Redis is unavailable. A restart of Redis takes about a second; it is better that a caller
waits a little longer than that too many repeat their requests at once."""

STORAGE_RETRY_SECONDS = 30

AUTHENTICATE = 'WhatsAppTasks-HMAC-SHA256 realm="whatsapp-tasks"'


@dataclass(frozen=True)
class Problem:
    """The contents of one answer; ``extra`` has additional members for some codes."""

    status: int
    code: str
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """The members of the problem document, except those about the request."""
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
        "Redis is unavailable, so nothing can be accepted or reported. Repeat the request with a new "
        "signature and the same idempotency key.",
        headers={"Retry-After": str(STORE_RETRY_SECONDS)},
    )


def _of_full_store(_error: Exception) -> Problem:
    return Problem(
        507,
        "storage_full",
        "There is no room for the file. Nothing of it was kept.",
        headers={"Retry-After": str(STORAGE_RETRY_SECONDS)},
    )


def _of_object_store(_error: Exception) -> Problem:
    return Problem(
        503,
        "storage_unavailable",
        "The object store is unavailable. Nothing of the file was kept; repeat the request with a new "
        "signature.",
        headers={"Retry-After": str(STORAGE_RETRY_SECONDS)},
    )


def _of_archive(error: ArchiveRefused) -> Problem:
    return Problem(422, "archive_refused", str(error))


def _of_gone_file(_error: FileGone) -> Problem:
    return of_refusal(file_unknown())


def _of_unreadable_file(error: FileUnreadable) -> Problem:
    return Problem(422, "file_unreadable", str(error))


def _of_rate_limited(error: RateLimited) -> Problem:
    problem = of_refusal(error)
    return replace(problem, headers={**problem.headers, **error.headers})


_HTTP_CODES = {
    400: ("bad_request", "The request is not well-formed HTTP."),
    404: ("not_found", "There is nothing at this path. See /docs for the existing paths."),
    405: (
        "method_not_allowed",
        "This path does not support this method; the header Allow lists those it supports.",
    ),
    413: ("body_too_large", "The body is larger than the limit."),
    415: ("content_type_unsupported", "Send the body as JSON, with Content-Type: application/json."),
}


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    code, detail = _HTTP_CODES.get(status, (f"http_{status}", error.description or error.name))
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(status, code, detail, headers=kept)


def _of_anything(_error: Exception) -> Problem:
    # Without the arguments of the exception: they may hold a phone number or a text.
    return Problem(500, "internal_error", "Something went wrong here; find it in the log by the request id.")


PROBLEMS: dict[type[Exception], Callable[[Any], Problem]] = {
    RequestRefused: of_refusal,
    StoreUnavailable: _of_store,
    StorageError: _of_store,  # the rate limiter's error for the same
    RateLimited: _of_rate_limited,
    ObjectStoreFull: _of_full_store,
    ObjectStoreFailed: _of_object_store,
    ArchiveRefused: _of_archive,
    FileGone: _of_gone_file,
    FileUnreadable: _of_unreadable_file,
    HTTPException: _of_http,
    Exception: _of_anything,
}
"""The table from errors to answers; the most specific class counts."""


def problem_of(error: Exception) -> Problem:
    """The problem for an error, by the table."""
    nearest = next(kind for kind in type(error).__mro__ if kind in PROBLEMS)
    return PROBLEMS[nearest](error)


def problem_answer(problem: Problem, path: str, request_id: str) -> Answer:
    """The document that reports ``problem`` of one request; ``path`` is not escaped."""
    fields = {**problem.body(), "instance": quote(path), "request_id": request_id}
    text = json.dumps(fields, separators=(",", ":"))
    return Answer(problem.status, CONTENT_TYPE, text.encode(), problem.headers)


def log_problem(problem: Problem, error: Exception, *, method: str, endpoint: str | None) -> None:
    """Logs a problem; the error itself is logged only if it was unexpected."""
    if problem.code == "internal_error":
        where = {"method": method, "endpoint": endpoint}
        log.error("Unexpected error in a request", exc_info=error, extra=where)
    elif problem.status < 500:
        log.info("Request refused", extra={"code": problem.code, "status": problem.status})
    else:
        log.warning("Request failed", extra={"code": problem.code, "status": problem.status})
