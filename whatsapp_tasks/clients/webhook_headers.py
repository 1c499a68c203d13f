"""The headers of Standard Webhooks: id, time of this attempt, and a signature by each current secret."""

from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

USER_AGENT = "whatsapp-tasks-webhooks/1"


def signed_headers(secrets: Sequence[str], delivery_id: str, body: str, now: float) -> dict[str, str]:
    """Signatures are separated by spaces: while a secret is rotated, a receiver may know either."""
    at = datetime.fromtimestamp(int(now), UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "identity",
        "Connection": "close",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": " ".join(Webhook(secret).sign(delivery_id, at, body) for secret in secrets),
    }
