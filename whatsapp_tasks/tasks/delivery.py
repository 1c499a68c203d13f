"""The internal task that delivers an accepted message, in the worker of its account."""

import logging

import structlog

from whatsapp_tasks.celery import app
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.errors import BrowserError, LeaseLost, SendError, StoreUnavailable
from whatsapp_tasks.queues import DELIVER_TASK
from whatsapp_tasks.session.attempt_evidence import keep_evidence
from whatsapp_tasks.tasks.base import ServiceTask
from whatsapp_tasks.tasks.runtime import runtime

log = logging.getLogger(__name__)


class DeliveryTask(ServiceTask):
    """Runs one attempt and applies what follows from its end. Nothing is retried by Celery: an ETA would live
    in the worker's memory, while the ledger's schedule survives it.
    """

    abstract = True

    def __call__(self, message_id: str) -> None:
        session = runtime().session
        folder = session.context.settings.crash_points
        with structlog.contextvars.bound_contextvars(
            account=session.context.account, message_id=message_id, task_id=self.request.id
        ):
            try:
                reach(folder, "before_claim")
                handled = self.run(message_id)
                reach(folder, "before_ack")
                if not handled:
                    runtime().gate.close()  # it stays in the ledger and is queued again at its place
            except (SendError, BrowserError) as error:
                keep_evidence(session.context, message_id, error)
                decision = session.decide(message_id, error)
                log.warning(
                    "Attempt failed",
                    extra={
                        "error": type(error).__name__,
                        "code": decision.code,
                        "action": decision.action,
                        "delay_seconds": round(decision.delay_seconds, 1),
                        "detail": str(error),
                    },
                )
                session.apply(message_id, decision, str(error))
            except LeaseLost:
                runtime().gate.close()
                log.warning("The lease was lost; the message is left to the account's next worker")
            except StoreUnavailable:
                # Nothing can be written down now. The ledger still says `sending`; the chat settles it later.
                log.warning("Redis went away during an attempt; it will be settled by the chat")


@app.task(name=DELIVER_TASK, base=DeliveryTask)
def deliver_message(message_id: str) -> bool:
    """Brings a message of the ledger to its end."""
    return runtime().session.deliver(message_id)
