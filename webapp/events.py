"""``GET /events`` in Flask: for a WSGI server, for HEAD, and for paths spelled differently.

What is new is answered at once and the answer ends, as no thread may wait for events: the caller asks again
after ``retry``, from the last ``id``, and gets the same events as from the stream.
"""

from typing import Any

from flask import Blueprint, Response, request
from typing_extensions import TypedDict

from webapp import event_text
from webapp.guards import caller
from webapp.listening import events_until, wanted_by
from webapp.services import services
from webapp.times import Moment
from whatsapp_tasks.domain.events import EventType

blueprint = Blueprint("events", __name__)

MOST_BYTES = 256 * 1024
"""Of one answer; the next one goes on from there."""


class EventView(TypedDict):
    """The data of an event. ``data`` has ``message_id``, ``status`` and ``code`` (if there is a reason) of a
    message, ``new`` and ``unread`` of received ones (with ``chat_id``, ``message_id`` and ``messages_missed``
    where the chat was read), ``state``, ``previous_state``, ``reason``, ``event``,
    ``actor`` and ``restriction`` of a session, and ``check_id``, ``status`` and counts of a check of numbers.
    """

    id: str
    type: EventType
    timestamp: Moment
    account: str
    data: dict[str, Any]


@blueprint.get("/events")
def listen() -> Response:
    """Live events, as server-sent events: an answer that does not end.

    Each event has an `id:`. Whoever repeats the request with it, in the header `Last-Event-ID` or as `after`,
    gets all events since then, each once. If some of them are not kept any more, an event `missed` says so.
    Phones, names, texts and metadata are not in them: get the message by its id. While nothing happens, a
    comment comes every 20 seconds, unless set otherwise; the last event, `end`, says why the service ends a
    stream. See docs/api.md, "Live events".
    """
    database = services().database
    wanted = wanted_by(caller(), request.environ, database)
    content = wanted.beginning()
    for text in events_until(database, wanted.selection, wanted.places, wanted.newest):
        content += text
        if len(content) >= MOST_BYTES:
            break
    return Response(content, content_type=event_text.CONTENT_TYPE, headers=dict(event_text.HEADERS))
