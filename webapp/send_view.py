"""``POST /send`` for Flask, which waits for Redis in its thread: for a WSGI server, and for paths spelled
differently (``/%73end``). Decisions and answers come from ``webapp/sends.py``.
"""

from flask import Blueprint, Response, request
from werkzeug.wsgi import get_input_stream

from webapp.rate_limits import request_limits
from webapp.request_ids import request_id
from webapp.sends import SendAttempt
from webapp.services import services

blueprint = Blueprint("sends", __name__)


@blueprint.post("/send")
def send() -> Response:
    """Accepts a message: after the answer 202 it is stored durably; it is sent later."""
    body = get_input_stream(request.environ).read(services().settings.max_body_bytes + 1)
    attempt = SendAttempt(services(), request_limits(), request.environ, body, request_id())
    try:
        answer = attempt.accepted(attempt.prepared(may_ask_redis=True).accept())
    except Exception as error:  # noqa: BLE001 - the table of problems decides, as for every view
        answer = attempt.refused(error)
    return Response(answer.body, answer.status, dict(answer.headers), content_type=answer.content_type)
