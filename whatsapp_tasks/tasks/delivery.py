"""The internal task that delivers an accepted message, in the worker of its account."""

import logging

import structlog

from whatsapp_tasks.celery import app
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.errors import LeaseLost, StoreUnavailable
from whatsapp_tasks.queues import DELIVER_TASK
from whatsapp_tasks.tasks.base import ServiceTask
from whatsapp_tasks.tasks.runtime import runtime

log = logging.getLogger(__name__)


class DeliveryTask(ServiceTask):
    """Gives the log its context, and closes the gate where the message must wait. Nothing is retried by
    Celery: an ETA would live in the worker's memory, while the ledger's schedule survives it.
    """

    abstract = True

    def __call__(self, message_id: str) -> None:
        context = runtime().session.context
        with structlog.contextvars.bound_contextvars(
            account=context.account, message_id=message_id, task_id=self.request.id
        ):
            try:
                reach("before_claim")
                handled = self.run(message_id)
                reach("before_ack")
                if not handled:
                    runtime().gate.close()  # it stays in the ledger and is queued again in its order
            except LeaseLost:
                runtime().gate.close()
                log.warning("The lease was lost; the message is left to the account's next worker")
            except StoreUnavailable:
                # Nothing can be written down now. The ledger still says `sending`; the chat settles it later.
                log.warning("Redis went away during an attempt; it will be settled by the chat")


@app.task(name=DELIVER_TASK, base=DeliveryTask)
def deliver_message(message_id: str) -> bool:
    """Brings a message of the ledger to its end."""
    return runtime().session.delivery.deliver(message_id)
