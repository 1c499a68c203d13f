"""``/docs``: the OpenAPI document as a page that works offline; three files of our own."""

from importlib.resources import files

from flask import Blueprint, Response

blueprint = Blueprint("docs", __name__)

_TYPES = {
    "docs.html": "text/html; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
    "docs.css": "text/css; charset=utf-8",
}
_FILES = {name: files("webapp").joinpath("static", name).read_bytes() for name in _TYPES}


@blueprint.get("/docs")
def page() -> Response:
    """The page itself."""
    return _serve("docs.html")


@blueprint.get("/docs/docs.js")
def script() -> Response:
    """The script that renders the document."""
    return _serve("docs.js")


@blueprint.get("/docs/docs.css")
def style() -> Response:
    """How it looks."""
    return _serve("docs.css")


def _serve(name: str) -> Response:
    return Response(_FILES[name], content_type=_TYPES[name], headers={"Cache-Control": "no-cache"})
