"""``/opt-outs``: who does not want to be written to."""

from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies, queries
from webapp.queries import QueryModel, Whole
from webapp.services import services
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.stores.opt_outs import OptOuts

blueprint = Blueprint("opt_outs", __name__)

LONGEST_PAGE = 1000
USUAL_PAGE = 500


class OptOutView(TypedDict):
    """Whether the phone is on the list. It stands there in E.164, however it was written. ``source`` is
    "answer" when the recipient answered a message with one of WHATSAPP_OPT_OUT_WORDS, else null.
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


@blueprint.get("/opt-outs/<phone>")
def show(phone: str) -> Response:
    """Whether a phone is on the list."""
    e164 = parse_phone(phone)
    return _answer(e164, _store().contains(e164), _store().source(e164))


@blueprint.put("/opt-outs/<phone>")
def add(phone: str) -> Response:
    """Puts a phone on the list; messages to it that are queued fail before they are typed."""
    e164 = parse_phone(phone)
    _store().add(e164)
    return _answer(e164, True, _store().source(e164))


@blueprint.delete("/opt-outs/<phone>")
def remove(phone: str) -> Response:
    """Takes a phone off the list: only with the recipient's consent."""
    e164 = parse_phone(phone)
    _store().remove(e164)
    return _answer(e164, False)


def _store() -> OptOuts:
    return OptOuts(services().database)


def _answer(phone: str, opted_out: bool, source: str | None = None) -> Response:
    view: OptOutView = {"phone": phone, "opted_out": opted_out, "source": source}
    return bodies.answer(view)
