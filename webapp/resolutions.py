"""``POST /messages/{id}/resolve``: a person settles a message that is in doubt."""

from typing import Annotated, Literal

from flask import Blueprint, Response
from pydantic import Field

from webapp import bodies
from webapp.bodies import RequestModel
from webapp.guards import caller
from webapp.messages import message_view
from webapp.services import services
from whatsapp_tasks.domain.statuses import Status

blueprint = Blueprint("resolutions", __name__)

LONGEST_NOTE = 500


class ResolveRequest(RequestModel):
    """What somebody saw about the message on the phone."""

    status: Annotated[Literal["sent", "failed"], Field(description="Whether the message was sent.")]
    note: Annotated[str, Field(max_length=LONGEST_NOTE, description="Who looked, and what they saw.")] = ""


@blueprint.post("/messages/<message_id>/resolve")
def resolve(message_id: str) -> Response:
    """Settles an ``unknown`` message. It is not sent again; a new request is a new message."""
    wanted = bodies.read(ResolveRequest)
    message = services().dispatcher.resolve(
        message_id, Status(wanted.status), author=caller().author, note=wanted.note
    )
    return bodies.answer(message_view(message))
