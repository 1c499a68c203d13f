"""An operator's actions at the console. They use the same stores and use cases as the API."""

import io
import logging
from typing import Literal

import segno
from flask import Blueprint, Response

from webapp import bodies
from webapp.account_controls import NoFields, PasskeyRequest, PauseRequest
from webapp.bodies import RequestModel
from webapp.console.access import operator
from webapp.console.state import account_state, message_state
from webapp.resolutions import ResolveRequest
from webapp.services import services
from webapp.webhooks import RedriveRequest
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import FileGone, FileUnreadable, RequestRefused
from whatsapp_tasks.operations import Operations, PauseReason
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.webhook_deliveries import Deliveries
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints

log = logging.getLogger(__name__)

blueprint = Blueprint("console_actions", __name__)

_ORDERS = {"restart": Operations.restart, "logout": Operations.log_out}


class ResumeRequest(RequestModel):
    """The pause to end. For a ban there is a separate action, which needs a confirmation."""

    reason: Literal["operator", "operator_view", "memory", "circuit", "redis"] = "operator"


class OrderRequest(RequestModel):
    """A command to the worker."""

    order: Literal["restart", "logout"]


class PairingRequest(RequestModel):
    """The phone to link."""

    phone: str


class RevealRequest(RequestModel):
    """The field to show in clear."""

    what: Literal["phone", "text", "file"]


# accounts


@blueprint.post("/console/accounts/<account>/pause")
def pause(account: str) -> Response:
    """Stops sending."""
    operations = services().operations(account)
    operations.pause(_me(), bodies.read(PauseRequest, optional=True).note)
    return _account(operations, "paused")


@blueprint.post("/console/accounts/<account>/resume")
def resume(account: str) -> Response:
    """Ends one pause; other reasons stay."""
    operations = services().operations(account)
    reason = PauseReason(bodies.read(ResumeRequest, optional=True).reason)
    operations.resume(_me(), reason)
    return _account(operations, f"ended the pause '{reason}'")


@blueprint.post("/console/accounts/<account>/clear-ban")
def clear_ban(account: str) -> Response:
    """A person has seen on the phone that the account is not banned."""
    operations = services().operations(account)
    bodies.read(NoFields, optional=True)
    operations.clear_ban(_me())
    return _account(operations, "cleared a ban")


@blueprint.post("/console/accounts/<account>/order")
def order(account: str) -> Response:
    """Asks the worker to restart its browser or to unlink the phone."""
    operations = services().operations(account)
    wanted = bodies.read(OrderRequest).order
    _ORDERS[wanted](operations)
    return _account(operations, wanted)


@blueprint.post("/console/accounts/<account>/pairing-code")
def pairing_code(account: str) -> Response:
    """A code to type on the phone, for a phone that cannot scan."""
    operations = services().operations(account)
    phone = parse_phone(bodies.read(PairingRequest).phone)
    code = services().ask_worker(operations, lambda within: operations.pairing_code(phone, within))
    log.info("A pairing code was requested at the console", extra={"account": account, "key": _me()})
    return bodies.answer({"code": code})


@blueprint.get("/console/accounts/<account>/passkey")
def passkey(account: str) -> Response:
    """Where the passkey ceremony is, and the code to compare with the phone's."""
    return _passkey(services().operations(account), "")


@blueprint.post("/console/accounts/<account>/passkey")
def answer_passkey(account: str) -> Response:
    """Presses a button of the passkey screen."""
    operations = services().operations(account)
    action = bodies.read(PasskeyRequest).action
    log.info(
        "The passkey ceremony goes on by the console",
        extra={"account": operations.account, "key": _me(), "action": action},
    )
    return _passkey(operations, action)


@blueprint.get("/console/accounts/<account>/qr.svg")
def qr(account: str) -> Response:
    """The code that links a phone."""
    picture = io.BytesIO()
    code = segno.make_qr(services().operations(account).qr())
    code.save(picture, kind="svg", scale=6, light="#fff", xmldecl=False)
    return Response(picture.getvalue(), content_type="image/svg+xml")


@blueprint.get("/console/accounts/<account>/screenshot.png")
def screenshot(account: str) -> Response:
    """A picture of the page as it is now, unmasked."""
    operations = services().operations(account)
    picture = services().ask_worker(operations, operations.screenshot)
    log.info("The page was looked at from the console", extra={"account": account, "key": _me()})
    return Response(picture, content_type="image/png")


# messages


@blueprint.post("/console/messages/<message_id>/reveal")
def reveal(message_id: str) -> Response:
    """A phone number, a text or the name of a file in clear. The log records who requested which."""
    what = bodies.read(RevealRequest).what
    message = services().dispatcher.get(message_id)
    _log_reveal(what, message)
    values = {
        "phone": message.phone or "",
        "text": message.text,
        "file": message.file.name if message.file else "",
    }
    return bodies.answer({"value": values[what]})


@blueprint.get("/console/messages/<message_id>/thumbnail.jpg")
def thumbnail(message_id: str) -> Response:
    """A small copy of the picture that is sent. The log records who requested it."""
    message = services().dispatcher.get(message_id)
    try:
        if message.file is None:
            raise FileGone
        small = services().uploads.contents.thumbnail(message.file)
    except (FileGone, FileUnreadable) as error:
        raise RequestRefused("thumbnail_not_found", str(error), http_status=404) from error
    _log_reveal("thumbnail", message)
    return Response(small, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


@blueprint.post("/console/messages/<message_id>/resolve")
def resolve(message_id: str) -> Response:
    """Settles a message that is in doubt."""
    wanted = bodies.read(ResolveRequest)
    message = services().dispatcher.resolve(message_id, Status(wanted.status), author=_me(), note=wanted.note)
    log.info(
        "Settled at the console", extra={"message_id": message.id, "status": message.status, "key": _me()}
    )
    return bodies.answer(message_state(message))


@blueprint.post("/console/messages/<message_id>/cancel")
def cancel(message_id: str) -> Response:
    """Cancels a message that is still queued."""
    bodies.read(NoFields, optional=True)
    message = services().dispatcher.cancel(message_id)
    log.info("Cancelled at the console", extra={"message_id": message.id, "key": _me()})
    return bodies.answer(message_state(message))


# webhooks


@blueprint.post("/console/webhooks/<webhook>/redrive")
def redrive(webhook: str) -> Response:
    """Queues dead letters again: the given ones, or all."""
    wanted = bodies.read(RedriveRequest, optional=True)
    parts = services()
    deliveries = Deliveries(parts.database, WebhookEndpoints(parts.database).get(webhook).name)
    now_ms = parts.now_ms()
    if wanted.ids:
        count = sum(deliveries.redrive(event_id, now_ms) for event_id in wanted.ids)
    else:
        count = deliveries.redrive_all(now_ms)
    log.info("Redriven at the console", extra={"webhook": webhook, "letters": count, "key": _me()})
    return bodies.answer({"redriven": count})


@blueprint.post("/console/webhooks/<webhook>/enable")
def enable(webhook: str) -> Response:
    """Enables a receiver that was disabled."""
    bodies.read(NoFields, optional=True)
    WebhookEndpoints(services().database).enable(webhook)
    log.info("Enabled at the console", extra={"webhook": webhook, "key": _me()})
    return bodies.answer({})


def _log_reveal(what: str, message: Message) -> None:
    log.warning(
        "Revealed at the console",
        extra={"what": what, "message_id": message.id, "account": message.account, "key": _me()},
    )


def _passkey(operations: Operations, action: str) -> Response:
    step, code = services().ask_worker(operations, lambda within: operations.passkey(within, action))
    return bodies.answer({"step": step, "code": code})


def _me() -> str:
    """The author, in the same form as in the API."""
    return operator().key.author


def _account(operations: Operations, done: str) -> Response:
    fields = {"account": operations.account, "done": done, "key": _me()}
    log.info("Account controlled from the console", extra=fields)
    return bodies.answer(account_state(services(), operations))
