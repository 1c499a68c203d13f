"""What an operator does to an account: pause, resume, and what its worker is asked to do."""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies
from webapp.accounts import PauseView, account_path, pauses_view, require_account
from webapp.bodies import RequestModel
from webapp.guards import caller
from webapp.sends import PHONE_PATTERN, Links
from webapp.services import services
from whatsapp_tasks.dispatch import worker_not_running
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.queues import LOGOUT_TASK, PAIRING_CODE_TASK, RESTART_TASK, SCREENSHOT_TASK
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.requests import WorkerRequests
from whatsapp_tasks.stores.sessions import Sessions

blueprint = Blueprint("account_controls", __name__)

ORDER_VALID_SECONDS = 60.0
"""An order that the worker has not read by then is void: it was meant for the state of a minute ago."""

LONGEST_NOTE = 500


class PauseRequest(RequestModel):
    """Why, for those who find the account paused."""

    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""


class NoFields(RequestModel):
    """Nothing needs to be said."""


class PairingCodeRequest(RequestModel):
    """The phone that is to be linked."""

    phone: Annotated[
        str,
        Field(
            description="International form with a leading +.", json_schema_extra={"pattern": PHONE_PATTERN}
        ),
    ]


class PausesView(TypedDict):
    """All reasons for which the account is paused now; it sends when none is left."""

    account: str
    paused: bool
    pauses: list[PauseView]


class OrderView(TypedDict):
    """The order is on the worker's control queue; GET the account to see what it led to."""

    id: str
    account: str
    order: str
    links: Links


class PairingCodeView(TypedDict):
    """To be entered on the phone: Linked devices, Link a device, Link with phone number instead."""

    account: str
    code: str


@blueprint.post("/accounts/<account>/pause")
def pause(account: str) -> Response:
    """Stops sending until ``resume``. The first pause's author, time and note stay."""
    parts = services()
    require_account(parts, account)
    wanted = bodies.read(PauseRequest, optional=True)
    Pauses(parts.database, account).set(PauseReason.OPERATOR, caller().author, parts.now_ms(), wanted.note)
    return _pauses(account)


@blueprint.post("/accounts/<account>/resume")
def resume(account: str) -> Response:
    """Takes back the operator's pause; other reasons stay and are told."""
    parts = services()
    require_account(parts, account)
    bodies.read(NoFields, optional=True)
    Pauses(parts.database, account).clear(PauseReason.OPERATOR, caller().author, parts.now_ms())
    return _pauses(account)


@blueprint.post("/accounts/<account>/restart")
def restart(account: str) -> Response:
    """Restarts the account's browser; the login stays."""
    return _order(account, RESTART_TASK, "restart")


@blueprint.post("/accounts/<account>/logout")
def logout(account: str) -> Response:
    """Ends the link with the phone; the account must be linked again before it sends."""
    return _order(account, LOGOUT_TASK, "logout")


@blueprint.post("/accounts/<account>/pairing-code")
def pairing_code(account: str) -> Response:
    """A code of eight characters, as another way than the QR code to link a phone."""
    require_account(services(), account)
    phone = parse_phone(bodies.read(PairingCodeRequest).phone)
    payload = ask_worker(account, PAIRING_CODE_TASK, {"phone": phone})
    view: PairingCodeView = {"account": account, "code": str(payload["code"])}
    return bodies.answer(view)


@blueprint.get("/accounts/<account>/screenshot")
def screenshot(account: str) -> Response:
    """A picture of the account's page as it is now. It may show chats."""
    require_account(services(), account)
    payload = ask_worker(account, SCREENSHOT_TASK, {})
    try:
        picture = base64.b64decode(str(payload["png"]), validate=True)
    except (KeyError, binascii.Error) as error:
        raise _failed({"message": "it answered without a picture"}) from error
    return Response(picture, content_type="image/png")


def _pauses(account: str) -> Response:
    pauses = pauses_view(services(), account)
    view: PausesView = {"account": account, "paused": bool(pauses), "pauses": pauses}
    return bodies.answer(view)


def _order(account: str, task: str, name: str) -> Response:
    parts = services()
    require_account(parts, account)
    bodies.read(NoFields, optional=True)
    _require_worker(account)
    order_id = WorkerRequests(parts.database, account).put(
        task, {}, now_seconds=parts.clock(), valid_seconds=ORDER_VALID_SECONDS
    )
    view: OrderView = {
        "id": order_id,
        "account": account,
        "order": name,
        "links": {"self": account_path(account)},
    }
    return bodies.answer(view, 202)


def ask_worker(account: str, task: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The worker's payload; raises RequestRefused when there is none, none in time, or a failure."""
    parts = services()
    _require_worker(account)
    requests = WorkerRequests(parts.database, account)
    within = parts.answer_within_seconds
    with parts.worker_waits.place(account, within):
        request_id = requests.ask(task, arguments, now_seconds=parts.clock(), valid_seconds=within)
        answer = requests.await_answer(request_id, within)
    if answer is None:
        raise RequestRefused(
            "worker_no_answer",
            f"The worker of '{account}' did not answer within {within:.0f} s. It may be typing a long "
            "message, or its browser hangs; try again, or restart the browser.",
            http_status=504,
            retry_after_seconds=within,
        )
    if not answer.ok:
        raise _failed(answer.payload)
    return answer.payload


def _failed(payload: Mapping[str, Any]) -> RequestRefused:
    reason = str(payload.get("message") or "it did not say why")
    return RequestRefused("worker_failed", f"The worker could not do it: {reason}", http_status=409)


def _require_worker(account: str) -> None:
    if Sessions(services().database, account).heartbeat() is None:
        raise worker_not_running(account)
