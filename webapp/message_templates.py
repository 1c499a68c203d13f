"""``/templates``: named texts with variables, for all accounts and keys of this installation."""

from typing import Annotated, Literal, cast

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies, queries
from webapp.bodies import RequestModel
from webapp.guards import caller
from webapp.queries import QueryModel, Whole
from webapp.sends import Links, Variables
from webapp.services import services
from webapp.times import Moment, rfc3339
from whatsapp_tasks.domain.templates import LANGUAGE, NAME, variables_of
from whatsapp_tasks.domain.texts import MAX_UTF16_UNITS
from whatsapp_tasks.stores.templates import Template

blueprint = Blueprint("message_templates", __name__)

LONGEST_PAGE = 200

Outcome = Literal["created", "changed", "unchanged"]


class TemplateRequest(RequestModel):
    """The text of a template."""

    text: Annotated[
        str,
        Field(
            description="With {{name}} or {{1}} where a value is put in; {{{{ is {{. Checked like a message.",
            examples=["Hi {{name}}, your order {{order}} is ready."],
            json_schema_extra={"maxLength": MAX_UTF16_UNITS},
        ),
    ]


class PreviewRequest(RequestModel):
    """Values to try a template with."""

    variables: Variables = Field({})
    as_caption: Annotated[bool, Field(description="Whether it is to be the caption of a file.")] = False


class TemplateView(TypedDict):
    """A template in one language; ``variables`` in the order in which the text has them."""

    name: str
    language: str
    text: str
    variables: list[str]
    updated_at: Moment
    updated_by: str
    links: Links


class PutTemplateView(TemplateView):
    """The template as it is now; ``outcome`` says what this request did to it."""

    outcome: Outcome


class RemovedTemplateView(TypedDict):
    """The template is gone; ``removed`` is false if it was not there."""

    name: str
    language: str
    removed: bool


class TemplatePage(TypedDict):
    """Templates by name and language. ``next_cursor`` is null on the last page."""

    templates: list[TemplateView]
    next_cursor: str | None


class PreviewView(TypedDict):
    """The text that a message would have."""

    text: str


class TemplateQuery(QueryModel):
    """The requested part of the list."""

    cursor: Annotated[
        str | None,
        Field(description="The next_cursor of the previous page.", pattern=f"^{NAME}:{LANGUAGE}$"),
    ] = None
    limit: Annotated[
        Whole, Field(ge=1, le=LONGEST_PAGE, description="The maximum number of templates on a page.")
    ] = LONGEST_PAGE


@blueprint.get("/templates")
def list_some() -> Response:
    """All templates in all their languages, page by page."""
    query = queries.read(TemplateQuery)
    name, _, language = (query.cursor or "").partition(":")
    found, more = services().templates.page((name, language) if query.cursor else None, query.limit)
    page: TemplatePage = {
        "templates": [_view(template) for template in found],
        "next_cursor": f"{found[-1].name}:{found[-1].language}" if more and found else None,
    }
    return bodies.answer(page)


@blueprint.get("/templates/<name>/<language>")
def show(name: str, language: str) -> Response:
    """A template in one language."""
    return bodies.answer(_view(services().templates.get(name, language)))


@blueprint.put("/templates/<name>/<language>")
def put(name: str, language: str) -> Response:
    """Adds a template in one language, or replaces its text. Messages that were accepted keep their text.
    Doing it again changes nothing.
    """
    wanted = bodies.read(TemplateRequest)
    template, outcome = services().templates.put(name, language, wanted.text, caller().author)
    view: PutTemplateView = {**_view(template), "outcome": cast(Outcome, outcome.value)}
    return bodies.answer(view)


@blueprint.delete("/templates/<name>/<language>")
def remove(name: str, language: str) -> Response:
    """Removes a template in one language. Messages that were accepted keep their text. Doing it again changes
    nothing.
    """
    removed = services().templates.remove(name, language, caller().author)
    view: RemovedTemplateView = {"name": name, "language": language, "removed": removed}
    return bodies.answer(view)


@blueprint.post("/templates/<name>/<language>/preview")
def preview(name: str, language: str) -> Response:
    """The text that a message would have, checked like one. Nothing is sent or kept."""
    wanted = bodies.read(PreviewRequest)
    text = services().templates.preview(name, language, wanted.variables, as_caption=wanted.as_caption)
    view: PreviewView = {"text": text}
    return bodies.answer(view)


def _view(template: Template) -> TemplateView:
    return {
        "name": template.name,
        "language": template.language,
        "text": template.text,
        "variables": list(variables_of(template.text)),
        "updated_at": rfc3339(template.updated_ms),
        "updated_by": template.author,
        "links": {"self": f"/templates/{template.name}/{template.language}"},
    }
