"""``/messages``: their status, and cancelling one."""

from typing import Annotated, Any, NotRequired

from flask import Blueprint, Response
from pydantic import BeforeValidator, Field
from typing_extensions import TypedDict

from webapp import bodies, queries
from webapp.authors import shown_author
from webapp.queries import QueryModel, Whole
from webapp.sends import Links, message_path
from webapp.services import services
from webapp.times import Moment, rfc3339, rfc3339_or_none
from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.replies import ReplyPolicy
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores.message_index import CURSOR
from whatsapp_tasks.stores.messages import Message, TimelineEntry

blueprint = Blueprint("messages", __name__)

LONGEST_PAGE = 200
USUAL_PAGE = 50


class ErrorView(TypedDict):
    """Why a message was not sent, or is in doubt; ``evidence`` is the id of a picture of the page, for
    admins.
    """

    code: str
    message: str
    evidence: NotRequired[str]


class TimelineEntryView(TypedDict):
    """One change of status."""

    status: Status
    at: Moment
    code: NotRequired[str]


class ResolutionView(TypedDict):
    """How a person settled a message that was in doubt; ``by`` is the label of the API key."""

    by: str
    note: str


class MessageFileView(TypedDict):
    """The file of a message. What is null is known once the file was fetched from its URL."""

    name: str | None
    kind: FileKind | None
    size: int | None
    media_type: str | None
    sha256: str | None
    url: NotRequired[str]


class MessageView(TypedDict):
    """A message for its sender: phone, text and file name are in clear. ``phone`` is null for a chat whose
    phone is not known, ``chat`` unless the caller named one. ``quoted`` says of a reply that was
    sent whether its bubble quotes the message replied to.
    """

    id: str
    account: str
    phone: str | None
    chat: str | None
    message: str
    file: MessageFileView | None
    status: Status
    priority: Priority
    created_at: Moment
    updated_at: Moment
    send_at: Moment | None
    expires_at: Moment | None
    attempts: int
    metadata: dict[str, Any]
    error: ErrorView | None
    resolution: ResolutionView | None
    timeline: list[TimelineEntryView]
    reply_to: str | None
    reply_policy: ReplyPolicy | None
    quoted: bool | None
    links: Links


class MessagePage(TypedDict):
    """Messages, newest first. ``next_cursor`` is null on the last page; a page may be short, or even empty,
    although more follow.
    """

    messages: list[MessageView]
    next_cursor: str | None


def _with_plus(value: Any) -> Any:
    """A ``+`` that was not encoded arrives as a space."""
    return "+" + value[1:] if isinstance(value, str) and value.startswith(" ") else value


class ListQuery(QueryModel):
    """Filters; a message must match all given ones."""

    status: Annotated[Status | None, Field(description="Only messages with this status.")] = None
    phone: Annotated[
        str | None,
        BeforeValidator(_with_plus),
        Field(description="Only messages to this number, in any of its forms."),
    ] = None
    account: Annotated[str | None, Field(description="Only messages of this account.")] = None
    cursor: Annotated[
        str | None,
        Field(
            description="The next_cursor of the previous page.",
            pattern=f"^{CURSOR}$",
        ),
    ] = None
    limit: Annotated[
        Whole,
        Field(ge=1, le=LONGEST_PAGE, description="The maximum number of messages on a page."),
    ] = USUAL_PAGE


@blueprint.get("/messages")
def list_some() -> Response:
    """Messages, newest first, filtered, page by page."""
    query = queries.read(ListQuery)
    messages, cursor = services().dispatcher.page(
        account=check_account_name(query.account) if query.account is not None else None,
        status=query.status,
        phone=parse_phone(query.phone) if query.phone is not None else None,
        cursor=query.cursor,
        limit=query.limit,
    )
    page: MessagePage = {"messages": [message_view(m) for m in messages], "next_cursor": cursor}
    return bodies.answer(page)


@blueprint.get("/messages/<message_id>")
def show(message_id: str) -> Response:
    """One message with its timeline."""
    return bodies.answer(message_view(services().dispatcher.get(message_id)))


@blueprint.delete("/messages/<message_id>")
def cancel(message_id: str) -> Response:
    """Cancels a message that is still queued. Doing it again changes nothing."""
    return bodies.answer(message_view(services().dispatcher.cancel(message_id)))


def message_view(message: Message) -> MessageView:
    """The message as shown by the API."""
    error: ErrorView | None = None
    if message.error_explains_status:
        error = {"code": message.error_code or "", "message": message.error_message or ""}
        if message.evidence_id:
            error["evidence"] = f"/evidence/{message.evidence_id}.jpg"
    resolution: ResolutionView | None = None
    if message.resolved_by:
        resolution = {"by": shown_author(message.resolved_by), "note": message.resolution_note or ""}
    return {
        "id": message.id,
        "account": message.account,
        "phone": message.phone,
        "chat": message.chat_id,
        "message": message.text,
        "file": _file_view(message),
        "status": message.status,
        "priority": message.priority,
        "created_at": rfc3339(message.created_ms),
        "updated_at": rfc3339(message.updated_ms),
        "send_at": rfc3339_or_none(message.send_at_ms),
        "expires_at": rfc3339_or_none(message.expires_at_ms),
        "attempts": message.attempts,
        "metadata": dict(message.metadata),
        "error": error,
        "resolution": resolution,
        "timeline": [_entry_view(entry) for entry in message.timeline],
        "reply_to": message.reply.to if message.reply else None,
        "reply_policy": message.reply.policy if message.reply else None,
        "quoted": message.quoted,
        "links": {"self": message_path(message.id)},
    }


def _file_view(message: Message) -> MessageFileView | None:
    file, wanted = message.file, message.file_wanted
    if file is not None:
        return {
            "name": file.name,
            "kind": file.kind,
            "size": file.size,
            "media_type": file.media_type,
            "sha256": file.digest,
        }
    if wanted is not None and wanted.url is not None:
        return {
            "name": wanted.name,
            "kind": wanted.kind,
            "size": None,
            "media_type": None,
            "sha256": None,
            "url": wanted.url,
        }
    return None


def _entry_view(entry: TimelineEntry) -> TimelineEntryView:
    view: TimelineEntryView = {"status": entry.status, "at": rfc3339(entry.at_ms)}
    if entry.code:
        view["code"] = entry.code
    return view
