"""``POST /send`` for Flask: another way to wait for Redis, for a WSGI server and for paths written in another
way (``/%73end``). What is decided and answered is ``webapp/sends.py``'s.
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
    """Accepts a message: it is durable when this answers 202, and sent later."""
    body = get_input_stream(request.environ).read(services().settings.max_body_bytes + 1)
    attempt = SendAttempt(services(), request_limits(), request.environ, body, request_id())
    try:
        answer = attempt.accepted(attempt.prepared(may_ask_redis=True).accept())
    except Exception as error:  # noqa: BLE001 - the table of problems decides, as for every view
        answer = attempt.refused(error)
    return Response(answer.body, answer.status, dict(answer.headers), content_type=answer.content_type)
