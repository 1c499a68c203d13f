"""``/opt-outs``: who does not want to be written to."""

from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict
from werkzeug.routing import BaseConverter

from webapp import bodies, queries
from webapp.queries import QueryModel, Whole
from webapp.services import services
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.opt_outs import OptOuts

blueprint = Blueprint("opt_outs", __name__)

LONGEST_PAGE = 1000
USUAL_PAGE = 500


class PhonePart(BaseConverter):
    """The rest of a path, whatever is in it: one that is no phone is told so, and is no unknown path."""

    regex = r"[\s\S]+"
    part_isolating = False


class OptOutView(TypedDict):
    """Whether the phone is on the list, in any of the forms that a mobile has. It stands there in E.164,
    however it was written. ``source`` is "answer" when the recipient answered a message with one of
    WHATSAPP_OPT_OUT_WORDS, else null.
    """

    phone: str
    opted_out: bool
    source: str | None


class OptOutPage(TypedDict):
    """Phones on the list, in no order; one may be told twice. ``next_cursor`` is null behind the last one."""

    phones: list[str]
    next_cursor: str | None


class OptOutQuery(QueryModel):
    """Which part of the list."""

    cursor: Annotated[
        str | None,
        Field(description="The next_cursor of the page before.", pattern="^[0-9]{1,18}$"),
    ] = None
    limit: Annotated[
        Whole, Field(ge=1, le=LONGEST_PAGE, description="How many phones a page holds, about.")
    ] = USUAL_PAGE


@blueprint.get("/opt-outs")
def list_some() -> Response:
    """The list, page by page."""
    query = queries.read(OptOutQuery)
    phones, reached = _store().page(int(query.cursor or 0), query.limit)
    page: OptOutPage = {"phones": phones, "next_cursor": str(reached) if reached else None}
    return bodies.answer(page)


@blueprint.get("/opt-outs/<phone:phone>")
def show(phone: str) -> Response:
    """Whether a phone is on the list."""
    e164 = _phone(phone)
    return _answer(e164, _store().contains(e164), _store().source(e164))


@blueprint.put("/opt-outs/<phone:phone>")
def add(phone: str) -> Response:
    """Puts a phone on the list; messages to it that are queued fail before they are typed."""
    e164 = _phone(phone)
    _store().add(e164)
    return _answer(e164, True, _store().source(e164))


@blueprint.delete("/opt-outs/<phone:phone>")
def remove(phone: str) -> Response:
    """Takes a phone off the list: only with the recipient's consent."""
    e164 = _phone(phone)
    _store().remove(e164)
    return _answer(e164, False)


def _phone(part: str) -> str:
    """E.164 of what stands in the path; a slash is refused, escaped or not: it ends a part of a path."""
    if "/" in part:
        problem = "must be written without a slash in a path"
        raise RequestRefused(
            "phone_invalid",
            f"The phone number {problem}.",
            errors=[{"field": "phone", "message": problem}],
        )
    return parse_phone(part)


def _store() -> OptOuts:
    return OptOuts(services().database)


def _answer(phone: str, opted_out: bool, source: str | None = None) -> Response:
    view: OptOutView = {"phone": phone, "opted_out": opted_out, "source": source}
    return bodies.answer(view)
