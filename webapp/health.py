"""``/healthz`` and ``/readyz``: for supervisors and load balancers, without a key."""

from flask import Blueprint, Response
from typing_extensions import TypedDict

from webapp import bodies
from webapp.services import services
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.sessions import Sessions

blueprint = Blueprint("health", __name__)


class HealthView(TypedDict):
    """The process runs; nothing else is checked."""

    status: str


class AccountReadiness(TypedDict):
    """Whether the account's worker gives signs of life."""

    worker: bool


class ReadinessView(TypedDict):
    """Redis answers; and the state of each account's worker."""

    status: str
    redis: bool
    accounts: dict[str, AccountReadiness]


@blueprint.get("/healthz")
def alive() -> Response:
    """This process answers."""
    view: HealthView = {"status": "ok"}
    return bodies.answer(view)


@blueprint.get("/readyz")
def ready() -> Response:
    """Redis answers; and for each account, whether a worker gives signs of life.

    Only Redis decides: without a worker, messages are still accepted and wait for it.
    """
    database = services().database
    accounts: dict[str, AccountReadiness] = {
        name: {"worker": Sessions(database, name).heartbeat() is not None}
        for name in Accounts(database).names()
    }
    view: ReadinessView = {"status": "ready", "redis": True, "accounts": accounts}
    return bodies.answer(view)
