"""JSON from others, read so that every program reads the same from it (RFC 8259, 4; RFC 7493)."""

import json
import math
import re
from typing import Any, NoReturn

from whatsapp_tasks.domain.nesting import MOST_LEVELS, is_too_deep
from whatsapp_tasks.domain.texts import has_half_a_character


class MalformedJson(ValueError):
    """Its text says what is wrong, for whoever wrote the JSON."""


def read_object(text: str) -> dict[str, Any]:
    """The object in ``text``; raises MalformedJson.

    Refused are, besides what is no JSON: names that come twice, NaN and infinity, numbers that are too large,
    halves of surrogate pairs, and more than ``MOST_LEVELS`` levels.
    """
    if text.startswith("\ufeff"):
        raise MalformedJson("it begins with a byte order mark; send UTF-8 without one")
    value = _decoded(text)
    if not isinstance(value, dict):
        raise MalformedJson("it must be an object")
    if text.count("[") + text.count("{") > MOST_LEVELS and is_too_deep(value):
        raise MalformedJson("it is nested too deeply")
    if "\\" in _WHOLE.sub("", text) and has_half_a_character(json.dumps(value, ensure_ascii=False)):
        raise MalformedJson("it contains half of a surrogate pair; send whole characters")
    return value


_WHOLE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u(?![dD][89a-fA-F])|[^u])")
"""An escape that makes no half of a surrogate pair: both halves, another character, or one like ``\\n``.
Without it, the whole object was looked through for each escaped emoji (4 of 6 µs to read a message).
"""


def _decoded(text: str) -> object:
    try:
        return _DECODER.decode(text)
    except MalformedJson:
        raise
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise MalformedJson("it is nested too deeply") from None
    except ValueError:  # an integer with more digits than Python converts
        raise MalformedJson("a number in it is too long") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise MalformedJson(f"it names {json.dumps(twice[:40])} twice")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise MalformedJson("a number in it is too large")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
