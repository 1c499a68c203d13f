"""Parsing query parameters: unknown names and malformed values are refused."""

from typing import Annotated, Any, TypeVar

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError
from werkzeug.datastructures import MultiDict

from webapp.bodies import problem_of
from whatsapp_tasks.errors import RequestRefused


class QueryModel(BaseModel):
    """The parameters of a request; all of them arrive as text."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


Q = TypeVar("Q", bound=QueryModel)


def read(model: type[Q]) -> Q:
    """The request's query as ``model``; raises RequestRefused, which names each wrong parameter."""
    return parsed(model, request.args)


def parsed(model: type[Q], arguments: MultiDict[str, str]) -> Q:
    """A query as ``model``; raises RequestRefused, which names each wrong parameter."""
    values: dict[str, Any] = {}
    for name, given in arguments.lists():
        if len(given) > 1:
            raise refused([{"field": name, "message": "is given more than once"}])
        values[name] = given[0]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = [problem_of(e) for e in error.errors(include_url=False, include_input=False)]
        raise refused(problems) from None


def refused(problems: list[dict[str, str]]) -> RequestRefused:
    detail = "; ".join(f"{p['field']} {p['message']}" for p in problems[:5])
    return RequestRefused("query_invalid", f"{detail}.", errors=problems)


LARGEST_WHOLE = 999_999_999


def _whole(value: Any) -> Any:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise PydanticCustomError("whole_number", "must be a whole number of at most nine digits")
    return int(value)


Whole = Annotated[int, BeforeValidator(_whole)]
"""A number written only in ASCII digits."""
