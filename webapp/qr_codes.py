"""``GET /accounts/{account}/qr``: the code that links a phone, as picture or text."""

import io
from collections.abc import Callable

import segno
from flask import Blueprint, Response, request
from typing_extensions import TypedDict

from webapp import bodies
from webapp.services import services
from whatsapp_tasks.errors import RequestRefused

blueprint = Blueprint("qr_codes", __name__)

_SCALE = 8


class QrView(TypedDict):
    """``qr`` is the text of the code."""

    account: str
    qr: str


@blueprint.get("/accounts/<account>/qr")
def show(account: str) -> Response:
    """The QR code that the account's page shows now; it changes about every 20 seconds."""
    operations = services().operations(account)
    accepted = request.accept_mimetypes
    form = accepted.best_match(_FORMS) if accepted else _FIRST
    if form is None:
        raise RequestRefused(
            "not_acceptable", "The QR code is available as " + ", ".join(_FORMS) + ".", http_status=406
        )
    text = operations.qr()
    response = _FORMS[form](account, text)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept"
    return response


def _png(_account: str, text: str) -> Response:
    picture = io.BytesIO()
    segno.make_qr(text).save(picture, kind="png", scale=_SCALE)
    return Response(picture.getvalue(), content_type="image/png")


def _svg(_account: str, text: str) -> Response:
    picture = io.BytesIO()
    segno.make_qr(text).save(picture, kind="svg", scale=_SCALE, light="#fff")
    return Response(picture.getvalue(), content_type="image/svg+xml")


def _json(account: str, text: str) -> Response:
    view: QrView = {"account": account, "qr": text}
    return bodies.answer(view)


_FORMS: dict[str, Callable[[str, str], Response]] = {
    "image/png": _png,
    "image/svg+xml": _svg,
    "application/json": _json,
}
_FIRST = "image/png"
