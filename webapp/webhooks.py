"""``/webhooks``: how the receivers do, their dead letters, and what an operator does about them.

Endpoints are set by the operator's command line and files alone: no request may make us call an address.
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
    """One receiver. ``waiting`` counts messages with events that it was not told of yet."""

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
    """An event that was given up: what it was, and what the receiver last answered."""

    id: str
    type: str
    attempts: int
    last_answer: str
    given_up: Moment
    event: dict[str, Any]


class DeadLetterPage(TypedDict):
    """Dead letters, the one given up last first."""

    webhook: str
    total: int
    dead_letters: list[DeadLetterView]


class RedriveView(TypedDict):
    """How many dead letters are in line again."""

    webhook: str
    redriven: int


class RedriveRequest(RequestModel):
    """Which dead letters; all of them when none is named."""

    ids: Annotated[
        list[str],
        Field(max_length=1000, default_factory=list, description="Ids of dead letters; none means all."),
    ]


class DeadQuery(QueryModel):
    """Which part of the list."""

    limit: Annotated[
        Whole,
        Field(ge=1, le=LONGEST_PAGE, description="How many dead letters a page holds at most."),
        WithJsonSchema({"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": USUAL_PAGE}),
    ] = USUAL_PAGE
    offset: Annotated[
        Whole,
        Field(description="How many, of those given up last, to pass over."),
        WithJsonSchema({"type": "integer", "minimum": 0, "default": 0}),
    ] = 0


@blueprint.get("/webhooks")
def list_all() -> Response:
    """The receivers and how they do. Secrets are never told."""
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
    """Puts dead letters in line again, each with a whole day of attempts before it."""
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
    """Goes on after the receiver answered 410, or after it was disabled by hand."""
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
