"""The task of the webhooks worker: a lane of events to deliver to an endpoint."""

import structlog

from whatsapp_tasks.celery import app
from whatsapp_tasks.errors import ConfigurationError
from whatsapp_tasks.queues import WEBHOOK_TASK
from whatsapp_tasks.tasks.webhook_sender import WebhookSender

_sender: list[WebhookSender] = []


def set_sender(sender: WebhookSender) -> None:
    _sender[:] = [sender]


# Acknowledged when it starts: the hold on the lane brings it back, sooner and more surely than kombu would.
@app.task(name=WEBHOOK_TASK, acks_late=False)
def deliver_webhook(endpoint: str, lane: str, token: str) -> None:
    """Sends ``endpoint`` the first event of ``lane``, then others that are due."""
    if not _sender:
        raise ConfigurationError("This task runs only in a worker started by `whatsapp-tasks webhooks`.")
    account, _, subject = lane.partition("/")
    with structlog.contextvars.bound_contextvars(process="webhooks", account=account, message_id=subject):
        _sender[0].work(endpoint, lane, token)
