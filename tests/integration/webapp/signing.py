"""The headers of a signed request, made as a client of any language makes them."""

import time

from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.stores.api_keys import ApiKey


def signed(key: ApiKey, method: str, target: str, body: bytes = b"", seconds_ago: int = 0) -> dict[str, str]:
    """For a request that is sent with just this target and body."""
    stamp = str(int(time.time()) - seconds_ago)
    return {
        "X-Api-Key": key.id,
        "X-Timestamp": stamp,
        "X-Signature": sign(key.secrets[0], stamp, method, target, body),
        "Content-Type": "application/json",
    }
