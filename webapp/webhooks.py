"""``/webhooks``: the state of the receivers, their dead letters, and an operator's commands to them.

Endpoints can be set only on the command line and in files: no request may make us call an address.
"""

from typing import Annotated, Any

from flask import Blueprint, Response
from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from webapp import bodies, queries
from webapp.account_controls import NoFields
from webapp.bodies import RequestModel
from webapp.queries import QueryModel, Whole
from webapp.services import services
from webapp.times import Moment, rfc3339, rfc3339_or_none
from whatsapp_tasks.domain.webhooks import Endpoint
from whatsapp_tasks.stores.webhook_deliveries import DeadLetter, Deliveries
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints

blueprint = Blueprint("webhooks", __name__)

LONGEST_PAGE = 200
USUAL_PAGE = 50


class WebhookView(TypedDict):
    """One receiver. ``waiting`` counts messages with events that it has not got yet."""

    name: str
    url: str
    events: list[str]
    accounts: list[str]
    disabled: bool
    disabled_since: Moment | None
    disabled_reason: str
    failures_in_row: int
    last_success: Moment | None
    last_failure: Moment | None
    last_problem: str
    waiting: int
    dead: int


class WebhookList(TypedDict):
    """All receivers."""

    webhooks: list[WebhookView]


class DeadLetterView(TypedDict):
    """An event that was given up, and the receiver's last answer."""

    id: str
    type: str
    attempts: int
    last_answer: str
    given_up: Moment
    event: dict[str, Any]


class DeadLetterPage(TypedDict):
    """Dead letters, the latest first."""

    webhook: str
    total: int
    dead_letters: list[DeadLetterView]


class RedriveView(TypedDict):
    """The number of dead letters that are queued again."""

    webhook: str
    redriven: int


class RedriveRequest(RequestModel):
    """The dead letters to try again; all of them if none is named."""

    ids: Annotated[
        list[str],
        Field(max_length=1000, default_factory=list, description="Ids of dead letters; none means all."),
    ]


class DeadQuery(QueryModel):
    """The requested part of the list."""

    limit: Annotated[
        Whole,
        Field(ge=1, le=LONGEST_PAGE, description="The maximum number of dead letters on a page."),
        WithJsonSchema({"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": USUAL_PAGE}),
    ] = USUAL_PAGE
    offset: Annotated[
        Whole,
        Field(description="The number of latest dead letters to skip."),
        WithJsonSchema({"type": "integer", "minimum": 0, "default": 0}),
    ] = 0


@blueprint.get("/webhooks")
def list_all() -> Response:
    """The receivers and their state, without secrets."""
    view: WebhookList = {"webhooks": [_view(e) for e in WebhookEndpoints(services().database).all()]}
    return bodies.answer(view)


@blueprint.get("/webhooks/<webhook>/dead")
def dead(webhook: str) -> Response:
    """Events that were given up after a day of attempts."""
    wanted = queries.read(DeadQuery)
    deliveries = _deliveries(webhook)
    view: DeadLetterPage = {
        "webhook": webhook,
        "total": deliveries.counts()["dead"],
        "dead_letters": [_letter(letter) for letter in deliveries.dead(wanted.limit, wanted.offset)],
    }
    return bodies.answer(view)


@blueprint.post("/webhooks/<webhook>/redrive")
def redrive(webhook: str) -> Response:
    """Queues dead letters again, each for a whole day of attempts."""
    wanted = bodies.read(RedriveRequest, optional=True)
    deliveries, now_ms = _deliveries(webhook), services().now_ms()
    if wanted.ids:
        count = sum(deliveries.redrive(event_id, now_ms) for event_id in wanted.ids)
    else:
        count = deliveries.redrive_all(now_ms)
    view: RedriveView = {"webhook": webhook, "redriven": count}
    return bodies.answer(view)


@blueprint.post("/webhooks/<webhook>/enable")
def enable(webhook: str) -> Response:
    """Enables a receiver that was disabled by its answer 410, or by hand."""
    bodies.read(NoFields, optional=True)
    store = WebhookEndpoints(services().database)
    store.enable(webhook)
    return bodies.answer(_view(store.get(webhook)))


def _deliveries(name: str) -> Deliveries:
    database = services().database
    return Deliveries(database, WebhookEndpoints(database).get(name).name)


def _view(endpoint: Endpoint) -> WebhookView:
    database = services().database
    state = WebhookEndpoints(database).state(endpoint.name)
    counts = Deliveries(database, endpoint.name).counts()
    return {
        "name": endpoint.name,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "accounts": list(endpoint.accounts),
        "disabled": state.disabled_ms is not None,
        "disabled_since": rfc3339_or_none(state.disabled_ms),
        "disabled_reason": state.disabled_reason,
        "failures_in_row": state.streak,
        "last_success": rfc3339_or_none(state.last_success_ms),
        "last_failure": rfc3339_or_none(state.last_failure_ms),
        "last_problem": state.last_failure,
        "waiting": counts["waiting"] + counts["running"],
        "dead": counts["dead"],
    }


def _letter(letter: DeadLetter) -> DeadLetterView:
    return {
        "id": letter.id,
        "type": letter.type,
        "attempts": letter.attempts,
        "last_answer": letter.code,
        "given_up": rfc3339(letter.dead_ms),
        "event": letter.envelope,
    }
