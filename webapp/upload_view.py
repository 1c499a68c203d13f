"""``POST /files`` for Flask, in its thread: for a WSGI server, and for paths spelled differently. Decisions
and answers come from ``webapp/uploads.py``.
"""

from flask import Blueprint, Response, request
from werkzeug.wsgi import get_input_stream

from webapp.rate_limits import request_limits
from webapp.request_ids import request_id
from webapp.services import services
from webapp.uploads import UploadAttempt

blueprint = Blueprint("uploads", __name__)

CHUNK_BYTES = 256 * 1024


@blueprint.post("/files")
def create() -> Response:
    """Receives a file as the raw body, to be sent by later messages of the same key.

    `X-Content-SHA256` is the SHA-256 of the body in hex; the signature covers these 64 characters instead of
    the body. The name is the `filename` of `Content-Disposition`. The type is detected; a name or a
    `Content-Type` that contradicts it is refused. A file that no message uses is deleted after its time.
    """
    attempt = UploadAttempt(services(), request_limits(), request.environ, request_id())
    try:
        draft = attempt.begin()
        stream = get_input_stream(request.environ)
        while piece := stream.read(CHUNK_BYTES):
            attempt.check_size(draft.size + len(piece))
            draft.write(piece)
        answer = attempt.finish()
    except Exception as error:  # noqa: BLE001 - the table of problems decides, as for every view
        answer = attempt.refused(error)
    finally:
        attempt.end()
    return Response(answer.body, answer.status, dict(answer.headers), content_type=answer.content_type)
