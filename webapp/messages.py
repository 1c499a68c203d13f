"""``/messages``: what became of them."""

from flask import Blueprint, Response

from webapp import bodies
from webapp.sends import message_path
from webapp.services import services
from webapp.times import rfc3339
from whatsapp_tasks.stores.ledger import Message, TimelineEntry

blueprint = Blueprint("messages", __name__)


@blueprint.get("/messages/<message_id>")
def show(message_id: str) -> Response:
    """One message with its timeline."""
    return bodies.answer(message_view(services().dispatcher.get(message_id)))


def message_view(message: Message) -> dict[str, object]:
    """A message as its sender sees it: in clear, it is theirs."""
    error = None
    if message.error_code:
        error = {"code": message.error_code, "message": message.error_message or ""}
    return {
        "id": message.id,
        "account": message.account,
        "phone": message.phone,
        "message": message.text,
        "status": message.status,
        "priority": message.priority,
        "created_at": rfc3339(message.created_ms),
        "updated_at": rfc3339(message.updated_ms),
        "send_at": rfc3339(message.send_at_ms),
        "expires_at": rfc3339(message.expires_at_ms),
        "attempts": message.attempts,
        "metadata": dict(message.metadata),
        "error": error,
        "timeline": [_entry_view(entry) for entry in message.timeline],
        "links": {"self": message_path(message.id)},
    }


def _entry_view(entry: TimelineEntry) -> dict[str, object]:
    view: dict[str, object] = {"status": entry.status, "at": rfc3339(entry.at_ms)}
    if entry.code:
        view["code"] = entry.code
    return view
