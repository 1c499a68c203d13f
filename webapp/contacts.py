"""``/contacts``: which numbers are on WhatsApp (docs/contacts.md)."""

from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies
from webapp.bodies import RequestModel
from webapp.sends import Links
from webapp.services import services
from webapp.times import Moment, rfc3339, rfc3339_or_none
from whatsapp_tasks.contacts import Progress
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.number_checks import CheckStatus, HeldBy, NumberResult
from whatsapp_tasks.stores.number_checks import CheckedNumber

blueprint = Blueprint("contacts", __name__)

MOST_NUMBERS = 1000


class CheckRequest(RequestModel):
    """The numbers to check, in any usual form, and the account that looks up those that are not known."""

    phones: Annotated[list[str], Field(min_length=1, max_length=MOST_NUMBERS)]
    account: str = DEFAULT_ACCOUNT


class CheckedNumberView(TypedDict):
    """One number, as E.164. ``result`` and ``checked_at`` are null until there is an answer, which may be
    older than the check; ``reason`` says why the number is ``unknown``.
    """

    phone: str
    result: NumberResult | None
    reason: str | None
    checked_at: Moment | None


class CheckView(TypedDict):
    """A check; ``numbers`` are in the order of the request, and ``left`` of them have no answer. ``held_by``
    says what look-ups wait for: ``account`` (it is paused, has no worker, or is restricted), ``messages``
    (they come first) or ``cap`` (WHATSAPP_NUMBER_LOOKUPS_PER_DAY); null if nothing holds them up.
    """

    id: str
    account: str
    status: CheckStatus
    held_by: HeldBy | None
    created_at: Moment
    finished_at: Moment | None
    total: int
    left: int
    registered: int
    not_registered: int
    unknown: int
    numbers: list[CheckedNumberView]
    links: Links


@blueprint.post("/contacts/check")
def check() -> Response:
    """Accepts a check: what is known is answered at once, the rest is looked up later. Nothing is sent."""
    wanted = bodies.read(CheckRequest)
    view = _view(services().contacts.check(wanted.account, wanted.phones))
    return bodies.answer(view, 202, {"Location": view["links"]["self"]})


@blueprint.get("/contacts/checks/<check_id>")
def show(check_id: str) -> Response:
    """The answers of a check by now."""
    return bodies.answer(_view(services().contacts.progress(check_id)))


@blueprint.delete("/contacts/checks/<check_id>")
def cancel(check_id: str) -> Response:
    """Ends a check: no further number of it is looked up. Its answers stay."""
    return bodies.answer(_view(services().contacts.cancel(check_id)))


def _view(progress: Progress) -> CheckView:
    check = progress.check
    return {
        "id": check.id,
        "account": check.account,
        "status": check.status,
        "held_by": progress.held_by,
        "created_at": rfc3339(check.created_ms),
        "finished_at": rfc3339_or_none(check.finished_ms),
        "total": len(check.numbers),
        "left": check.count(None),
        "registered": check.count(NumberResult.REGISTERED),
        "not_registered": check.count(NumberResult.NOT_REGISTERED),
        "unknown": check.count(NumberResult.UNKNOWN),
        "numbers": [_number_view(number) for number in check.numbers],
        "links": {"self": f"/contacts/checks/{check.id}"},
    }


def _number_view(number: CheckedNumber) -> CheckedNumberView:
    answer = number.answer
    return {
        "phone": number.phone,
        "result": answer.result if answer else None,
        "reason": (answer.reason or None) if answer else None,
        "checked_at": rfc3339(answer.at_ms) if answer else None,
    }
