"""An operator's commands to an account: pause, resume, and requests to its worker."""

from collections.abc import Callable
from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies
from webapp.accounts import PauseView, account_path, pause_view
from webapp.bodies import RequestModel
from webapp.guards import caller
from webapp.sends import PHONE_PATTERN, Links
from webapp.services import services
from whatsapp_tasks.domain.passkey_screen import PasskeyAction
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.operations import Operations

blueprint = Blueprint("account_controls", __name__)

LONGEST_NOTE = 500


class PauseRequest(RequestModel):
    """The reason, for people who find the account paused."""

    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""


class NoFields(RequestModel):
    """No fields are needed."""


class PairingCodeRequest(RequestModel):
    """The phone to link."""

    phone: Annotated[
        str,
        Field(
            description="International form with a leading +.", json_schema_extra={"pattern": PHONE_PATTERN}
        ),
    ]


class PasskeyRequest(RequestModel):
    """The button of WhatsApp's page that is to be pressed."""

    action: PasskeyAction


class PasskeyView(TypedDict):
    """The passkey ceremony. ``step`` is ``prompt``, ``pending``, ``waiting`` (for the phone), ``code``,
    ``error`` or ``other``; "" once it is over. ``code`` must be the same as on the phone.
    """

    account: str
    step: str
    code: str


class PausesView(TypedDict):
    """All reasons why the account is paused now; it sends when there are none."""

    account: str
    paused: bool
    pauses: list[PauseView]


class OrderView(TypedDict):
    """The command is on the worker's control queue; GET the account to see its effect."""

    id: str
    account: str
    order: str
    links: Links


class PairingCodeView(TypedDict):
    """Enter the code on the phone: Linked devices, Link a device, Link with phone number instead."""

    account: str
    code: str


@blueprint.post("/accounts/<account>/pause")
def pause(account: str) -> Response:
    """Stops sending until ``resume``. The first pause's author, time and note stay."""
    operations = services().operations(account)
    operations.pause(caller().author, bodies.read(PauseRequest, optional=True).note)
    return _pauses(operations)


@blueprint.post("/accounts/<account>/resume")
def resume(account: str) -> Response:
    """Ends the operator's pause; other reasons stay and are reported."""
    operations = services().operations(account)
    bodies.read(NoFields, optional=True)
    operations.resume(caller().author)
    return _pauses(operations)


@blueprint.post("/accounts/<account>/restart")
def restart(account: str) -> Response:
    """Restarts the account's browser; the login stays."""
    return _order(account, "restart", Operations.restart)


@blueprint.post("/accounts/<account>/logout")
def logout(account: str) -> Response:
    """Ends the link with the phone; the account must be linked again before it sends."""
    return _order(account, "logout", Operations.log_out)


@blueprint.post("/accounts/<account>/pairing-code")
def pairing_code(account: str) -> Response:
    """A code of eight characters that links a phone, instead of the QR code."""
    operations = services().operations(account)
    phone = parse_phone(bodies.read(PairingCodeRequest).phone)
    code = services().ask_worker(operations, lambda within: operations.pairing_code(phone, within))
    view: PairingCodeView = {"account": account, "code": code}
    return bodies.answer(view)


@blueprint.get("/accounts/<account>/passkey")
def passkey(account: str) -> Response:
    """Where the passkey ceremony is, and the code to compare with the phone's."""
    return _passkey(services().operations(account), "")


@blueprint.post("/accounts/<account>/passkey")
def answer_passkey(account: str) -> Response:
    """Presses a button of the passkey screen. Only a person who sees the phone's code may confirm it."""
    operations = services().operations(account)
    return _passkey(operations, bodies.read(PasskeyRequest).action)


@blueprint.get("/accounts/<account>/screenshot")
def screenshot(account: str) -> Response:
    """A picture of the account's page as it is now. It may show chats."""
    operations = services().operations(account)
    picture = services().ask_worker(operations, operations.screenshot)
    return Response(picture, content_type="image/png")


def _passkey(operations: Operations, action: str) -> Response:
    step, code = services().ask_worker(operations, lambda within: operations.passkey(within, action))
    view: PasskeyView = {"account": operations.account, "step": step, "code": code}
    return bodies.answer(view)


def _pauses(operations: Operations) -> Response:
    pauses = [pause_view(pause) for pause in operations.pauses()]
    view: PausesView = {"account": operations.account, "paused": bool(pauses), "pauses": pauses}
    return bodies.answer(view)


def _order(account: str, name: str, order: Callable[[Operations], str]) -> Response:
    operations = services().operations(account)
    bodies.read(NoFields, optional=True)
    view: OrderView = {
        "id": order(operations),
        "account": account,
        "order": name,
        "links": {"self": account_path(account)},
    }
    return bodies.answer(view, 202)
