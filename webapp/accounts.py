"""``/accounts``: how each WhatsApp number is."""

from typing import Any

from flask import Blueprint, Response
from typing_extensions import TypedDict

from webapp import bodies
from webapp.authors import shown_author
from webapp.services import Services, services
from webapp.times import Moment, rfc3339, rfc3339_or_none
from whatsapp_tasks.dispatch import account_unknown
from whatsapp_tasks.domain.restrictions import Permission, permission
from whatsapp_tasks.domain.states import MEANINGS, SessionState
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.sessions import SessionRecord, Sessions

blueprint = Blueprint("accounts", __name__)


class PauseView(TypedDict):
    """One reason for a pause, and who set it: the label of an API key, or a part of this service."""

    reason: str
    author: str
    since: Moment
    note: str


class CapView(TypedDict):
    """Today's places, by the account's time zone. A message that is accepted takes one, until it is certain
    that it is not sent; one to a phone never written to before takes a place for new chats too.
    """

    day: str
    cap: int
    used: int
    left: int
    new_chats_cap: int
    new_chats_left: int
    next_day_at: Moment


class QueueView(TypedDict):
    """Messages that are to be sent now (open), later (scheduled), and that are in doubt (unknown)."""

    open: int
    scheduled: int
    unknown: int


class WorkerView(TypedDict):
    """Whether a worker gives signs of life, and what it says of itself."""

    running: bool
    facts: dict[str, Any]


class AccountLinks(TypedDict):
    """Where to look next."""

    self: str
    qr: str


class AccountView(TypedDict):
    """One WhatsApp number. ``sends`` is ``all``, ``replies`` (only to chats that were written to before) or
    ``nothing``; ``may_send`` is false for ``nothing``.
    """

    account: str
    state: SessionState
    meaning: str
    reason: str
    since: Moment | None
    restricted_until: Moment | None
    may_send: bool
    sends: Permission
    pauses: list[PauseView]
    cap: CapView | None
    queue: QueueView
    worker: WorkerView
    links: AccountLinks


class AccountList(TypedDict):
    """All accounts."""

    accounts: list[AccountView]


@blueprint.get("/accounts")
def list_all() -> Response:
    """All accounts."""
    parts = services()
    names = Accounts(parts.database).names()
    view: AccountList = {"accounts": [account_view(parts, name) for name in names]}
    return bodies.answer(view)


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


def account_view(parts: Services, account: str) -> AccountView:
    """What is told of an account."""
    sessions = Sessions(parts.database, account)
    session = sessions.get()
    pauses = pauses_view(parts, account)
    worker = sessions.heartbeat()
    sends = permission_of(parts, session, paused=bool(pauses), worker_runs=worker is not None)
    return {
        "account": account,
        "state": session.state,
        "meaning": MEANINGS[session.state],
        "reason": session.reason,
        "since": rfc3339_or_none(session.since_ms or None),
        "restricted_until": rfc3339_or_none(session.restriction.until_ms if session.restriction else None),
        "may_send": sends is not Permission.NOTHING,
        "sends": sends,
        "pauses": pauses,
        "cap": _cap_view(parts, account),
        "queue": _queue_view(parts.dispatcher.ledger(account).counts()),
        "worker": {"running": worker is not None, "facts": worker or {}},
        "links": {"self": account_path(account), "qr": f"{account_path(account)}/qr"},
    }


def permission_of(parts: Services, session: SessionRecord, *, paused: bool, worker_runs: bool) -> Permission:
    """What the account sends now."""
    return permission(
        session.state,
        session.restriction,
        paused=paused,
        worker_runs=worker_runs,
        replies_when_restricted=parts.settings.restricted_replies,
    )


def pauses_view(parts: Services, account: str) -> list[PauseView]:
    """All reasons for which the account is paused now, oldest first."""
    facts = Pauses(parts.database, account).all()
    return [
        {
            "reason": reason,
            "author": shown_author(fact["author"]),
            "since": rfc3339(fact["since_ms"]),
            "note": fact["note"],
        }
        for reason, fact in sorted(facts.items(), key=lambda item: (item[1]["since_ms"], item[0]))
    ]


def account_path(account: str) -> str:
    return f"/accounts/{account}"


def _cap_view(parts: Services, account: str) -> CapView | None:
    caps = parts.dispatcher.caps(account)
    if caps is None:
        return None
    use = caps.use(parts.now_ms())
    return {
        "day": str(use.day),
        "cap": use.cap,
        "used": use.used,
        "left": use.left,
        "new_chats_cap": use.new_chats_cap,
        "new_chats_left": use.new_chats_left,
        "next_day_at": rfc3339(use.next_day_ms),
    }


def _queue_view(counts: dict[str, int]) -> QueueView:
    return {"open": counts["open"], "scheduled": counts["scheduled"], "unknown": counts["unknown"]}
