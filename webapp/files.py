"""``/files/{id}``: what was uploaded."""

from flask import Blueprint, Response

from webapp import bodies
from webapp.guards import caller
from webapp.services import services
from webapp.uploads import upload_view

blueprint = Blueprint("files", __name__)


@blueprint.get("/files/<file_id>")
def show(file_id: str) -> Response:
    """A file that was uploaded with the same API key, until it expires."""
    return bodies.answer(upload_view(services().dispatcher.upload(file_id, caller().id)))
