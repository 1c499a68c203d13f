"""``/key``: what the key of the request may do. A program asks at its start, before it offers anything."""

from typing import Literal

from flask import Blueprint, Response
from typing_extensions import TypedDict

from webapp import bodies
from webapp.guards import caller

blueprint = Blueprint("own_key", __name__)


class KeyView(TypedDict):
    """An API key without its secrets. ``admin`` includes the other scopes."""

    id: str
    label: str
    scopes: list[Literal["send", "read", "scan", "admin"]]


@blueprint.get("/key")
def show() -> Response:
    """The API key that signed the request."""
    key = caller()
    return bodies.answer({"id": key.id, "label": key.label, "scopes": list(key.scopes)})
