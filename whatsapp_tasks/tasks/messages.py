"""The public task: ``send_message.delay(phone, text)`` in any app on the same Redis.

An app that only sends imports this, so it loads nothing of the worker (docs/dependencies.md, Installs).
"""

import logging
from collections.abc import Mapping
from typing import Any

from whatsapp_tasks.celery import app
from whatsapp_tasks.dispatch import default_dispatcher
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.replies import ReplyPolicy
from whatsapp_tasks.domain.template_requests import TemplateRequest
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.queues import SEND_TASK
from whatsapp_tasks.tasks.base import AdmissionTask

log = logging.getLogger(__name__)


@app.task(name=SEND_TASK, base=AdmissionTask)
def send_message(
    phone: str | None = None,
    message: str = "",
    *,
    chat: str | None = None,
    file: Mapping[str, str] | None = None,
    template: Mapping[str, Any] | None = None,
    reply_to: str | None = None,
    reply_policy: str = ReplyPolicy.FAIL,
    account: str = DEFAULT_ACCOUNT,
    idempotency_key: str | None = None,
    send_at: float | None = None,
    expires_at: float | None = None,
    priority: str = Priority.NORMAL,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Sends ``message`` to ``phone``: ``send_message.delay("+4915112345678", "Hi")``; or to a chat without a
    phone: ``send_message.delay(message="Hi", chat="<id of a chat>")``.

    ``file`` is ``{"url": "https://…"}`` or ``{"id": …}`` of an upload, with ``as`` and ``name`` if they
    matter; ``message`` is then its caption. ``template`` is ``{"name": …, "language": …, "variables": {…}}``,
    and makes the text instead of ``message``. ``reply_to`` is the id of the message that it quotes. Times are
    unix seconds. The body runs only for a task that was put on the queue by name (``send_task``, Flower): it
    is admitted by the same rules, or dropped with a log line that says why.
    """
    try:
        default_dispatcher().send(
            MessageRequest(
                phone,
                message,
                chat=chat,
                account=account,
                idempotency_key=idempotency_key,
                send_at=send_at,
                expires_at=expires_at,
                priority=priority,
                metadata=metadata,
                file=None if file is None else FileRequest.of(file),
                template=None if template is None else TemplateRequest.of(template),
                reply_to=reply_to,
                reply_policy=reply_policy,
            ),
            source="queue",
        )
    except RequestRefused as refused:
        # Without its account, which may be anything as it stands there: a text, or a phone.
        log.warning("A task from the queue was refused", extra={"code": refused.code})
