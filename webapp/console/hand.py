"""An account's live page in an operator's hands: opened, seen, acted on, given back (docs/hand.md).

The viewer asks for one picture after the other, so nothing piles up for a slow one, and no thread is held for
longer than a picture takes. Pictures come from the worker by Redis' Pub/Sub (stores/hands.py).
"""

import hashlib
import hmac
import logging
from typing import Literal

from flask import Blueprint, Response, request

from webapp import bodies
from webapp.account_controls import NoFields
from webapp.bodies import RequestModel
from webapp.console.access import operator
from webapp.services import services
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.page_lending import PageLending

log = logging.getLogger(__name__)

blueprint = Blueprint("console_hand", __name__)

PICTURE_WITHIN_SECONDS = 2.0
"""Then the viewer gets what it waits for, and asks again."""
ACT_WITHIN_SECONDS = 6.0
"""More than the worker allows the page for one action."""
LONGEST_DIGEST = 64
VIEW_HEADER = "X-View"
"""Not in the path: proxies write paths into their logs."""


class ActRequest(RequestModel):
    """What the person does; ``domain/hand.py`` says which fields each kind has."""

    kind: Literal["click", "scroll", "type", "key", "stay"]
    x: float | int | None = None
    y: float | int | None = None
    down: float | int | None = None
    text: str | None = None
    key: str | None = None


@blueprint.post("/console/accounts/<account>/hand")
def open_page(account: str) -> Response:
    """Lends the page to the operator; sending is paused until they give it back."""
    bodies.read(NoFields, optional=True)
    view = _page(account).open(_me())
    log.warning("Revealed at the console", extra={"what": "page", "account": account, "key": _me()})
    return bodies.answer({"view": f"{view}.{_proof(view)}"}, 201)


@blueprint.get("/console/accounts/<account>/hand")
def see(account: str) -> Response:
    """The page as it is now: a JPEG; 204 if it is the one that was ``seen``; 202 and why there is none."""
    seen = request.args.get("seen", "")[:LONGEST_DIGEST]
    page, view = _page(account), _view()
    with services().viewer_waits.slot(account, PICTURE_WITHIN_SECONDS):
        now = page.see(view, seen, PICTURE_WITHIN_SECONDS)
    if isinstance(now, str):
        return bodies.answer({"waiting": now}, 202)
    headers = {
        "X-Picture": now.digest,
        "X-Idle-Left": str(now.idle_left_seconds),
        "X-Masked": str(int(now.masked)),
    }
    if now.jpeg is None:
        return Response(status=204, headers=headers)
    return Response(now.jpeg, content_type="image/jpeg", headers=headers)


@blueprint.post("/console/accounts/<account>/hand/act")
def act(account: str) -> Response:
    """Does one thing on the page. The worker logs it, without what was typed."""
    wanted = bodies.read(ActRequest)
    page, view = _page(account), _view()
    with services().viewer_waits.slot(account, ACT_WITHIN_SECONDS):
        page.act(view, wanted.model_dump(exclude_none=True), ACT_WITHIN_SECONDS)
    return bodies.answer({})


@blueprint.post("/console/accounts/<account>/hand/close")
def close(account: str) -> Response:
    """Gives the page back."""
    bodies.read(NoFields, optional=True)
    if _page(account).close(_view(), _me()):
        log.info("The page was given back at the console", extra={"account": account, "key": _me()})
    return bodies.answer({})


def _page(account: str) -> PageLending:
    return services().operations(account).page


def _view() -> str:
    """The view that is asked for. Raises RequestRefused (``view_over``) unless this session of the console
    has opened it: whoever learns of a view cannot act in it.
    """
    view, _, proof = request.headers.get(VIEW_HEADER, "").partition(".")
    if not hmac.compare_digest(proof.encode(), _proof(view).encode()):
        raise RequestRefused(
            "view_over", "This view was opened in another login. Open the page again.", http_status=410
        )
    return view


def _proof(view: str) -> str:
    """Can be made with the secret of the operator's session only."""
    return hmac.new(operator().session.csrf.encode(), view.encode(), hashlib.sha256).hexdigest()


def _me() -> str:
    return operator().key.author
