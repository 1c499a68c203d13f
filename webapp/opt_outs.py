"""``/opt-outs``: phones that do not want messages, and chats of people without one."""

from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict
from werkzeug.routing import BaseConverter

from webapp import bodies, queries
from webapp.queries import QueryModel, Whole
from webapp.services import services
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.domain.recipients import is_chat_id
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.opt_outs import OptOuts

blueprint = Blueprint("opt_outs", __name__)

LONGEST_PAGE = 1000
USUAL_PAGE = 500


class PhonePart(BaseConverter):
    """The rest of a path, with any characters, so that a wrong phone is ``phone_invalid``, not an unknown
    path.
    """

    regex = r"[\s\S]+"
    part_isolating = False


class OptOutView(TypedDict):
    """Whether the phone is on the list, in any of its forms; the list holds E.164. ``phone`` is the id of a
    chat where that was asked for. ``source`` is "answer" if the recipient answered a message with one of
    WHATSAPP_OPT_OUT_WORDS, else null.
    """

    phone: str
    opted_out: bool
    source: str | None


class OptOutPage(TypedDict):
    """Phones on the list, and ids of chats without one, unordered; one may be returned twice.
    ``next_cursor`` is null on the last page.
    """

    phones: list[str]
    next_cursor: str | None


class OptOutQuery(QueryModel):
    """The requested part of the list."""

    cursor: Annotated[
        str | None,
        Field(description="The next_cursor of the previous page.", pattern="^[0-9]{1,18}$"),
    ] = None
    limit: Annotated[
        Whole, Field(ge=1, le=LONGEST_PAGE, description="The approximate number of phones on a page.")
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
    """Adds a phone to the list; queued messages to it fail before they are typed."""
    e164 = _phone(phone)
    _store().add(e164)
    return _answer(e164, True, _store().source(e164))


@blueprint.delete("/opt-outs/<phone:phone>")
def remove(phone: str) -> Response:
    """Removes a phone from the list. Do this only with the recipient's consent."""
    e164 = _phone(phone)
    _store().remove(e164)
    return _answer(e164, False)


def _phone(part: str) -> str:
    """The phone in the path, as E.164, or the id of a chat. A slash, escaped or not, is refused, because it
    separates parts of a path.
    """
    if "/" in part:
        problem = "must be written without a slash in a path"
        raise RequestRefused(
            "phone_invalid",
            f"The phone number {problem}.",
            errors=[{"field": "phone", "message": problem}],
        )
    return part if is_chat_id(part) else parse_phone(part)


def _store() -> OptOuts:
    return OptOuts(services().database)


def _answer(phone: str, opted_out: bool, source: str | None = None) -> Response:
    view: OptOutView = {"phone": phone, "opted_out": opted_out, "source": source}
    return bodies.answer(view)
