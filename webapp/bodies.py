"""Parsing a JSON body strictly, reporting every problem; and writing one."""

import json
import math
from typing import Any, NoReturn, TypeVar

from flask import Response, request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header

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
}


class RequestModel(BaseModel):
    """The shape of a request body: no unknown fields, no conversion between types."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


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
        problems = [problem_of(e) for e in error.errors(include_url=False, include_input=False)]
        raise RequestRefused(
            "request_invalid",
            "; ".join(f"{p['field']} {p['message']}" for p in problems[:5]) + ".",
            errors=problems,
        ) from None


def parse(body: bytes) -> dict[str, Any]:
    """The object in ``body``; raises RequestRefused (``json_malformed``)."""
    try:
        text = body.decode("utf-8")
        value = _DECODER.decode(text)
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _malformed("it is nested too deeply") from None
    except ValueError:  # an integer with more digits than Python converts
        raise _malformed("a number in it is too long") from None
    if not isinstance(value, dict):
        raise _malformed("it must be an object")
    if "\\u" in text and _has_half_a_character(value):
        raise _malformed("it contains half of a surrogate pair; send whole characters")
    return value


def _has_half_a_character(value: object) -> bool:
    """An escape such as ``\\ud83d`` alone makes a text that cannot be encoded as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _malformed(f"it names {json.dumps(twice[:40])} twice")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _malformed("a number in it is too large")
    return value


def _malformed(problem: str) -> RequestRefused:
    return RequestRefused("json_malformed", f"The body is not valid JSON: {problem}.", http_status=400)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)


def problem_of(error: ErrorDetails) -> dict[str, str]:
    """Field and problem, without the value: it may be a phone number or a text."""
    field = ".".join(str(part) for part in error["loc"] if isinstance(part, int) or "[" not in part)
    message = _MESSAGES.get(error["type"])
    if message is None:
        message = error["msg"].replace("Input should", "should").replace("Value error, ", "")
    return {"field": field or "body", "message": message}


compact = json.JSONEncoder(separators=(",", ":")).encode
"""Writes the JSON of answers; reused because ``json.dumps`` creates an encoder for each call."""


def answer(fields: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(compact(fields), status, headers, content_type="application/json")
