"""How one event reaches one endpoint: by a signed POST, by mail, or by a WhatsApp message."""

import json
import logging
from collections.abc import Mapping
from typing import Protocol

from whatsapp_tasks.clients.mail import MailServer, send_mail
from whatsapp_tasks.clients.pinned_http import Limits
from whatsapp_tasks.clients.webhook_headers import signed_headers
from whatsapp_tasks.clients.webhook_post import post
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.alerts import alert_text
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.webhooks import Answer, Endpoint, whatsapp_target
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.webhook_deliveries import Delivery

log = logging.getLogger(__name__)


class Transport(Protocol):
    """Makes one attempt; what came of it is an answer, not an exception. StoreUnavailable may rise."""

    def __call__(self, endpoint: Endpoint, delivery: Delivery, now: float) -> Answer: ...


def transports(settings: Settings, dispatcher: Dispatcher) -> Mapping[str, Transport]:
    """The transport of each scheme that an endpoint's URL may have."""
    limits = Limits(settings.webhook_connect_timeout_seconds, settings.webhook_timeout_seconds)

    def by_post(endpoint: Endpoint, delivery: Delivery, now: float) -> Answer:
        return post(
            endpoint.url,
            signed_headers(endpoint.secrets, delivery.id, delivery.body, now),
            delivery.body.encode(),
            allow_private=endpoint.allow_private,
            limits=limits,
        )

    return {
        "https": by_post,
        "http": by_post,
        "mailto": _by_mail(settings),
        "whatsapp": _by_whatsapp(dispatcher),
    }


def _by_mail(settings: Settings) -> Transport:
    def send(endpoint: Endpoint, delivery: Delivery, now: float) -> Answer:  # noqa: ARG001 - a transport
        subject, text = alert_text(json.loads(delivery.body))
        return send_mail(
            MailServer.from_url(settings.smtp_url),
            settings.alert_email_from,
            endpoint.url.removeprefix("mailto:"),
            subject,
            text,
            message_id=delivery.id,
            seconds=settings.webhook_timeout_seconds,
        )

    return send


def _by_whatsapp(dispatcher: Dispatcher) -> Transport:
    def send(endpoint: Endpoint, delivery: Delivery, now: float) -> Answer:  # noqa: ARG001 - a transport
        envelope = json.loads(delivery.body)
        phone, account = whatsapp_target(endpoint.url)
        if envelope["account"] == account:
            log.warning("An account cannot send the alert about itself", extra={"account": account})
            return Answer(200)
        _, text = alert_text(envelope)
        try:
            # The event's id as the key: an alert that is tried again is the same message.
            dispatcher.send(MessageRequest(phone, text, account=account, idempotency_key=delivery.id))
        except RequestRefused as refused:
            return Answer(problem=refused.code, detail=str(refused))
        return Answer(200)

    return send
