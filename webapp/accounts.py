"""``/accounts``: the state of each WhatsApp number."""

from collections.abc import Mapping
from typing import Any, Literal

from flask import Blueprint, Response
from typing_extensions import TypedDict

from webapp import bodies
from webapp.authors import shown_author
from webapp.services import services
from webapp.times import Moment, rfc3339, rfc3339_or_none
from whatsapp_tasks.domain.restrictions import LockScope, Permission, Restriction, RestrictionKind
from whatsapp_tasks.domain.states import SessionState, meaning_of
from whatsapp_tasks.operations import Operations, Pause
from whatsapp_tasks.stores.caps import CapUse
from whatsapp_tasks.stores.number_checks import LookupUse

blueprint = Blueprint("accounts", __name__)


class PauseView(TypedDict):
    """One reason for a pause, and its author: the label of an API key, or a part of this service."""

    reason: str
    author: str
    since: Moment
    note: str


class CapView(TypedDict):
    """Today's places, in the account's time zone. An accepted message takes one, until it is certain that it
    is not sent. A message to a phone never written to before also takes a place for new chats.
    """

    day: str
    cap: int
    used: int
    left: int
    new_chats_cap: int
    new_chats_left: int
    next_day_at: Moment


class LookupsView(TypedDict):
    """Look-ups of numbers today, in the account's time zone, and how many numbers wait for one (waiting)."""

    cap: int
    used: int
    left: int
    waiting: int
    next_day_at: Moment


class NewChatsView(TypedDict):
    """Whether WhatsApp lets the account start chats. ``lock`` is ``new_chats_locked`` or
    ``new_chats_used_up`` (the monthly limit), null if the page shows neither. ``scope``: account, web or
    linked_devices, null where the page does not say it; ``until`` likewise.
    """

    lock: Literal[RestrictionKind.NEW_CHATS_LOCKED, RestrictionKind.NEW_CHATS_USED_UP] | None
    scope: LockScope | None
    until: Moment | None
    seen_at: Moment | None


class QueueView(TypedDict):
    """Numbers of messages to be sent now (open), to be sent later (scheduled), and in doubt (unknown)."""

    open: int
    scheduled: int
    unknown: int


class WorkerView(TypedDict):
    """Whether a worker gives signs of life, and what it reports."""

    running: bool
    facts: dict[str, Any]


class AccountLinks(TypedDict):
    """Where to look next."""

    self: str
    qr: str


class AccountView(TypedDict):
    """One WhatsApp number. ``sends`` is ``all``, ``replies`` (WhatsApp locks new chats, so only to chats in
    which its page shows a compose box) or ``nothing``; ``may_send`` is false for ``nothing``.
    """

    account: str
    state: SessionState
    meaning: str
    reason: str
    since: Moment | None
    restricted_until: Moment | None
    new_chats: NewChatsView
    may_send: bool
    sends: Permission
    pauses: list[PauseView]
    cap: CapView | None
    queue: QueueView
    lookups: LookupsView
    worker: WorkerView
    links: AccountLinks


class AccountList(TypedDict):
    """All accounts."""

    accounts: list[AccountView]


@blueprint.get("/accounts")
def list_all() -> Response:
    """All accounts."""
    view: AccountList = {"accounts": [account_view(account) for account in services().all_accounts()]}
    return bodies.answer(view)


@blueprint.get("/accounts/<account>")
def show(account: str) -> Response:
    """One account: state, pauses, queue and worker."""
    return bodies.answer(account_view(services().operations(account)))


def account_view(operations: Operations) -> AccountView:
    """The account as shown by the API."""
    account, now = operations.account, operations.overview()
    session = now.session
    return {
        "account": account,
        "state": session.state,
        "meaning": meaning_of(session.state, session.reason),
        "reason": session.reason,
        "since": rfc3339_or_none(session.since_ms or None),
        "restricted_until": rfc3339_or_none(session.restriction.until_ms if session.restriction else None),
        "new_chats": _new_chats_view(session.restriction),
        "may_send": now.sends is not Permission.NOTHING,
        "sends": now.sends,
        "pauses": [pause_view(pause) for pause in now.pauses],
        "cap": _cap_view(now.cap),
        "queue": _queue_view(now.queue),
        "lookups": _lookups_view(now.lookups),
        "worker": {"running": now.worker is not None, "facts": dict(now.worker or {})},
        "links": {"self": account_path(account), "qr": f"{account_path(account)}/qr"},
    }


def pause_view(pause: Pause) -> PauseView:
    return {
        "reason": pause.reason,
        "author": shown_author(pause.author),
        "since": rfc3339(pause.since_ms),
        "note": pause.note,
    }


def account_path(account: str) -> str:
    return f"/accounts/{account}"


def _cap_view(use: CapUse | None) -> CapView | None:
    if use is None:
        return None
    return {
        "day": str(use.day),
        "cap": use.cap,
        "used": use.used,
        "left": use.left,
        "new_chats_cap": use.new_chats_cap,
        "new_chats_left": use.new_chats_left,
        "next_day_at": rfc3339(use.next_day_ms),
    }


def _lookups_view(use: LookupUse) -> LookupsView:
    return {
        "cap": use.cap,
        "used": use.used,
        "left": use.left,
        "waiting": use.waiting,
        "next_day_at": rfc3339(use.next_day_ms),
    }


def _new_chats_view(restriction: Restriction | None) -> NewChatsView:
    if restriction is None or restriction.kind is RestrictionKind.TEMPORARY_BAN:
        return {"lock": None, "scope": None, "until": None, "seen_at": None}
    return {
        "lock": restriction.kind,
        "scope": restriction.scope,
        "until": rfc3339_or_none(restriction.until_ms),
        "seen_at": rfc3339(restriction.seen_ms),
    }


def _queue_view(counts: Mapping[str, int]) -> QueueView:
    return {"open": counts["open"], "scheduled": counts["scheduled"], "unknown": counts["unknown"]}
