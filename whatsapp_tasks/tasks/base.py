"""Task base classes: what every task of ours does, so that a task says only what it is for.

An app that only sends imports this, so it loads nothing of the worker (docs/dependencies.md, Installs).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from celery import Task
from celery.result import AsyncResult

from whatsapp_tasks.dispatch import default_dispatcher
from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.template_requests import TemplateRequest


class ServiceTask(Task):  # type: ignore[type-arg]
    """What every task of this service is."""

    abstract = True
    Request = "whatsapp_tasks.tasks.private_request:PrivateRequest"
    """By name, as Celery's own: only a worker loads it."""


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
        if fields.get("file") is not None:
            fields["file"] = FileRequest.of(fields["file"])
        if fields.get("template") is not None:
            fields["template"] = TemplateRequest.of(fields["template"])
        accepted = default_dispatcher().send(MessageRequest(*(args or ()), **fields), source="task")
        return self.AsyncResult(accepted.id)
