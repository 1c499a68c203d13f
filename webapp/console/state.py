"""``/console/state``: everything that the page shows, in one answer, requested when ``/console/events`` says
that something has changed, and from time to time.

Nothing in the answer changes just because time passes, so most requests to a quiet service are answered with
304 and no body.

Numbers are masked and texts left out here, on the server: data that the page does not show never reaches the
browser.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, current_app, request

from webapp.authors import shown_author
from webapp.console.day_counts import DayCounts
from webapp.services import Services, services
from whatsapp_tasks.domain.phones import mask_phone
from whatsapp_tasks.domain.states import meaning_of
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.stores.caps import CapUse
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.evidence import EvidenceIndex
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.stores.webhook_deliveries import Deliveries
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints

blueprint = Blueprint("console_state", __name__)

MESSAGES_SHOWN = 30
SHOWN_SMALL = frozenset(f"image/{kind}" for kind in ("jpeg", "png", "webp", "gif", "bmp", "tiff"))
"""Types of which there is a thumbnail."""
IN_DOUBT_SHOWN = 50
DEAD_SHOWN = 5
BEAT_STEP_MS = 5000
"""A sign of life comes every two seconds; its age is rounded, or every answer would be different."""

_DAYS = "whatsapp-tasks-console-days"


@blueprint.get("/console/state")
def show() -> Response:
    """Accounts, messages, webhooks; 304 if the caller has this state already."""
    parts = services()
    accounts = parts.all_accounts()
    view = {
        "accounts": [account_state(parts, account) for account in accounts],
        "in_doubt": [
            message_state(message)
            for each in accounts
            for message in parts.dispatcher.ledger(each.account).in_doubt(IN_DOUBT_SHOWN)
        ],
        "messages": [message_state(m) for m in parts.dispatcher.page(limit=MESSAGES_SHOWN)[0]],
        "webhooks": _webhooks(parts),
    }
    body = json.dumps(view, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return Response(status=304, headers={"ETag": tag})
    return Response(body, content_type="application/json", headers={"ETag": tag})


def account_state(parts: Services, operations: Operations) -> dict[str, Any]:
    """One account's card."""
    account, now = operations.account, operations.overview()
    session, restriction = now.session, now.session.restriction
    qr = Sessions(parts.database, account).qr()
    return {
        "account": account,
        "state": session.state,
        "meaning": meaning_of(session.state, session.reason),
        "reason": session.reason,
        "since_ms": session.since_ms or None,
        "sends": now.sends,
        "restriction": restriction
        and {"kind": restriction.kind, "scope": restriction.scope, "until_ms": restriction.until_ms},
        "pauses": [{**asdict(pause), "author": shown_author(pause.author)} for pause in now.pauses],
        "cap": _cap(now.cap),
        "queue": now.queue,
        "lookups": {"cap": now.lookups.cap, "used": now.lookups.used, "waiting": now.lookups.waiting},
        "qr": hashlib.sha256(qr.encode()).hexdigest()[:16] if qr else None,
        "worker": now.worker and _worker(parts, now.worker),
        "cures": operations.cures(),
        "day": _day(parts, account, parts.now_ms()),
        "failure": _failure(parts, account),
    }


def message_state(message: Message) -> dict[str, Any]:
    """A row of the list, without phone or text in clear."""
    explained = message.error_explains_status
    return {
        "id": message.id,
        "account": message.account,
        "phone": mask_phone(message.phone) if message.phone else None,
        "chat": message.chat_id,
        "file": _file(message),
        "status": message.status,
        "priority": message.priority,
        "attempts": message.attempts,
        "created_ms": message.created_ms,
        "updated_ms": message.updated_ms,
        "send_at_ms": message.send_at_ms,
        "expires_at_ms": message.expires_at_ms,
        "source": message.source.partition(":")[0],
        "error": {"code": message.error_code, "message": message.error_message or ""} if explained else None,
        "evidence": message.evidence_id if explained else None,
        "resolution": message.resolved_by
        and {"by": shown_author(message.resolved_by), "note": message.resolution_note or ""},
        "timeline": [
            {"status": entry.status, "at_ms": entry.at_ms, "code": entry.code} for entry in message.timeline
        ],
    }


def _file(message: Message) -> dict[str, Any] | None:
    """Without its name, which is private like a text."""
    file, wanted = message.file, message.file_wanted
    if file is not None:
        return {"kind": file.kind, "size": file.size, "is_picture": file.media_type in SHOWN_SMALL}
    return {"kind": wanted.kind or "", "size": None, "is_picture": False} if wanted else None


def _cap(use: CapUse | None) -> dict[str, Any] | None:
    if use is None:
        return None
    return {
        "cap": use.cap,
        "used": use.used,
        "new_chats_cap": use.new_chats_cap,
        "new_chats_used": use.new_chats_used,
        "next_day_ms": use.next_day_ms,
    }


def _worker(parts: Services, facts: Mapping[str, Any]) -> dict[str, Any]:
    settings, memory = parts.settings, facts.get("memory") or {}
    at_ms = int(facts.get("at_ms", 0))
    return {
        "who": str(facts.get("worker", "")),
        "beat_ms": at_ms - at_ms % BEAT_STEP_MS,
        "busy_with": facts.get("busy_with"),
        "browser_running": bool(facts.get("browser_running")),
        "memory_mb": memory.get(f"{settings.memory_measure}_mb"),
        "memory_limit_mb": settings.memory_limit_mb,
    }


def _day(parts: Services, account: str, now_ms: int) -> dict[str, Any]:
    days: dict[str, DayCounts] = current_app.extensions.setdefault(_DAYS, {})
    day = days.setdefault(account, DayCounts()).read(EventLog(parts.database, account), now_ms)
    return {"start_ms": day.start_ms, "step_ms": day.step_ms, "sent": day.sent, "failed": day.failed}


def _failure(parts: Services, account: str) -> dict[str, Any] | None:
    latest = EvidenceIndex(parts.database, account).latest()
    if latest is None:
        return None
    return {
        "id": latest.id,
        "at_ms": latest.at_ms,
        "code": latest.code,
        "detail": latest.detail,
        "state": latest.state,
        "message_id": latest.message_id,
        "picture": latest.picture,
    }


def _webhooks(parts: Services) -> list[dict[str, Any]]:
    store = WebhookEndpoints(parts.database)
    found = []
    for endpoint in store.all():
        state, deliveries = store.state(endpoint.name), Deliveries(parts.database, endpoint.name)
        counts = deliveries.counts()
        found.append(
            {
                "name": endpoint.name,
                "url": endpoint.url,
                "disabled_ms": state.disabled_ms,
                "disabled_reason": state.disabled_reason,
                "failures_in_row": state.streak,
                "last_success_ms": state.last_success_ms,
                "last_failure_ms": state.last_failure_ms,
                "last_failure": state.last_failure,
                "waiting": counts["waiting"] + counts["running"],
                "dead": counts["dead"],
                "letters": [
                    {
                        "id": letter.id,
                        "type": letter.type,
                        "attempts": letter.attempts,
                        "last_answer": letter.code,
                        "dead_ms": letter.dead_ms,
                    }
                    for letter in (deliveries.dead(DEAD_SHOWN) if counts["dead"] else ())
                ],
            }
        )
    return found
