"""``/accounts``: how each WhatsApp number is."""

from typing import Any

from flask import Blueprint, Response

from webapp import bodies
from webapp.services import Services, services
from webapp.times import rfc3339
from whatsapp_tasks.dispatch import account_unknown
from whatsapp_tasks.domain.states import MAY_SEND, MEANINGS
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.sessions import Sessions

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/accounts")
def list_all() -> Response:
    """All accounts."""
    parts = services()
    names = Accounts(parts.database).names()
    return bodies.answer({"accounts": [account_view(parts, name) for name in names]})


@blueprint.get("/accounts/<account>")
def show(account: str) -> Response:
    """One account: state, pauses, queue and worker."""
    parts = services()
    require_account(parts, account)
    return bodies.answer(account_view(parts, account))


def require_account(parts: Services, account: str) -> None:
    """Raises RequestRefused (``account_unknown``) unless the account exists."""
    if not Accounts(parts.database).exists(account):
        raise account_unknown(account)


def account_view(parts: Services, account: str) -> dict[str, object]:
    """What is known of an account."""
    sessions = Sessions(parts.database, account)
    session = sessions.get()
    pauses = pauses_view(parts, account)
    worker = sessions.heartbeat()
    return {
        "account": account,
        "state": session.state,
        "meaning": MEANINGS[session.state],
        "reason": session.reason,
        "since": rfc3339(session.since_ms or None),
        "may_send": session.state in MAY_SEND and not pauses and worker is not None,
        "pauses": pauses,
        "queue": parts.dispatcher.ledger(account).counts(),
        "worker": {"running": worker is not None, "facts": worker or {}},
        "links": {
            "self": f"/accounts/{account}",
            "qr": f"/accounts/{account}/qr",
        },
    }


def pauses_view(parts: Services, account: str) -> list[dict[str, Any]]:
    """All reasons for which the account is paused now, oldest first."""
    facts = Pauses(parts.database, account).all()
    return [
        {
            "reason": reason,
            "author": fact["author"],
            "since": rfc3339(fact["since_ms"]),
            "note": fact["note"],
        }
        for reason, fact in sorted(facts.items(), key=lambda item: (item[1]["since_ms"], item[0]))
    ]
