"""``/healthz`` and ``/readyz``: for supervisors and load balancers, without a key."""

from flask import Blueprint, Response

from webapp import bodies
from webapp.services import services
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.sessions import Sessions

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """This process answers."""
    return bodies.answer({"status": "ok"})


@blueprint.get("/readyz")
def ready() -> Response:
    """Redis answers; and for each account, whether a worker gives signs of life.

    Only Redis decides: messages are taken in while a worker is away, and wait for it.
    """
    database = services().database
    accounts = {
        name: {"worker": Sessions(database, name).heartbeat() is not None}
        for name in Accounts(database).names()
    }
    return bodies.answer({"status": "ready", "redis": True, "accounts": accounts})
