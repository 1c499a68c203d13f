"""Reading the body of a request."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from ..phones import SHORTEST_NUMBER, digits_of
from .refusals import Refusal

LONGEST_NUMBER, LONGEST_GROUP = 15, 20
"""Digits: a phone number, and the id of a group."""


async def body_of(request: web.Request) -> dict[str, Any]:
    """A JSON object; an empty one where the request has no body. Raises Refusal."""
    text = await request.text()
    try:
        body = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise Refusal(400, "malformed_json", f"The body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise Refusal(400, "not_an_object", "The body must be a JSON object.")
    return body


def phone_in(body: Mapping[str, Any], field: str) -> str:
    """Digits of a phone number or of a group's id. Raises Refusal."""
    digits = digits_of(str(body.get(field, "")))
    if not SHORTEST_NUMBER <= len(digits) <= LONGEST_GROUP:
        raise Refusal(
            422,
            "invalid_phone",
            f"{field} must be a phone number with country code, like +12025550100",
            [{"field": field, "message": "7 to 15 digits with country code, or a group's id"}],
        )
    return digits
