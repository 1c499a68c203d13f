"""Headers of a webhook: the public library of Standard Webhooks verifies them."""

import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from whatsapp_tasks.clients.webhook_headers import signed_headers
from whatsapp_tasks.domain.webhooks import encode_secret

OLD, NEW, OTHER = (encode_secret(bytes([n]) * 32) for n in (1, 2, 3))
BODY = '{"id":"evt_default_1_0","data":{"metadata":{"name":"Zoë 😀"}}}'


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_while_a_secret_is_rotated_either_verifies(secret: str) -> None:
    headers = signed_headers((NEW, OLD), "evt_default_1_0", BODY, time.time())
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert Webhook(secret).verify(BODY.encode(), headers)["id"] == "evt_default_1_0"


def test_another_secret_another_body_another_id_and_an_old_time_do_not_verify() -> None:
    headers = signed_headers((NEW,), "evt_default_1_0", BODY, time.time())
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY + " ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY, {**headers, "webhook-id": "evt_default_2_0"})
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY, signed_headers((NEW,), "evt_default_1_0", BODY, time.time() - 3600))
