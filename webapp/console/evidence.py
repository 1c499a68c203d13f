"""``/evidence/{id}``: the picture and the structure of a page that failed, for admins only."""

from flask import Blueprint, Response

from webapp.services import services
from whatsapp_tasks.clients.object_store import open_store
from whatsapp_tasks.errors import ObjectStoreFailed, RequestRefused
from whatsapp_tasks.stores.evidence import account_of

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/evidence/<evidence_id>.jpg")
def picture(evidence_id: str) -> Response:
    """The picture of the page. Letters are covered, unless the settings say otherwise; then it shows
    chats.
    """
    return _serve(evidence_id, "jpg", "image/jpeg")


@blueprint.get("/evidence/<evidence_id>.json")
def structure(evidence_id: str) -> Response:
    """The structure of the page, with only the shape of texts and numbers, and the last events before it."""
    return _serve(evidence_id, "json", "application/json")


def evidence_path(evidence_id: str) -> str:
    """The path of the picture."""
    return f"/evidence/{evidence_id}.jpg"


def _serve(evidence_id: str, kind: str, content_type: str) -> Response:
    settings = services().settings
    account = account_of(evidence_id)
    storage = open_store(settings.evidence, settings.data_dir.resolve() / "evidence", settings.s3_endpoint)
    try:
        content = storage.get(f"{account}/{evidence_id}.{kind}") if storage and account else None
    except ObjectStoreFailed as error:
        raise RequestRefused("evidence_unavailable", str(error), http_status=503) from error
    if content is None:
        raise RequestRefused(
            "evidence_not_found", "There is no such evidence, or it was deleted.", http_status=404
        )
    return Response(content, content_type=content_type)
