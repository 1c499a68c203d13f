"""Control tasks: what beat, the API and operators ask of a worker. Their queue is always consumed."""

from whatsapp_tasks.celery import app
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.queues import HEARTBEAT_TASK, RESTART_TASK
from whatsapp_tasks.tasks.runtime import runtime


@app.task(name=HEARTBEAT_TASK)
def heartbeat_check(*, account: str = DEFAULT_ACCOUNT) -> None:  # noqa: ARG001 - decides the queue
    """Looks at the page now, and opens a browser where there is none."""
    runtime().session.look_after()


@app.task(name=RESTART_TASK)
def restart_browser(*, account: str = DEFAULT_ACCOUNT) -> None:  # noqa: ARG001 - decides the queue
    """Ends the browser in order; the next look opens another."""
    runtime().session.restart_browser()
