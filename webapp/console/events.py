"""``/console/events``: notifies the page that something has changed, so that it need not ask so often.

It says which account, and nothing else: what the page shows comes from ``/console/state``.
"""

from dataclasses import dataclass

from flask import Blueprint, Response
from werkzeug.wrappers import Request

from webapp import event_text
from webapp.console.access import cookie_name, require_operator
from webapp.listening import ListenAttempt, Selection, Wanted, newest_of
from webapp.proxies import caller_of
from webapp.rate_limits import Counted
from webapp.well_formed import check
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.console_sessions import session_key

blueprint = Blueprint("console_events", __name__)

PATH = "/console/events"
ALONE_RETRY_MS = 60_000


@dataclass(slots=True)
class ConsoleAttempt(ListenAttempt):
    """A request of the page, by an operator's session."""

    path: str = PATH
    endpoint: str = "console_events.listen"

    def wanted(self) -> Wanted:
        """From now on; raises RequestRefused (``console_session_missing``)."""
        check(self.environ)
        self.limits.count(Counted(caller_of(self.environ)))
        request = Request(self.environ)
        operator = require_operator(self.parts, request)
        newest = newest_of(self.parts.database, Accounts(self.parts.database).names())
        return Wanted(
            Selection(is_console=True),
            dict(newest),
            {},
            newest,
            operator.key,
            session_key(request.cookies[cookie_name(request)]),
        )


@blueprint.get(PATH)
def listen() -> Response:
    """In Flask, which has no thread to wait in: the page goes on asking."""
    return Response(event_text.beginning("", ALONE_RETRY_MS), content_type=event_text.CONTENT_TYPE)
