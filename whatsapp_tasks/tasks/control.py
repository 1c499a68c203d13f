"""Control tasks: what beat, the API and operators ask of a worker. Their queue is always consumed."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from whatsapp_tasks.celery import app
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.errors import BrowserError, RequestRefused
from whatsapp_tasks.queues import (
    BAN_CHECK_TASK,
    DOCTOR_TASK,
    HEARTBEAT_TASK,
    LOGOUT_TASK,
    MEMORY_CHECK_TASK,
    PAIRING_CODE_TASK,
    PASSKEY_TASK,
    RESTART_TASK,
    SCREENSHOT_TASK,
)
from whatsapp_tasks.session.commands import Commands
from whatsapp_tasks.session.memory_watch import measure_memory
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.requests import WorkerRequests
from whatsapp_tasks.tasks.runtime import runtime


@app.task(name=HEARTBEAT_TASK)
def heartbeat_check(*, account: str = DEFAULT_ACCOUNT) -> None:  # noqa: ARG001 - decides the queue
    """Looks at the page, unless that was just done, and opens a browser where there is none."""
    runtime().session.look_after()


@app.task(name=BAN_CHECK_TASK)
def ban_check(*, account: str = DEFAULT_ACCOUNT) -> None:  # noqa: ARG001 - decides the queue
    """Looks at the page now."""
    runtime().session.look_after(at_once=True)


@app.task(name=MEMORY_CHECK_TASK)
def memory_check(*, account: str = DEFAULT_ACCOUNT) -> None:  # noqa: ARG001 - decides the queue
    """Measures worker, driver and browser now; restarts a browser that grew too large."""
    measure_memory(runtime().session.context)
    runtime().session.look_after(at_once=True)


@app.task(name=RESTART_TASK)
def restart_browser(*, account: str = DEFAULT_ACCOUNT) -> None:  # noqa: ARG001 - decides the queue
    """Ends the browser in order; the next look opens another."""
    runtime().session.commands.restart_browser()


@app.task(name=SCREENSHOT_TASK)
def take_screenshot(*, account: str = DEFAULT_ACCOUNT, request_id: str) -> None:
    """Answers with a picture of the page as it is now."""
    _answer(account, request_id, _screenshot)


def _screenshot(commands: Commands) -> dict[str, Any]:
    picture = commands.screenshot()
    if picture is None:
        raise RequestRefused("no_browser", "no browser is running")
    return {"png": base64.b64encode(picture).decode()}


@app.task(name=DOCTOR_TASK)
def examine_page(*, account: str = DEFAULT_ACCOUNT, request_id: str) -> None:
    """Answers with what is found of every element of the page."""
    _answer(account, request_id, Commands.examine)


@app.task(name=PAIRING_CODE_TASK)
def request_pairing_code(*, account: str = DEFAULT_ACCOUNT, phone: str, request_id: str) -> None:
    """Answers with a code that links ``phone``."""
    _answer(account, request_id, lambda commands: {"code": commands.pairing_code(phone)})


@app.task(name=PASSKEY_TASK)
def answer_passkey(*, account: str = DEFAULT_ACCOUNT, action: str, request_id: str) -> None:
    """Answers with the step of the passkey ceremony, after the page's button for ``action``, if any."""
    _answer(account, request_id, lambda commands: commands.passkey(action))


@app.task(name=LOGOUT_TASK)
def log_out(*, account: str = DEFAULT_ACCOUNT) -> None:  # noqa: ARG001 - decides the queue
    """Ends the link with the phone."""
    runtime().session.commands.log_out()


def _answer(account: str, request_id: str, use_case: Callable[[Commands], Mapping[str, Any]]) -> None:
    """Returns the outcome to the caller, failures too."""
    session = runtime().session
    requests = WorkerRequests(Database.connect(session.context.settings), account)
    try:
        payload = use_case(session.commands)
    except RequestRefused as refused:
        requests.give_answer(request_id, False, {"code": refused.code, "message": str(refused)})
    except BrowserError as error:
        requests.give_answer(request_id, False, {"code": "page_failed", "message": str(error)})
    else:
        requests.give_answer(request_id, True, payload)
