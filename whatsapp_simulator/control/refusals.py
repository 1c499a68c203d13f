"""Refusals of the control API: `{"error": {code, message, errors?}}`, with a message for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError


class Refusal(Exception):
    def __init__(
        self, status: int, code: str, message: str, errors: Sequence[Mapping[str, str]] = ()
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.errors = status, code, list(errors)

    def response(self) -> web.Response:
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        if self.errors:
            error["errors"] = self.errors
        return web.json_response({"error": error}, status=self.status)


def refusal_of(error: ValidationError, code: str, what: str) -> Refusal:
    """Names every wrong field."""
    errors = [
        {"field": ".".join(str(part) for part in each["loc"]) or "(all)", "message": each["msg"]}
        for each in error.errors()
    ]
    listing = "; ".join(f"{each['field']}: {each['message']}" for each in errors)
    return Refusal(422, code, f"{what}: {listing}", errors)


@web.middleware
async def refusals_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        hint = f"{request.method} {request.path}: {error.reason}. See GET /help for the list of routes."
        return Refusal(error.status, f"http_{error.status}", hint).response()
