"""``/opt-outs/{phone}``: who does not want to be written to."""

from flask import Blueprint, Response
from typing_extensions import TypedDict

from webapp import bodies
from webapp.services import services
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.stores.opt_outs import OptOuts

blueprint = Blueprint("opt_outs", __name__)


class OptOutView(TypedDict):
    """Whether the phone is on the list. It stands there in E.164, however it was written."""

    phone: str
    opted_out: bool


@blueprint.get("/opt-outs/<phone>")
def show(phone: str) -> Response:
    """Whether a phone is on the list."""
    e164 = parse_phone(phone)
    return _answer(e164, _store().contains(e164))


@blueprint.put("/opt-outs/<phone>")
def add(phone: str) -> Response:
    """Puts a phone on the list; messages to it that are queued fail before they are typed."""
    e164 = parse_phone(phone)
    _store().add(e164)
    return _answer(e164, True)


@blueprint.delete("/opt-outs/<phone>")
def remove(phone: str) -> Response:
    """Takes a phone off the list: only with the recipient's consent."""
    e164 = parse_phone(phone)
    _store().remove(e164)
    return _answer(e164, False)


def _store() -> OptOuts:
    return OptOuts(services().database)


def _answer(phone: str, opted_out: bool) -> Response:
    view: OptOutView = {"phone": phone, "opted_out": opted_out}
    return bodies.answer(view)
