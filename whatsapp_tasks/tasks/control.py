"""Control tasks: what beat, the API and operators ask of a worker. Their queue is always consumed."""

import base64

from whatsapp_tasks.celery import app
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.errors import BrowserError
from whatsapp_tasks.queues import (
    BAN_CHECK_TASK,
    HEARTBEAT_TASK,
    MEMORY_CHECK_TASK,
    RESTART_TASK,
    SCREENSHOT_TASK,
)
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
    runtime().session.restart_browser()


@app.task(name=SCREENSHOT_TASK)
def take_screenshot(*, account: str = DEFAULT_ACCOUNT, request_id: str) -> None:
    """Answers with a picture of the page as it is now."""
    current = runtime()
    requests = WorkerRequests(Database.connect(current.session.context.settings), account)
    try:
        picture = current.session.screenshot()
    except BrowserError as error:
        requests.give_answer(request_id, False, {"code": "page_failed", "message": str(error)})
        return
    if picture is None:
        problem = {"code": "no_browser", "message": "no browser is running"}
        requests.give_answer(request_id, False, problem)
        return
    requests.give_answer(request_id, True, {"png": base64.b64encode(picture).decode()})
