"""Task base classes: what every task of ours does, so that a task says only what it is for."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from celery import Task
from celery.result import AsyncResult
from celery.worker.request import Request

from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.dispatch import default_dispatcher
from whatsapp_tasks.errors import BrowserError, LeaseLost, SendError, StoreUnavailable
from whatsapp_tasks.session.attempt_evidence import keep_evidence
from whatsapp_tasks.tasks.runtime import runtime

log = logging.getLogger(__name__)


class PrivateRequest(Request):
    """A task in a worker. ``celery inspect`` and Flower get no arguments, whatever they ask for."""

    def info(self, safe: bool = False) -> Any:  # noqa: ARG002 - Celery's signature
        return super().info(safe=True)


class ServiceTask(Task):  # type: ignore[type-arg]
    """What every task of this service is."""

    abstract = True
    Request = PrivateRequest  # type: ignore[assignment]  # a class is as good as its name


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


class AdmissionTask(ServiceTask):
    """``delay`` and ``apply_async`` do not publish a task: they pass the message through dispatch, where REST
    requests pass too. Raises RequestRefused or StoreUnavailable at the caller.
    """

    abstract = True

    def apply_async(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *_: Any,
        countdown: float | None = None,
        eta: datetime | None = None,
        expires: float | datetime | None = None,
        **_options: Any,
    ) -> AsyncResult[Any]:
        """Celery's own options for time are understood: ``countdown``, ``eta``, ``expires``."""
        fields = dict(kwargs or {})
        now = datetime.now(UTC).timestamp()
        if countdown is not None:
            fields["send_at"] = now + countdown
        if eta is not None:
            fields["send_at"] = eta.timestamp()
        if expires is not None:
            fields["expires_at"] = expires.timestamp() if isinstance(expires, datetime) else now + expires
        accepted = default_dispatcher().send(*(args or ()), **fields, source="task")
        return self.AsyncResult(accepted.id)
