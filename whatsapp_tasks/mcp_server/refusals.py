"""What a tool says instead of an answer: the API's problem, and what to do next.

The error codes and their meaning are the API's own (docs/api.md, "Problems").
"""

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from mcp.server.mcpserver.exceptions import ToolError

from whatsapp_tasks.errors import ApiUnreachable, RequestRefused, WhatsAppTasksError

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

_CORRECT = "Correct the arguments and call the tool again."
_LOOK = "Look at the current state before you call again."
_ASK_OPERATOR = "Do not repeat the call: ask the person who runs this server"
_SAME_AGAIN = "then make the same call again (with the same idempotency_key, if you gave one)"

_BY_CODE = {
    "idempotency_conflict": "This idempotency_key belongs to another message: use a new one for this.",
    "recipient_opted_out": "Do not write to this person.",
    "template_unknown": "See the templates that there are (list_templates).",
    "template_variables_wrong": "Give a value for each variable of the template, and no other.",
    "account_unknown": "Leave the account out, or ask the person who runs this server for its name.",
    "chat_not_found": "See the chats that there are (list_chats).",
    "reply_to_unknown": "See the messages of the chat (read_chat), or leave reply_to out.",
    "reply_to_elsewhere": "Quote a message of the chat with this phone, or leave reply_to out.",
    "reply_to_not_sent": "Wait until message_status says sent, or leave reply_to out.",
    "not_cancellable": "It is too late to cancel. message_status shows what became of it.",
    "unexpected_answer": f"{_ASK_OPERATOR} to check the address of the API.",
    "redirected": f"{_ASK_OPERATOR} to check the address of the API.",
}
_BY_STATUS = {
    401: f"{_ASK_OPERATOR} to check the API key and its secret, and the clock of the machine.",
    403: f"{_ASK_OPERATOR} for an API key with that scope.",
    404: _LOOK,
    409: _LOOK,
    500: f"{_ASK_OPERATOR} to look into the log of the service.",
}
_LATER = (429, 502, 503, 504, 507)


def with_next_step(tool: Callable[P, R]) -> Callable[P, R]:
    """Makes each expected error of the tool one that says what to do next."""

    @functools.wraps(tool)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return tool(*args, **kwargs)
        except WhatsAppTasksError as error:
            code = error.code if isinstance(error, RequestRefused) else type(error).__name__
            log.info("A tool was refused", extra={"tool": tool.__name__, "code": code})
            raise ToolError(explained(error)) from error

    return run


def explained(error: WhatsAppTasksError) -> str:
    """The problem, the fields it names, and the next step, one line each."""
    if isinstance(error, RequestRefused):
        fields = [f"{one['field']}: {one['message']}" for one in error.errors]
        return "\n".join([f"{error.code} ({error.http_status}): {error}", *fields, f"Next: {_next(error)}"])
    if isinstance(error, ApiUnreachable):
        return f"api_unreachable: {error}\nNext: {_later(None)}"
    return f"{type(error).__name__}: {error}"


def _next(refused: RequestRefused) -> str:
    if refused.http_status in _LATER:
        return _later(refused.retry_after_seconds)
    return _BY_CODE.get(refused.code) or _BY_STATUS.get(refused.http_status, _CORRECT)


def _later(seconds: float | None) -> str:
    return f"Wait {'a minute' if seconds is None else f'{seconds:.0f} seconds'}, {_SAME_AGAIN}."
