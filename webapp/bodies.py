"""Parsing a JSON body strictly, reporting every problem; and writing one."""

import json
import math
import re
from typing import Any, TypeVar

from flask import Response, request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header

from whatsapp_tasks.domain.strict_json import MalformedJson, read_object
from whatsapp_tasks.errors import RequestRefused

_MESSAGES = {
    "missing": "is required",
    "extra_forbidden": "is unknown",
    "string_type": "must be a string",
    "string_unicode": "must not contain half of a surrogate pair",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "bool_type": "must be true or false",
    "string_pattern_mismatch": "does not have the right form",
}


class RequestModel(BaseModel):
    """The shape of a request body: no unknown fields, no conversion between types."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


MOST_PROBLEMS = 1000
"""Wrong fields that one answer names; a body has room for fifty times as many."""
_LONGEST_NAME = 80
"""Characters of a field's name in an answer: unknown ones may have any length."""
_PYDANTIC = re.compile(r"^(?:Input|String|List|Dictionary) (?=should)|^Value error, | after validation.*")
"""What of pydantic's sentences says nothing to a caller."""

_UTF_8 = frozenset({"utf-8", "utf8"})

M = TypeVar("M", bound=RequestModel)


def raw() -> bytes:
    """The raw body of Flask's request; raises RequestRefused (``body_too_large``).

    werkzeug refuses a body by its Content-Length, but silently cuts off a chunked body at the limit.
    """
    most = request.max_content_length or math.inf
    try:
        data = request.get_data()
    except RequestEntityTooLarge:
        raise too_large(most) from None
    if request.content_length is None and len(data) >= most:
        raise too_large(most)
    return data


def too_large(most: float) -> RequestRefused:
    """The error for a body of more than ``most`` bytes."""
    return RequestRefused(
        "body_too_large",
        f"The body is larger than the limit of {most} bytes.",
        http_status=413,
    )


def read(model: type[M], *, optional: bool = False) -> M:
    """The body of Flask's request as ``model``; raises RequestRefused. ``optional``: it may be missing."""
    body = raw()
    if optional and not body:
        return validated(model, {})
    return parsed(model, request.headers.get("Content-Type", ""), body)


def parsed(model: type[M], content_type: str, body: bytes) -> M:
    """``body`` as ``model``; raises RequestRefused."""
    if content_type != "application/json" and not _is_json(content_type):
        raise RequestRefused(
            "content_type_unsupported",
            "Send the body as JSON in UTF-8, with the header Content-Type: application/json.",
            http_status=415,
        )
    return validated(model, parse(body))


def _is_json(content_type: str) -> bool:
    kind, parameters = parse_options_header(content_type)
    return kind.lower() == "application/json" and parameters.get("charset", "utf-8").lower() in _UTF_8


def validated(model: type[M], fields: dict[str, Any]) -> M:
    """``fields`` as ``model``; raises RequestRefused, which names each wrong field."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        problems = _problems(error)
        raise RequestRefused(
            "request_invalid",
            "; ".join(f"{p['field']} {p['message']}" for p in problems[:5]) + ".",
            errors=problems,
        ) from None


def _problems(error: ValidationError) -> list[dict[str, str]]:
    """Each wrong field, but for so many that it takes a second to name them, which others would wait."""
    count = error.error_count()
    if count > MOST_PROBLEMS:
        return [{"field": "body", "message": f"has {count} wrong fields"}]
    return [problem_of(each) for each in error.errors(include_url=False, include_input=False)]


def parse(body: bytes) -> dict[str, Any]:
    """The object in ``body``; raises RequestRefused (``json_malformed``)."""
    try:
        return read_object(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    except MalformedJson as malformed:
        raise _malformed(str(malformed)) from None


def _malformed(problem: str) -> RequestRefused:
    return RequestRefused("json_malformed", f"The body is not valid JSON: {problem}.", http_status=400)


def problem_of(error: ErrorDetails) -> dict[str, str]:
    """Field and problem, without the value: it may be a phone number or a text."""
    field = ".".join(
        str(part)[:_LONGEST_NAME] for part in error["loc"] if isinstance(part, int) or "[" not in part
    )
    message = _MESSAGES.get(error["type"])
    if message is None:
        message = _PYDANTIC.sub("", error["msg"])
    return {"field": field or "body", "message": message}


compact = json.JSONEncoder(separators=(",", ":")).encode
"""Writes the JSON of answers; reused because ``json.dumps`` creates an encoder for each call."""


def answer(fields: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(compact(fields), status, headers, content_type="application/json")
