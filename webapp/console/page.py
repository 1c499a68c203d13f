"""``/``: the page and its files. There is no build step: the source files are served."""

import re
from importlib.metadata import version
from importlib.resources import files as package_files
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from limits.errors import StorageError
from werkzeug.wrappers import Response

from webapp.console.access import operator
from webapp.error_handlers import problem_response
from webapp.problems import STORE_RETRY_SECONDS, Problem
from webapp.services import services
from whatsapp_tasks.domain.accounts import SLUG
from whatsapp_tasks.domain.hand import PATH
from whatsapp_tasks.errors import RequestRefused, StoreUnavailable

blueprint = Blueprint("console_page", __name__)
files = Blueprint("console_files", __name__)

_HAND = re.compile(re.escape(PATH) + SLUG)
_TEMPLATES = "/console/templates"

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FILES = {
    file.name: file.read_bytes()
    for file in package_files("webapp").joinpath("static", "console").iterdir()
    if file.name.rpartition(".")[2] in _TYPES
}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
"""Stricter than for other pages, except that it allows the two forms, to log in and to log out."""


@blueprint.get("/")
def show() -> Response:
    """The console."""
    return _operators_page("console", version=version("whatsapp-tasks"))


@blueprint.get(_TEMPLATES)
def templates() -> Response:
    """The texts of templates."""
    return _operators_page("templates")


@blueprint.get(f"{PATH}<account>")
def hand(account: str) -> Response:
    """An account's live page; it is lent only when the person asks for it there (docs/hand.md)."""
    parts = services()
    return _operators_page(
        "hand",
        account=parts.operations(account).account,
        idle_minutes=round(parts.settings.hand_idle_seconds / 60, 1),
    )


@blueprint.errorhandler(RequestRefused)
def _to_login(error: RequestRefused) -> Response:
    """Redirects a person who is not logged in to the form, and from there to where they wanted to go."""
    if error.http_status != 401:
        return _problem(error)
    wanted = page_to_show(request.path)
    return redirect("/login" if wanted == "/" else f"/login?{urlencode({'to': wanted})}", 303)


@blueprint.errorhandler(StoreUnavailable)
@blueprint.errorhandler(StorageError)
def _away(_error: Exception) -> Response:
    """A page that says that Redis is unavailable, and tries again by itself."""
    response = html(render_template("console/away.html"), 503)
    response.headers["Retry-After"] = response.headers["Refresh"] = str(STORE_RETRY_SECONDS)
    return response


@files.get("/console/files/<name>")
def file(name: str) -> Response:
    """A script or style sheet; nothing in it is secret."""
    content = _FILES.get(name)
    if content is None:
        return _problem(RequestRefused("not_found", "There is no such file.", http_status=404))
    kind = _TYPES[name.rpartition(".")[2]]
    return Response(content, content_type=f"{kind}; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _operators_page(name: str, **fields: object) -> Response:
    who = operator()
    return html(render_template(f"console/{name}.html", csrf=who.session.csrf, who=who.key.author, **fields))


def page_to_show(wanted: str) -> str:
    """The path of the page of ours that was wanted; ``/`` for anything else, which may lead elsewhere."""
    return wanted if wanted == _TEMPLATES or _HAND.fullmatch(wanted) else "/"


def html(text: str, status: int = 200) -> Response:
    """A page of the console."""
    return Response(
        text,
        status,
        # Without any referrer, browsers send "Origin: null" with forms, as a foreign page would.
        {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Referrer-Policy": "same-origin"},
        content_type="text/html; charset=utf-8",
    )


def _problem(error: RequestRefused) -> Response:
    return problem_response(Problem(error.http_status, error.code, str(error)))
