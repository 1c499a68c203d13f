"""Templates at the console: the same use cases as the API's."""

from typing import Any

from flask import Blueprint, Response

from webapp import bodies
from webapp.account_controls import NoFields
from webapp.bodies import RequestModel
from webapp.console.access import operator
from webapp.message_templates import TemplateRequest
from webapp.services import services
from whatsapp_tasks.domain.templates import variables_of
from whatsapp_tasks.stores.templates import MOST_TEMPLATES, Template

blueprint = Blueprint("console_templates", __name__)


class TryRequest(RequestModel):
    """A text that is being written, and values to see it with."""

    text: str
    variables: dict[str, str]


@blueprint.get("/console/templates/all")
def show() -> Response:
    """All templates."""
    found, _ = services().templates.page(None, MOST_TEMPLATES)
    return bodies.answer({"templates": [_state(template) for template in found]})


@blueprint.post("/console/templates/try")
def try_out() -> Response:
    """A text as a message would have it. Nothing is kept."""
    wanted = bodies.read(TryRequest)
    variables, text = services().templates.try_out(wanted.text, wanted.variables)
    return bodies.answer({"variables": variables, "text": text})


@blueprint.post("/console/templates/<name>/<language>")
def put(name: str, language: str) -> Response:
    """Adds a template in one language, or replaces its text."""
    wanted = bodies.read(TemplateRequest)
    template, outcome = services().templates.put(name, language, wanted.text, operator().key.author)
    return bodies.answer({"template": _state(template), "outcome": outcome})


@blueprint.post("/console/templates/<name>/<language>/delete")
def remove(name: str, language: str) -> Response:
    """Removes a template in one language."""
    bodies.read(NoFields, optional=True)
    return bodies.answer({"removed": services().templates.remove(name, language, operator().key.author)})


def _state(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "language": template.language,
        "text": template.text,
        "variables": variables_of(template.text),
        "updated_ms": template.updated_ms,
        "author": template.author,
    }
