"""``/chats``: the chats of an account, and what was read in them (docs/receiving.md)."""

from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies, queries
from webapp.file_answers import attachment
from webapp.queries import QueryModel, Whole
from webapp.services import services
from webapp.times import Moment, rfc3339
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.chats import ChatKind, ChatRecord
from whatsapp_tasks.domain.identity import ID, account_in
from whatsapp_tasks.domain.received_messages import ReceivedMessage, ReceivedView
from whatsapp_tasks.stores.chats import CURSOR

blueprint = Blueprint("chats", __name__)

LONGEST_PAGE = 200
USUAL_PAGE = 50


class ChatLinks(TypedDict):
    """Where to look next."""

    self: str
    messages: str


class ChatView(TypedDict):
    """A chat. ``phone`` is null if it was never learned: it is learned only by opening the chat with it.
    ``closed`` says why nothing could be written there when it was last open (docs/failures.md), else null.
    ``title`` is what WhatsApp calls it now, ``titles`` all names it had.
    """

    id: str
    account: str
    kind: ChatKind
    phone: str | None
    title: str
    titles: list[str]
    last_seen_at: Moment
    closed: str | None
    links: ChatLinks


class ChatPage(TypedDict):
    """Chats, the last seen first. ``next_cursor`` is null on the last page; a page of one kind may be short,
    or even empty, although more follow.
    """

    chats: list[ChatView]
    next_cursor: str | None


class ChatMessageView(ReceivedView):
    """A message as it was read in its chat. ``shown_at`` is its time in the page's own words; ``author`` is
    who wrote it in a group.
    """

    read_at: Moment


class ChatMessagePage(TypedDict):
    """Messages of both sides, newest first. ``next_before`` is null on the last page."""

    messages: list[ChatMessageView]
    next_before: str | None


class ChatQuery(QueryModel):
    """Which chats."""

    account: Annotated[str, Field(description="The account.")] = DEFAULT_ACCOUNT
    kind: Annotated[ChatKind | None, Field(description="Only chats of this kind.")] = None
    cursor: Annotated[
        str | None,
        Field(description="The next_cursor of the previous page.", pattern=f"^{CURSOR}$"),
    ] = None
    limit: Annotated[
        Whole, Field(ge=1, le=LONGEST_PAGE, description="The maximum number of chats on a page.")
    ] = USUAL_PAGE


class ChatMessageQuery(QueryModel):
    """Which messages."""

    before: Annotated[
        str | None,
        Field(
            description="Only messages older than this one: its id, or the next_before of the previous page.",
            pattern=f"^{ID}$",
        ),
    ] = None
    limit: Annotated[
        Whole, Field(ge=1, le=LONGEST_PAGE, description="The maximum number of messages on a page.")
    ] = USUAL_PAGE


@blueprint.get("/chats")
def list_some() -> Response:
    """Chats of an account that were opened, the last seen first, page by page."""
    query = queries.read(ChatQuery)
    chats, cursor = services().conversations.chats(
        query.account, kind=query.kind, cursor=query.cursor, limit=query.limit
    )
    page: ChatPage = {"chats": [_chat_view(chat) for chat in chats], "next_cursor": cursor}
    return bodies.answer(page)


@blueprint.get("/chats/<chat_id>")
def show(chat_id: str) -> Response:
    """One chat."""
    return bodies.answer(_chat_view(services().conversations.chat(chat_id)))


@blueprint.get("/chats/<chat_id>/messages")
def messages(chat_id: str) -> Response:
    """What was read in a chat, of both sides, newest first, page by page."""
    query = queries.read(ChatMessageQuery)
    found, before = services().conversations.messages(chat_id, before=query.before, limit=query.limit)
    page: ChatMessagePage = {"messages": [_message_view(m) for m in found], "next_before": before}
    return bodies.answer(page)


@blueprint.get("/chats/<chat_id>/messages/<message_id>/media")
def media(chat_id: str, message_id: str) -> Response:
    """The file of a received message, if it is stored (`media.state`), to be saved and not shown. Its type is
    by content; what a browser could run has none.
    """
    status = services().conversations.media(chat_id, message_id)
    return attachment(services().uploads.contents, status)


def _chat_view(chat: ChatRecord) -> ChatView:
    path = f"/chats/{chat.id}"
    return {
        "id": chat.id,
        "account": account_in(chat.id) or "",
        "kind": chat.kind,
        "phone": chat.phone,
        "title": chat.title,
        "titles": list(chat.titles),
        "last_seen_at": rfc3339(chat.last_seen_ms),
        "closed": chat.closed or None,
        "links": {"self": path, "messages": f"{path}/messages"},
    }


def _message_view(message: ReceivedMessage) -> ChatMessageView:
    return {**message.shown(), "read_at": rfc3339(message.read_ms)}
