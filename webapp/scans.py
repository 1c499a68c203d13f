"""``/scans``: files of received messages that wait for a virus scanner, and its verdicts."""

from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies
from webapp.bodies import RequestModel
from webapp.file_answers import attachment
from webapp.services import services
from whatsapp_tasks.domain.received_media import MediaState, Verdict

blueprint = Blueprint("scans", __name__)


class VerdictRequest(RequestModel):
    """What a scanner found in a file."""

    verdict: Annotated[Verdict, Field(strict=False, description="An infected file is deleted.")]


class VerdictView(TypedDict):
    """The file after the verdict."""

    message_id: str
    state: MediaState
    sha256: str


@blueprint.get("/scans/<message_id>")
def file(message_id: str) -> Response:
    """The file of a received message that waits for a verdict (event `message.media`, state `quarantined`).
    Until then nobody else gets it.
    """
    return attachment(services().uploads.contents, services().conversations.quarantined(message_id))


@blueprint.post("/scans/<message_id>")
def judge(message_id: str) -> Response:
    """A scanner's verdict on the file: it is given out from now on, or deleted. The event `message.media`
    reports it. Repeating a verdict changes nothing.
    """
    wanted = bodies.read(VerdictRequest)
    message = services().conversations.judge(message_id, wanted.verdict, services().uploads.contents)
    status = message.media_status
    view: VerdictView = {"message_id": message.id, "state": status.state, "sha256": status.sha256}
    return bodies.answer(view)
